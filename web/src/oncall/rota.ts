import { ask } from '$lib/ask.svelte.ts';
import { call } from '$lib/api/client.ts';
import type { Account, Person, Team } from '$lib/api/types.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import { current } from '$lib/session.svelte.ts';
import { local } from '../incident/asks/common.ts';

/** One person's time on call; without a person it is a gap. */
export interface Shift { person?: Person; left?: boolean; from: string; until: string; override?: boolean }
export interface Duty { id: string; name: string; teams: string[]; now: Shift; next?: Shift; gap?: Shift }

const dayMs = 86_400_000;

/** The weeks around a month, each of seven days from Monday on, as midnights of this device's zone. */
export function weeks(month: Date): Date[][] {
  const first = new Date(month.getFullYear(), month.getMonth(), 1);
  const monday = new Date(first.getFullYear(), first.getMonth(), 1 - ((first.getDay() + 6) % 7));
  const out: Date[][] = [];
  for (let w = 0; w < 6; w++) {
    const week = Array.from({ length: 7 }, (_, d) => new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + w * 7 + d));
    if (w > 0 && week[0]!.getMonth() !== first.getMonth()) break;
    out.push(week);
  }
  return out;
}

/** The day after a midnight, also where that day has 23 or 25 hours. */
export const dayAfter = (d: Date): Date => new Date(d.getFullYear(), d.getMonth(), d.getDate() + 1);

/** The shifts of one day, in order. */
export function within(shifts: Shift[], day: Date): Shift[] {
  const from = day.getTime(), until = dayAfter(day).getTime();
  return shifts.filter((s) => Date.parse(s.from) < until && Date.parse(s.until) > from);
}

/** Asks who takes the days from one to another, and puts them on call. */
export function cover(schedule: string, a: Date, b: Date, people: Account[], done: () => Promise<void>): void {
  const [from, last] = a <= b ? [a, b] : [b, a];
  const t = i18n.t.rota;
  const able = people.filter((p) => !p.disabled && (current.may('manager') || p.id === current.me?.id));
  const days = Math.round((dayAfter(last).getTime() - from.getTime()) / dayMs);
  ask.open({
    title: t.cover(days), submit: i18n.t.act.save,
    fields: [
      { name: 'person', label: i18n.t.ask.person, kind: 'select', value: current.me?.id ?? '', options: able.map((p) => ({ value: p.id, label: p.name })), required: true },
      { name: 'reason', label: i18n.t.ask.reason },
    ],
    run: async (x) => {
      await call('POST', `/schedules/${schedule}/overrides`, { person: x.person, from: from.toISOString(), until: dayAfter(last).toISOString(), reason: x.reason || undefined });
      await done();
    },
  });
}

/** A stretch of time in which somebody stands in, whatever the turns say. */
export interface StandIn { id: string; person: string; from: string; until: string; reason?: string; /** Who accepted the request that it follows from. */ agreed?: string }

/** A day on which the hours of a Sunday count. */
export interface Holiday { date: string; name: string }
/** What of a schedule is kept beside its turns. */
export interface Kept { id: string; overrides: StandIn[] | null; holidays?: Holiday[] | null; shadows?: Learns[] | null }
/** Somebody who is told of pages along with who is on call, and never asked. */
export interface Learns { person: string; of?: string; until: string }

/** What is proposed for a stand-in: from now until the turn under way ends, or for eight hours where that is far off. */
export function stretch(now: Date, ends: string | undefined): { from: Date; until: Date } {
  const eight = new Date(now.getTime() + 8 * 3_600_000), end = ends ? new Date(ends) : eight;
  return { from: now, until: end > now && end.getTime() - now.getTime() <= dayMs ? end : eight };
}

/** Asks who stands in, from when until when; oneself, or as a manager anybody. */
export function standIn(duty: Duty, people: Account[], done: () => Promise<void>): void {
  const t = i18n.t.rota, { from, until } = stretch(new Date(), duty.now.until);
  const able = people.filter((p) => !p.disabled && (current.may('manager') || p.id === current.me?.id));
  ask.open({
    title: t.standInTitle(duty.name), submit: i18n.t.act.save,
    fields: [
      { name: 'person', label: i18n.t.ask.person, kind: 'select', value: current.me?.id ?? '', options: able.map((p) => ({ value: p.id, label: p.name })), required: true },
      { name: 'from', label: t.from, kind: 'time', value: local(from.getTime()), required: true }, { name: 'until', label: t.until, kind: 'time', value: local(until.getTime()), required: true },
      { name: 'reason', label: i18n.t.ask.reason },
    ],
    run: async (x) => {
      await call('POST', `/schedules/${duty.id}/overrides`, { person: x.person, from: new Date(x.from!).toISOString(), until: new Date(x.until!).toISOString(), reason: x.reason || undefined });
      await done();
    },
  });
}

/** Asks for a new schedule of people who take turns, and lets a team page by it. */
export function addSchedule(people: Account[], teams: Team[], done: () => Promise<void>): void {
  const t = i18n.t.rota;
  const options = people.filter((p) => !p.disabled).map((p) => ({ value: p.id, label: p.name }));
  ask.open({
    title: t.add, submit: i18n.t.act.add, draft: 'schedule',
    fields: [
      { name: 'name', label: t.name, required: true },
      { name: 'people', label: t.people, kind: 'many', options, required: true },
      { name: 'unit', label: t.turn, kind: 'select', value: 'week', options: [{ value: 'day', label: t.day }, { value: 'week', label: t.week }], required: true },
      { name: 'start', label: t.start, kind: 'date', value: new Date().toISOString().slice(0, 10), required: true },
      { name: 'team', label: t.team, kind: 'select', value: '', options: [{ value: '', label: t.noTeam }, ...teams.map((x) => ({ value: x.id, label: x.name }))] },
    ],
    run: async (x) => {
      const made = await call<{ id: string }>('PUT', '/schedules', {
        id: '', name: x.name, timezone: current.me?.timezone ?? 'UTC', overrides: [],
        layers: [{ name: '', people: (x.people ?? '').split('\n').filter(Boolean), start: `${x.start}T09:00`, turn: 1, unit: x.unit }],
      });
      const team = teams.find((v) => v.id === x.team);
      if (team) await call('PUT', '/teams', { ...team, schedule: made.id });
      await done();
    },
  });
}
