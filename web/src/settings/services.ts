import { ask } from '$lib/ask.svelte.ts';
import { call } from '$lib/api/client.ts';
import type { Service, Team } from '$lib/api/types.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';

const list = (s: string | undefined): string[] => (s ?? '').split(',').map((x) => x.trim()).filter(Boolean);

/** Asks for a service's facts and keeps them; a new one without a first argument. */
export function editService(s: Service | undefined, teams: Team[], done: () => Promise<void>): void {
  const t = i18n.t.services;
  ask.open({
    title: s ? t.edit(s.name) : t.add, submit: i18n.t.act.save, draft: `service.${s?.name ?? ''}`,
    fields: [
      ...(s ? [] : [{ name: 'name', label: t.name, required: true }]),
      { name: 'tier', label: t.tier, kind: 'select', value: String(s?.tier || 3), options: ['1', '2', '3', '4'].map((v) => ({ value: v, label: v })) },
      { name: 'team', label: t.owner, kind: 'select', value: s?.team ?? '', options: teams.map((x) => ({ value: x.id, label: x.name })) },
      { name: 'dependsOn', label: t.dependsOn, hint: t.dependsHint, value: (s?.dependsOn ?? []).join(', ') },
      { name: 'probe', label: t.probe, hint: t.probeHint, value: s?.probe ?? '', placeholder: 'https://' },
    ],
    run: async (a) => {
      const name = s?.name ?? a.name!;
      await call('PUT', '/services', { ...s, name, environment: s?.environment || 'production', tier: Number(a.tier) || 0, team: a.team ?? '', dependsOn: list(a.dependsOn), probe: a.probe ?? '', seen: false });
      await done();
    },
  });
}
