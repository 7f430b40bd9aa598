// What somebody types is kept on the device at every keystroke, and is still
// there after an error, a reload or a dead battery.

export interface Shelf { getItem(key: string): string | null; setItem(key: string, value: string): void; removeItem(key: string): void }

const prefix = 'sigap.draft.';

export class Drafts {
  #shelf: Shelf;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  get(key: string): string {
    return this.#try(() => this.#shelf.getItem(prefix + key)) ?? '';
  }

  /** Keeps the text; an empty one is forgotten. */
  keep(key: string, text: string): void {
    this.#try(() => (text ? this.#shelf.setItem(prefix + key, text) : this.#shelf.removeItem(prefix + key)));
  }

  forget(key: string): void {
    this.keep(key, '');
  }

  getFields(key: string): Record<string, string> {
    try {
      return JSON.parse(this.get(key) || '{}') as Record<string, string>;
    } catch {
      return {};
    }
  }

  keepFields(key: string, fields: Record<string, string>): void {
    const kept = Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== ''));
    this.keep(key, Object.keys(kept).length ? JSON.stringify(kept) : '');
  }

  /** Storage may be full or forbidden: then nothing is kept, and nothing breaks. */
  #try<T>(f: () => T): T | undefined {
    try {
      return f();
    } catch {
      return undefined;
    }
  }
}

const nowhere: Shelf = { getItem: () => null, setItem: () => {}, removeItem: () => {} };

export const drafts = new Drafts(typeof localStorage === 'undefined' ? nowhere : localStorage);
