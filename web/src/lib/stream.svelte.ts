export type Link = 'live' | 'catching' | 'offline';

type Handlers = Record<string, (data: string, id: string) => void>;

/**
 * A stream of server-sent events that is always being kept up. The browser
 * reconnects by itself with Last-Event-ID; where it gives up, this begins
 * anew from where the caller has got to.
 */
export class Stream {
  link = $state<Link>('catching');
  #address: () => string;
  #handlers: Handlers;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #closed = false;
  #online = () => this.#again(0);
  #offline = () => (this.link = 'offline');

  constructor(address: () => string, handlers: Handlers) {
    this.#address = address;
    this.#handlers = handlers;
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
    this.#open();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#source?.close();
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
  }

  #open(): void {
    this.#source?.close();
    const source = new EventSource(this.#address());
    this.#source = source;
    source.onopen = () => {
      this.#tries = 0;
      this.link = 'live';
    };
    source.onerror = () => {
      this.link = this.#tries > 1 || !navigator.onLine ? 'offline' : 'catching';
      this.#tries++;
      if (source.readyState === EventSource.CLOSED) this.#again(Math.min(15_000, 500 * 2 ** this.#tries));
    };
    for (const [name, handle] of Object.entries(this.#handlers)) {
      source.addEventListener(name, (e) => handle((e as MessageEvent<string>).data, (e as MessageEvent<string>).lastEventId));
    }
  }

  #again(after: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.#open(), after);
  }
}
