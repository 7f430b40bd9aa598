import { call } from '$lib/api/client.ts';
import { here } from '$lib/location.svelte.ts';
import { current } from '$lib/session.svelte.ts';
import { attempt } from '$lib/trouble.ts';

/** Starts a drill on the simulated shop; its incident appears by itself on Home. */
export async function startDrill(): Promise<void> {
  const began = await attempt(() => call('POST', '/drills', {}));
  if (!began) return;
  here.go('/');
  await current.load();
}
