import type { Knower } from '$lib/api/types.ts';
import { ask } from '$lib/ask.svelte.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import type { Watched } from '$lib/incident.svelte.ts';

export function waive(w: Watched, k: Knower): void {
  const t = i18n.t;
  ask.open({
    title: `${t.inform.waive}: ${k.name}`, submit: t.inform.waive, draft: `waive.${w.ref}.${k.id}`,
    fields: [{ name: 'reason', label: t.ask.waiveWhy, kind: 'area', required: true }],
    run: (a) => w.act('waive', { person: k.id, reason: a.reason }),
  });
}
