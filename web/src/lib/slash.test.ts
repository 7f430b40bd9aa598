import { describe, expect, test } from 'vitest';
import { completions, mention, parse } from './slash.ts';

const budi = { id: 'p2', name: 'Budi Santoso' }, budiman = { id: 'p7', name: 'Budiman' }, rina = { id: 'p1', name: 'Rina Wulandari' };
const people = [budiman, budi, rina];

test.each([
  ['hello', { do: 'note', text: 'hello' }],
  ['//etc is full', { do: 'note', text: '/etc is full' }],
  ['/finding pool is 5', { do: 'finding', says: 'observation', area: 'code', text: 'pool is 5' }],
  ['/temuan konfigurasi penyebab: pool 5', { do: 'finding', says: 'cause', area: 'configuration', text: 'pool 5' }],
  ['/finding code', { do: 'finding', says: 'observation', area: 'code', text: 'code' }],
  ['/hipotesis basis data', { do: 'hypothesis', text: 'basis data' }],
  ['/report x12 “it spins”', { do: 'report', words: 'it spins', count: 12 }],
  ['/report ×0 it spins', { do: 'report', words: 'it spins', count: 1 }],
  ['/task @Budi Santoso Roll back payment 15m', { do: 'task', title: 'Roll back payment', to: budi, minutes: 15 }],
  ['/tugas Roll back @budi 2 jam', { do: 'task', title: 'Roll back', to: budi, minutes: 120 }],
  ['/task look at port 443', { do: 'task', title: 'look at port 443' }],
  ['/sev 2 half of the users', { do: 'sev', severity: 2, reason: 'half of the users' }],
  ['/role komandan @Rina', { do: 'role', role: 'commander', person: rina }],
  ['/page @Budiman', { do: 'page', person: budiman }],
  ['/resolve errors are gone', { do: 'resolve', reason: 'errors are gone' }],
  ['/UPDATE', { do: 'update' }],
  ['/merge inc-12', { do: 'merge', into: 'INC-12' }],
  ['/gabung C-1a2b3c', { do: 'merge', into: 'C-1A2B3C' }],
])('%s', (typed, parsed) => {
  expect(parse(typed, people)).toEqual(parsed);
});

test.each([['/sev 5 x', 'needsSev'], ['/sev 2', 'needsSev'], ['/role commander', 'needsRole'], ['/page Budi', 'needsPerson'], ['/finding', 'needsText'], ['/merge 12', 'needsRef'], ['/merge INC-1 INC-2', 'needsRef'], ['/nonsense x', 'unknown']])(
  '%s is refused with what it needs', (typed, why) => expect(parse(typed, people)).toMatchObject({ do: 'error', why }),
);

describe('mentions', () => {
  test('the longest name wins, and a part of a word is none', () => {
    expect(mention('@Budiman look', people)?.person).toEqual(budiman);
    expect(mention('@budi look', people)).toEqual({ person: budi, rest: 'look' });
    expect(mention('@bud look', people)).toBeUndefined();
  });
});

test('commands complete by either language’s name, people inside a command', () => {
  expect(completions('/te', people, 'id').items.map((i) => i.label)).toEqual(['/temuan']);
  expect(completions('/te', people, 'en').items.map((i) => i.label)).toEqual(['/finding']);
  expect(completions('/task @bud', people, 'en')).toMatchObject({ kind: 'person', from: 6, items: [{ value: '@Budiman ' }, { value: '@Budi Santoso ' }] });
  expect(completions('mail @bud', people, 'en').items).toEqual([]);
});
