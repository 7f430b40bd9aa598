import { expect, test } from 'vitest';
import { offers } from './swaps.ts';

test('a shift is offered to all, to each, and for the shifts of others that do not overlap it', () => {
  const shift = (id: string, from: number, until: number) => ({ person: { id, name: id }, from: new Date(2027, 2, from).toISOString(), until: new Date(2027, 2, until).toISOString() });
  const mine = shift('rina', 1, 3), apart = shift('budi', 3, 4);
  const gone = { ...shift('tono', 6, 7), left: true };
  expect(offers(mine, [mine, apart, shift('eka', 2, 4), gone], 'rina')).toEqual([
    { to: [] }, { to: ['budi'] }, { to: ['eka'] }, { to: ['budi'], back: { from: apart.from, until: apart.until } },
  ]);
});
