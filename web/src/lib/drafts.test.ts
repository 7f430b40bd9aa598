import { expect, test } from 'vitest';
import { Drafts, type Shelf } from './drafts.ts';

function shelf(): Shelf & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return { map, getItem: (k) => map.get(k) ?? null, setItem: (k, v) => void map.set(k, v), removeItem: (k) => void map.delete(k) };
}

test('what is typed is there again, and forgotten once it is empty', () => {
  const s = shelf(), drafts = new Drafts(s);
  drafts.keep('composer.INC-1', 'half a th');
  expect(new Drafts(s).get('composer.INC-1')).toBe('half a th');
  drafts.keep('composer.INC-1', '');
  expect(s.map.size).toBe(0);
});

test('fields are kept without the empty ones; a broken draft is an empty one', () => {
  const s = shelf(), drafts = new Drafts(s);
  drafts.keepFields('declare', { title: 'Checkout fails', text: '' });
  expect(drafts.getFields('declare')).toEqual({ title: 'Checkout fails' });
  drafts.keep('declare', '{broken');
  expect(drafts.getFields('declare')).toEqual({});
});

test('a full or forbidden storage breaks nothing', () => {
  const no = (): never => {
    throw new Error('QuotaExceededError');
  };
  const drafts = new Drafts({ getItem: no, setItem: no, removeItem: no });
  drafts.keep('a', 'b');
  expect(drafts.get('a')).toBe('');
});
