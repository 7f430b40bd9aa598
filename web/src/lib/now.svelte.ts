import { Format } from './format.ts';
import { i18n } from './i18n/index.svelte.ts';

// The one clock of the page. The tab's own may be wrong, so the server's
// answers set it right; it ticks once a second, for every clock face together.

class Now {
  #offset = 0;
  #zone = $state(Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');
  utc = $state(false);
  ms = $state(Date.now());
  /** The same, moving once a minute: for what need not follow each second. */
  minute = $state(Date.now());

  tick(): void {
    setInterval(() => this.#move(), 1000);
  }

  /** Takes the server's time, to a second, where it differs by more than two. */
  correct(server: string | null): void {
    const at = server ? Date.parse(server) : NaN;
    if (Math.abs(at - Date.now() - this.#offset) > 2000) {
      this.#offset = at - Date.now();
      this.#move();
    }
  }

  #move(): void {
    this.ms = Date.now() + this.#offset;
    if (Math.floor(this.ms / 60_000) !== Math.floor(this.minute / 60_000)) this.minute = this.ms;
  }

  zone(name: string | undefined): void {
    if (name) this.#zone = name;
  }

  get format(): Format {
    return new Format(i18n.lang, this.utc ? 'UTC' : this.#zone);
  }
}

export const now = new Now();
const format = $derived(now.format);

/** Times and numbers as this reader has them; changes with language and zone. */
export const fmt = (): Format => format;
