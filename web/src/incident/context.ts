import { createContext } from 'svelte';
import type { Watched } from '$lib/incident.svelte.ts';
import type { View } from '$lib/api/types.ts';

/** The incident that the components around share. */
export const [getWatched, setWatched] = createContext<Watched>();

export const may = {
  /** Works on incidents. */
  work: (v: View): boolean => v.you.right !== 'viewer',
  /** Gives tasks and decides. */
  assign: (v: View): boolean => v.you.mayAssign,
};
