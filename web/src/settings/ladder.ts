import type { Ladder, Rung, Team } from '$lib/api/types.ts';

/** A ladder while it is edited. */
export interface Draft { rungs: Rung[]; rounds: number; teams: string[] }

/** What a team's page climbs now, as steps to begin from: who is on call, then each member. */
export function begin(team: Team): Draft {
  const rungs: Rung[] = [...(team.schedule ? [{ schedules: [team.schedule] }] : []), ...team.members.map((id) => ({ people: [id] }))];
  return { rungs: rungs.length ? rungs : [{}], rounds: 0, teams: [] };
}

export function edited(l: Ladder): Draft {
  return { rungs: l.rungs ?? [], rounds: l.rounds ?? 0, teams: l.teams ?? [] };
}

/** After how many minutes each step begins, if nobody answers and every step applies. */
export function begins(rungs: Rung[], limit: number): number[] {
  let at = 0;
  return rungs.map((r) => {
    const here = at;
    at += r.minutes || limit;
    return here;
  });
}

/** Who is asked in a step, as one list that can be added to and taken from. */
export type Kind = 'people' | 'schedules' | 'teams';
export const kinds: Kind[] = ['schedules', 'people', 'teams'];

export function asked(r: Rung): { kind: Kind; id: string }[] {
  return kinds.flatMap((kind) => (r[kind] ?? []).map((id) => ({ kind, id })));
}

export function withWho(r: Rung, kind: Kind, id: string): Rung {
  return { ...r, [kind]: [...(r[kind] ?? []).filter((x) => x !== id), id] };
}

export function without(r: Rung, kind: Kind, id: string): Rung {
  const left = { ...r, [kind]: (r[kind] ?? []).filter((x) => x !== id) };
  return asked(left).length > 1 ? left : { ...left, robin: false };
}

/** What a step's dialog was answered: minutes, severities, hours. */
export function conditions(r: Rung, a: Record<string, string>, timezone: string): Rung {
  const many = (s: string | undefined): number[] => (s ?? '').split('\n').filter(Boolean).map(Number);
  const hours = a.from || a.to ? [{ from: a.from || '00:00', to: a.to || '24:00', ...(a.days ? { days: many(a.days) } : {}) }] : a.days ? [{ from: '00:00', to: '24:00', days: many(a.days) }] : [];
  return {
    people: r.people, schedules: r.schedules, teams: r.teams, robin: a.robin === 'true',
    minutes: Number(a.minutes) || 0, severities: many(a.only), hours, timezone: hours.length ? r.timezone || timezone : '',
  };
}

export function moved<T>(list: T[], from: number, to: number): T[] {
  const out = [...list];
  out.splice(to, 0, ...out.splice(from, 1));
  return out;
}
