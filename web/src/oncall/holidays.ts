import { ask } from '$lib/ask.svelte.ts';
import { call } from '$lib/api/client.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import { toasts } from '$lib/toast.svelte.ts';
import type { Duty, Holiday, Kept } from './rota.ts';

/** A day as holidays name it: 2027-03-10. */
export const dateOf = (d: Date): string => `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`;

/** Asks where a schedule's holidays come from, and adds them. */
export function holidays(duty: Duty, known: Holiday[], done: () => Promise<void>): void {
  const t = i18n.t.holidays;
  ask.open({
    title: `${t.title}: ${duty.name}`, text: t.hint(known.length), submit: i18n.t.act.save,
    fields: [
      { name: 'from', label: t.add, kind: 'select', value: 'indonesia', required: true, hint: t.note, options: [
        { value: 'indonesia', label: t.indonesia }, { value: 'url', label: t.address }, { value: 'calendar', label: t.pasted }, ...(known.length ? [{ value: 'none', label: t.none }] : [])] },
      { name: 'url', label: t.url, kind: 'url', placeholder: 'https://' },
      { name: 'calendar', label: t.file, kind: 'area' },
    ],
    run: async (x) => {
      const address = `/schedules/${duty.id}/holidays`;
      const now = x.from === 'none' ? await call<Kept>('DELETE', address)
        : await call<Kept>('POST', address, { indonesia: x.from === 'indonesia' || undefined, url: x.from === 'url' ? x.url : undefined, calendar: x.from === 'calendar' ? x.calendar : undefined });
      toasts.say(t.added(now.holidays?.length ?? 0));
      await done();
    },
  });
}
