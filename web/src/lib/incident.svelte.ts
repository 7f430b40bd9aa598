import { call } from './api/client.ts';
import type { EntryPage, EntryView, Person, View } from './api/types.ts';
import { now } from './now.svelte.ts';
import { Stream, type Link } from './stream.svelte.ts';

// How many entries are asked for: at first what fills a screen, then what one
// scrolls through at once, and the most that the server gives when all are wanted.
const first = 60, more = 200, most = 500;

/** One incident as it is watched: its view, the newest part of its timeline, who is here. */
export class Watched {
  readonly ref: string;
  view = $state.raw<View | null>(null);
  entries = $state.raw<EntryView[]>([]);
  /** The last change put entries before the others: what is on screen keeps its place from the end. */
  grewAtStart = false;
  present = $state.raw<(Person & { typing?: boolean })[]>([]);
  loadingEarlier = $state(false);
  #stream: Stream | undefined = $state.raw();
  #coming: Promise<void> | undefined;

  constructor(ref: string) {
    this.ref = ref;
  }

  get link(): Link {
    return this.#stream?.link ?? 'catching';
  }

  get hasEarlier(): boolean {
    return (this.entries[0]?.seq ?? 1) > 1;
  }

  /** Loads both in parallel, then follows. Throws what the API throws. */
  async open(): Promise<void> {
    const [view, entries] = await Promise.all([
      call<View>('GET', `/incidents/${this.ref}`),
      call<EntryPage>('GET', `/incidents/${this.ref}/entries?limit=${first}`),
    ]);
    this.show(view);
    this.present = view.present ?? [];
    this.entries = entries.items ?? [];
    this.#stream = new Stream(() => `/api/incidents/${this.ref}/stream?after=${this.entries.at(-1)?.seq ?? 0}`, {
      entry: (data) => this.#take(JSON.parse(data) as EntryView),
      view: (data) => this.show(JSON.parse(data) as View),
      presence: (data) => (this.present = JSON.parse(data) as Person[]),
    });
  }

  close(): void {
    this.#stream?.close();
  }

  /** Loads a page before what is loaded. Who asks while one is on its way waits for that one. */
  earlier(limit = more): Promise<void> {
    this.#coming ??= this.#before(limit).finally(() => (this.#coming = undefined));
    return this.#coming;
  }

  async #before(limit: number): Promise<void> {
    const oldest = this.entries[0]?.seq;
    if (!oldest || !this.hasEarlier) return;
    this.loadingEarlier = true;
    try {
      const page = await call<EntryPage>('GET', `/incidents/${this.ref}/entries?before=${oldest}&limit=${limit}`);
      const older = (page.items ?? []).filter((e) => e.seq < oldest);
      if (!older.length) throw new Error('the server has no entry before');
      this.grewAtStart = true;
      this.entries = [...older, ...this.entries];
    } finally {
      this.loadingEarlier = false;
    }
  }

  /** Loads until an entry is there; 1 loads the whole timeline. Gives up where the server cannot be reached. */
  async reach(seq: number, wanted = (): boolean => true): Promise<void> {
    while (wanted() && this.hasEarlier && this.entries[0]!.seq > seq) {
      try {
        await this.earlier(most);
      } catch {
        return;
      }
    }
  }

  /** Does something to the incident and shows what came of it. */
  async act(path: string, body: unknown = {}, method = 'POST'): Promise<void> {
    const view = await call<View | undefined>(method, `/incidents/${this.ref}/${path}`, body);
    if (view) this.show(view);
  }

  show(view: View): void {
    now.correct(view.now);
    this.view = view;
  }

  /** Whether an entry is marked as a key moment: the record says so, entries keep what was when they came. */
  pinned(seq: number): boolean {
    return this.view?.incident.pins?.includes(seq) ?? false;
  }

  #take(e: EntryView): void {
    if (e.seq > (this.entries.at(-1)?.seq ?? 0)) {
      this.grewAtStart = false;
      this.entries = [...this.entries, e];
    }
    if (e.kind === 'corrected') void this.#again();
  }

  /** Reads what is loaded once more: a correction changed how an earlier entry reads. */
  async #again(): Promise<void> {
    let after = (this.entries[0]?.seq ?? 1) - 1;
    const fresh = new Map<number, EntryView>();
    for (let read = most; read === most; ) {
      const page = await call<EntryPage>('GET', `/incidents/${this.ref}/entries?after=${after}&limit=${most}`).catch(() => undefined);
      for (const e of page?.items ?? []) fresh.set((after = e.seq), e);
      read = page?.items.length ?? 0;
    }
    this.entries = this.entries.map((e) => fresh.get(e.seq) ?? e);
  }
}
