import { call } from './api/client.ts';
import { i18n } from './i18n/index.svelte.ts';

/** Something asked of the server once, and again when told; the last answer stays until the next is there. */
export class Loaded<T> {
  value = $state.raw<T>();
  error = $state.raw<unknown>();
  #address: () => string;
  #turn = 0;

  /** Begins at once; an address that reads state is asked again when that state or the language changes. */
  constructor(address: () => string) {
    this.#address = address;
    $effect(() => {
      void i18n.lang;
      this.#address();
      void this.load();
    });
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const value = await call<T>('GET', this.#address());
      if (turn === this.#turn) [this.value, this.error] = [value, undefined];
    } catch (e) {
      if (turn === this.#turn) this.error = e;
    }
  }
}
