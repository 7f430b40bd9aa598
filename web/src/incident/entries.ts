import type { EntryView } from '$lib/api/types.ts';
import type { Watched } from '$lib/incident.svelte.ts';
import { plain } from '$lib/markup.ts';
import { attempt } from '$lib/trouble.ts';
import { correct, evidence, finding } from './asks/investigate.ts';

// What can be done with one entry of the timeline, by a button or by a key.

/** A line of the timeline: an entry, with those like it that came right before folded behind it. */
export interface Row { entry: EntryView; folded: EntryView[] }

/** Folds runs of three and more receipts, which say one thing many times; open ones stay as they are. */
export function fold(entries: EntryView[], open: Set<number>): Row[] {
  const rows: Row[] = [];
  let run: EntryView[] = [];
  const end = (): void => {
    const last = run.at(-1);
    if (last && run.length > 2 && !open.has(run[0]!.seq)) rows.push({ entry: last, folded: run.slice(0, -1) });
    else rows.push(...run.map((entry) => ({ entry, folded: [] })));
    run = [];
  };
  for (const e of entries) {
    if (e.kind === 'receipt' && e.tone === 'minor') run.push(e);
    else {
      end();
      rows.push({ entry: e, folded: [] });
    }
  }
  end();
  return rows;
}

export type Filter = 'all' | 'key' | 'people' | 'sigap';

const said = (e: EntryView): string => e.quote ?? e.corrected?.text ?? plain(e.text);

export function togglePin(w: Watched, e: EntryView): void {
  void attempt(() => w.act('pins', { seq: e.seq, off: w.pinned(e.seq) }));
}

export const findingFrom = (w: Watched, e: EntryView): void => finding(w, { seq: e.seq, text: said(e) });
export const linkEntry = (w: Watched, e: EntryView): void => evidence(w, undefined, { seq: e.seq, text: said(e) });
export const correctEntry = (w: Watched, e: EntryView): void => correct(w, { seq: e.seq, text: said(e) });

/** One corrects what one wrote oneself. */
export function mayCorrect(w: Watched, e: EntryView): boolean {
  return e.actor.id === w.view!.you.id && ['note', 'finding', 'hypothesis', 'report'].includes(e.kind);
}

export function matches(w: Watched, e: EntryView, filter: Filter, words: string): boolean {
  const fits =
    filter === 'all' ||
    (filter === 'key' && (w.pinned(e.seq) || e.tone === 'key' || e.tone === 'signal' || e.tone === 'loud')) ||
    (filter === 'people' && e.actor.kind === 'person') ||
    (filter === 'sigap' && e.actor.kind !== 'person');
  if (!fits || !words) return fits;
  const text = `${e.text} ${e.detail ?? ''} ${e.quote ?? ''} ${e.corrected?.text ?? ''} ${e.actor.name}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
