import type { View } from '$lib/api/types.ts';

/** The people of an incident as a form offers them. */
export const peopleOf = (v: View): { value: string; label: string }[] => (v.people ?? []).map((p) => ({ value: p.id, label: p.name }));

/** What a form's local date and time means, as RFC 3339; undefined if empty. */
export const instant = (local: string | undefined): string | undefined => (local ? new Date(local).toISOString() : undefined);

/** A moment as a form's local date and time. */
export function local(at: number): string {
  const d = new Date(at);
  return new Date(at - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Leaves out what was left empty. */
export const filled = <T extends Record<string, unknown>>(o: T): Partial<T> =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== '' && v !== undefined)) as Partial<T>;
