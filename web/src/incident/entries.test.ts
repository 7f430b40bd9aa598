import { expect, test } from 'vitest';
import type { EntryView } from '$lib/api/types.ts';
import { fold } from './entries.ts';

const entry = (seq: number, kind: string): EntryView =>
  ({ seq, kind, at: '', recorded: '', actor: { kind: 'system', name: 'Sigap' }, tone: kind === 'receipt' ? 'minor' : 'plain', icon: 'send', text: '' });

test('a run of receipts is one line, two are two, and nothing is lost', () => {
  const kinds = ['note', 'receipt', 'receipt', 'receipt', 'note', 'receipt', 'receipt'];
  const entries = kinds.map((k, i) => entry(i + 1, k));
  const rows = fold(entries, new Set());
  expect(rows.map((r) => [r.entry.seq, r.folded.length])).toEqual([[1, 0], [4, 2], [5, 0], [6, 0], [7, 0]]);
  expect(fold(entries, new Set([2]))).toHaveLength(7);
  expect(rows.flatMap((r) => [...r.folded, r.entry])).toEqual(entries);
});
