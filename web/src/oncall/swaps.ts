import { ask } from '$lib/ask.svelte.ts';
import { call } from '$lib/api/client.ts';
import type { Account, List } from '$lib/api/types.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import { fmt } from '$lib/now.svelte.ts';
import { current } from '$lib/session.svelte.ts';
import { toasts } from '$lib/toast.svelte.ts';
import { attempt } from '$lib/trouble.ts';
import type { Duty, Shift } from './rota.ts';

/** What can be offered for one's shift: nothing, to all or to one; or a shift of somebody's in return. */
export type Offer = { to: string[]; back?: { from: string; until: string } };

/** The offers for a shift: those of the others' that overlap it cannot be had in return. */
export function offers(shift: Shift, all: Shift[], me: string): Offer[] {
  const others = all.filter((s) => s.person && !s.left && s.person.id !== me);
  const apart = others.filter((s) => Date.parse(s.until) <= Date.parse(shift.from) || Date.parse(s.from) >= Date.parse(shift.until));
  const people = [...new Set(others.map((s) => s.person!.id))];
  return [{ to: [] }, ...people.map((id) => ({ to: [id] })), ...apart.map((s) => ({ to: [s.person!.id], back: { from: s.from, until: s.until } }))];
}

/** Asks which of one's shifts somebody else is to take, who, and what for. */
export function swap(duty: Duty, people: Account[], done: () => Promise<void>): void {
  void attempt(async () => {
    const until = new Date(Date.now() + 62 * 86_400_000).toISOString();
    const all = (await call<List<Shift>>('GET', `/schedules/${duty.id}/shifts?until=${encodeURIComponent(until)}`)).items;
    const t = i18n.t.swaps, me = current.me!.id, mine = all.filter((s) => s.person?.id === me).slice(0, 20);
    if (!mine.length) return toasts.say(t.noShift);
    const name = (id: string): string => people.find((p) => p.id === id)?.name ?? '…';
    const span = (s: { from: string; until: string }): string => t.span(fmt().moment(s.from, Date.now()), fmt().moment(s.until, Date.now()));
    // The dialog's lists do not depend on one another: what overlaps is refused with its reason.
    const list = offers({ from: mine[0]!.from, until: mine[0]!.from }, all, me);
    ask.open({
      title: t.ask(duty.name), text: t.hint, submit: t.send,
      fields: [
        { name: 'shift', label: t.which, kind: 'select', value: '0', required: true, options: mine.map((s, n) => ({ value: String(n), label: span(s) })) },
        { name: 'offer', label: t.who, kind: 'select', value: '0', required: true, options: list.slice(0, 60).map((o, n) => ({ value: String(n), label: !o.to.length ? t.anybody : o.back ? t.inReturn(name(o.to[0]!), span(o.back)) : t.takes(name(o.to[0]!)) })) },
        { name: 'reason', label: i18n.t.ask.reason },
      ],
      run: async (x) => {
        const shift = mine[Number(x.shift)]!, offer = list[Number(x.offer)]!;
        await call('POST', `/schedules/${duty.id}/swaps`, { ...offer, from: shift.from, until: shift.until, reason: x.reason || undefined });
        toasts.say(t.sent);
        await done();
      },
    });
  });
}
