import { Refused, Unreachable } from './api/client.ts';
import { i18n } from './i18n/index.svelte.ts';
import { toasts } from './toast.svelte.ts';

/** What to tell a person about an error: the server's words where it has some. */
export function words(e: unknown): string {
  if (e instanceof Refused) return e.message;
  if (e instanceof Unreachable) return i18n.t.error.unreachable;
  console.error(e);
  return i18n.t.error.again;
}

/** Runs something that a press began; what goes wrong is said, not thrown. */
export async function attempt(f: () => Promise<unknown>): Promise<boolean> {
  try {
    await f();
    return true;
  } catch (e) {
    toasts.say(words(e), true);
    return false;
  }
}
