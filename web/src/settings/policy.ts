import type { Policy } from '$lib/api/types.ts';
import type { Catalog } from '$lib/i18n/index.svelte.ts';

/** The numbers of a policy, and what one of the unit that they are shown in is worth. */
export const numbers = [
  ['declareAt', 1], ['pageAt', 1], ['silenceLimit', 60e9], ['ackLimit', 60e9], ['methodLimit', 60e9], ['groupWindow', 60e9], ['hold', 60e9],
] as const;

export const shown = (value: number, unit: number): number => Math.round((value / unit) * 100) / 100;

/** A policy as a form says it; what the form does not ask, or was rounded to be read, stays as it was. */
export function read(form: FormData, was: Policy): Policy {
  const next: Policy = { ...was, nonProduction: String(form.get('nonProduction')).split(/[\s,]+/).filter(Boolean) };
  for (const [name, unit] of numbers) {
    const said = Number(form.get(name));
    if (said !== shown(was[name], unit)) next[name] = Math.round(said * unit);
  }
  next.matrix = was.matrix.map((row, r) => row.map((_, c) => Number(form.get(`m${r}${c}`))));
  return next;
}

export interface Difference { label: string; now: string; then: string }

/** In what one policy differs from another, as far as the form shows it. */
export function differences(now: Policy, then: Policy, t: Catalog['policy']): Difference[] {
  const out: Difference[] = [];
  const differ = (label: string, a: string, b: string): void => {
    if (a !== b) out.push({ label, now: a, then: b });
  };
  for (const [name, unit] of numbers) differ(t[name], String(shown(now[name], unit)), String(shown(then[name], unit)));
  differ(t.nonProduction, (now.nonProduction ?? []).join(', '), (then.nonProduction ?? []).join(', '));
  const rows = [t.wide, t.partial, t.small];
  const columns = [t.high, t.medium, t.low];
  for (const [r, row] of then.matrix.entries()) for (const [c, severity] of row.entries()) differ(`${rows[r]}, ${columns[c]}`, `SEV${now.matrix[r]?.[c]}`, `SEV${severity}`);
  return out;
}
