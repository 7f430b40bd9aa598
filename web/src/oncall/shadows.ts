import { ask } from '$lib/ask.svelte.ts';
import { call } from '$lib/api/client.ts';
import type { Account } from '$lib/api/types.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import { current } from '$lib/session.svelte.ts';
import { local } from '../incident/asks/common.ts';
import type { Duty } from './rota.ts';

/** Asks who learns in a schedule, of whom and until when; oneself, or as a manager anybody. */
export function shadow(duty: Duty, people: Account[], done: () => Promise<void>): void {
  const t = i18n.t.shadows;
  const option = (p: Account): { value: string; label: string } => ({ value: p.id, label: p.name });
  const all = people.filter((p) => !p.disabled), able = all.filter((p) => current.may('manager') || p.id === current.me?.id);
  ask.open({
    title: t.ask(duty.name), text: t.hint, submit: i18n.t.act.save,
    fields: [
      { name: 'person', label: i18n.t.ask.person, kind: 'select', value: current.me?.id ?? '', options: able.map(option), required: true },
      { name: 'of', label: t.of, kind: 'select', value: '', options: [{ value: '', label: t.anybody }, ...all.map(option)] },
      { name: 'until', label: i18n.t.rota.until, kind: 'time', value: local(Date.now() + 14 * 86_400_000), required: true },
    ],
    run: async (x) => {
      await call('POST', `/schedules/${duty.id}/shadows`, { person: x.person, of: x.of || undefined, until: new Date(x.until!).toISOString() });
      await done();
    },
  });
}
