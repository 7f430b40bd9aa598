import { Refused, Unreachable, call } from './api/client.ts';
import type { View } from './api/types.ts';

/** Something written while the server was out of reach. */
export interface Waiting { id: string; ref: string; path: string; body: unknown; text: string; at: number; refused?: string }

const key = 'sigap.outbox';

/** Sends what was written, in order; what cannot go now waits on the device. */
class Outbox {
  waiting = $state<Waiting[]>(read());
  #busy = false;

  start(): void {
    addEventListener('online', () => void this.flush());
    setInterval(() => void this.flush(), 15_000);
    void this.flush();
  }

  /** Sends at once if it can. Gives the new view, or undefined if it waits. Throws Refused. */
  async send(ref: string, path: string, body: unknown, text: string): Promise<View | undefined> {
    if (!this.waiting.some((w) => w.ref === ref && !w.refused)) {
      try {
        return await call<View>('POST', `/incidents/${ref}/${path}`, body);
      } catch (e) {
        if (!(e instanceof Unreachable)) throw e;
      }
    }
    this.waiting.push({ id: crypto.randomUUID(), ref, path, body, text, at: Date.now() });
    this.#keep();
    return undefined;
  }

  /** Tries what waits, oldest first; stops at the first that does not get through. */
  async flush(): Promise<void> {
    if (this.#busy || !navigator.onLine) return;
    this.#busy = true;
    try {
      for (const w of [...this.waiting].filter((x) => !x.refused)) {
        await call('POST', `/incidents/${w.ref}/${w.path}`, w.body);
        this.drop(w.id);
      }
    } catch (e) {
      const first = this.waiting.find((w) => !w.refused);
      if (e instanceof Refused && first) {
        first.refused = e.message;
        this.#keep();
      }
    } finally {
      this.#busy = false;
    }
  }

  drop(id: string): void {
    this.waiting = this.waiting.filter((w) => w.id !== id);
    this.#keep();
  }

  #keep(): void {
    try {
      localStorage.setItem(key, JSON.stringify(this.waiting));
    } catch {
      // Storage may be full: then it waits as long as the page is open.
    }
  }
}

function read(): Waiting[] {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]') as Waiting[];
  } catch {
    return [];
  }
}

export const outbox = new Outbox();
