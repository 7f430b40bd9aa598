import { call } from '$lib/api/client.ts';
import type { Card, Home } from '$lib/api/types.ts';
import { Stream, type Link } from '$lib/stream.svelte.ts';

/** What is open now, kept up by the stream of changes: the navigation counts it, Home shows it. */
class Open {
  home = $state.raw<Home>();
  error = $state.raw<unknown>();
  #stream: Stream | undefined = $state.raw();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<() => void>();

  get link(): Link {
    return this.#stream?.link ?? 'catching';
  }

  get count(): number {
    return this.home?.open?.length ?? 0;
  }

  get incidents(): Card[] {
    return this.home?.open ?? [];
  }

  start(): () => void {
    void this.load();
    this.#stream = new Stream(() => '/api/stream', { changed: () => this.#soon() });
    const slow = setInterval(() => void this.load(), 60_000);
    return () => {
      this.#stream?.close();
      clearInterval(slow);
      clearTimeout(this.#timer);
    };
  }

  async load(): Promise<void> {
    try {
      this.home = await call<Home>('GET', '/home');
      this.error = undefined;
    } catch (e) {
      this.error = e;
    }
  }

  /** Calls f after each change somewhere, at most twice a second. Gives the function that ends it. */
  onChange(f: () => void): () => void {
    this.#listeners.add(f);
    return () => this.#listeners.delete(f);
  }

  #soon(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.load();
      for (const f of this.#listeners) f();
    }, 500);
  }
}

export const open = new Open();
