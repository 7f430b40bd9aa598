import { call } from '$lib/api/client.ts';
import type { HoldWindow } from '$lib/api/types.ts';
import { ask } from '$lib/ask.svelte.ts';
import type { Format } from '$lib/format.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';

/** What is typed into the form of a window. */
export interface Typed {
  kind: string; conditions: string; reason: string; when: string; minutes: string; from: string; until: string;
  days: string; starts: string; stops: string; zone: string; lastUntil: string;
}

export const lines = (text: string): string[] => text.split('\n').map((s) => s.trim()).filter(Boolean);

/** A moment as a field shows it: by the clock of this device, to the minute. */
function shown(at?: string): string {
  if (!at) return '';
  const d = new Date(at);
  return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What was typed, as a moment; what a field was filled in with stays exact. */
function instant(typed: string, was?: string): string | undefined {
  if (!typed) return undefined;
  return was && shown(was) === typed ? was : new Date(typed).toISOString();
}

/** The form of a window that there is. */
export function typed(w: HoldWindow): Partial<Typed> {
  const same = { kind: w.kind, conditions: w.matchers.join('\n'), reason: w.reason };
  if (w.weekly) return { ...same, when: 'weekly', days: w.weekly.days.join('\n'), starts: w.weekly.from, stops: w.weekly.to, zone: w.weekly.zone, lastUntil: shown(w.until) };
  return { ...same, when: 'once', minutes: '', from: shown(w.from), until: shown(w.until) };
}

/** What the server is asked for; of a weekly one that is changed its beginning stays, and so what was left out of it. */
export function asked(a: Typed, was?: HoldWindow): Record<string, unknown> {
  const body = { kind: a.kind, matchers: lines(a.conditions), reason: a.reason };
  if (a.when === 'weekly') {
    return { ...body, from: was?.weekly ? was.from : undefined, until: instant(a.lastUntil, was?.until), weekly: { zone: a.zone, days: lines(a.days).map(Number), from: a.starts, to: a.stops } };
  }
  return { ...body, from: instant(a.from, was?.from), ...(a.minutes ? { minutes: Number(a.minutes) } : { until: instant(a.until, was?.until) }) };
}

/** When a window holds, in one line. */
export function times(w: HoldWindow, f: Format, now: number): string {
  const t = i18n.t.windows, at = (s: string): string => f.moment(s, now);
  if (w.weekly) {
    const parts = [`${w.weekly.days.map((d) => f.weekday(d)).join(', ')} ${w.weekly.from}–${w.weekly.to}, ${w.weekly.zone.replaceAll('_', ' ')}`];
    if (w.next) parts.push(w.state === 'open' ? t.until(at(w.next.until), f.ago(w.next.until, now)) : t.next(at(w.next.from)));
    if (w.until && w.state !== 'over') parts.push(t.lastDay(at(w.until)));
    return parts.join(' · ');
  }
  if (w.state === 'open' && w.until) return t.until(at(w.until), f.ago(w.until, now));
  return w.from && w.until ? t.span(at(w.from), f.sameDay(w.from, w.until) ? f.clock(w.until) : at(w.until)) : '';
}

/** Asks whether a window is to end, and ends it; once: of a weekly one only this time. */
export function end(w: HoldWindow, label: string, held: number, once: boolean, done: () => Promise<void>): void {
  const t = i18n.t.windows;
  ask.open({
    title: t.endTitle, text: [w.reason + '.', t.endText(held), once ? t.skipText : ''].join(' ').replace('..', '.'), submit: label,
    run: async () => {
      await call('POST', `/windows/${encodeURIComponent(w.id)}/end`, once ? { once } : {});
      await done();
    },
  });
}
