import { call } from './api/client.ts';
import type { EntryPage, EntryView, Person, View } from './api/types.ts';
import { now } from './now.svelte.ts';
import { Stream, type Link } from './stream.svelte.ts';

const page = 100;

/** One incident as it is watched: its view, the newest part of its timeline, who is here. */
export class Watched {
  readonly ref: string;
  view = $state.raw<View | null>(null);
  entries = $state.raw<EntryView[]>([]);
  first = $state(1);
  present = $state.raw<(Person & { typing?: boolean })[]>([]);
  loadingEarlier = $state(false);
  #stream: Stream | undefined = $state.raw();

  constructor(ref: string) {
    this.ref = ref;
  }

  get link(): Link {
    return this.#stream?.link ?? 'catching';
  }

  get hasEarlier(): boolean {
    return (this.entries[0]?.seq ?? this.first) > this.first;
  }

  /** Loads both in parallel, then follows. Throws what the API throws. */
  async open(): Promise<void> {
    const [view, entries] = await Promise.all([
      call<View>('GET', `/incidents/${this.ref}`),
      call<EntryPage>('GET', `/incidents/${this.ref}/entries?limit=${page}`),
    ]);
    this.show(view);
    this.present = view.present ?? [];
    this.entries = entries.items ?? [];
    this.first = entries.first || 1;
    this.#stream = new Stream(() => `/api/incidents/${this.ref}/stream?after=${this.entries.at(-1)?.seq ?? 0}`, {
      entry: (data) => this.#take(JSON.parse(data) as EntryView),
      view: (data) => this.show(JSON.parse(data) as View),
      presence: (data) => (this.present = JSON.parse(data) as Person[]),
    });
  }

  close(): void {
    this.#stream?.close();
  }

  async earlier(): Promise<void> {
    const oldest = this.entries[0]?.seq;
    if (!oldest || this.loadingEarlier || !this.hasEarlier) return;
    this.loadingEarlier = true;
    try {
      const more = await call<EntryPage>('GET', `/incidents/${this.ref}/entries?before=${oldest}&limit=${page}`);
      const older = (more.items ?? []).filter((e) => e.seq < oldest);
      this.first = older.length ? more.first || 1 : oldest;
      this.entries = [...older, ...this.entries];
    } finally {
      this.loadingEarlier = false;
    }
  }

  /** Lets go of what was read far back: it is loaded again when somebody scrolls there. */
  trim(): void {
    if (this.entries.length > 5 * page) this.entries = this.entries.slice(-3 * page);
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
    if (e.seq > (this.entries.at(-1)?.seq ?? 0)) this.entries = [...this.entries, e];
    if (e.kind === 'corrected') void this.#again();
  }

  /** Reads what is loaded once more: a correction changed how an earlier entry reads. */
  async #again(): Promise<void> {
    const first = this.entries[0]?.seq ?? 1;
    const page = await call<EntryPage>('GET', `/incidents/${this.ref}/entries?after=${first - 1}&limit=500`).catch(() => undefined);
    const fresh = new Map((page?.items ?? []).map((e) => [e.seq, e]));
    this.entries = this.entries.map((e) => fresh.get(e.seq) ?? e);
  }
}
