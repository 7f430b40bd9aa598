import { expect, test } from 'vitest';
import { stretch, dayAfter, weeks, within } from './rota.ts';

test('a month is shown in whole weeks from Monday on', () => {
  const rows = weeks(new Date(2027, 2, 15)); // March 2027 begins on a Monday
  expect(rows.length).toBe(5);
  expect(rows[0]![0]).toEqual(new Date(2027, 2, 1));
  expect(rows.at(-1)!.at(-1)).toEqual(new Date(2027, 3, 4));
  expect(weeks(new Date(2027, 4, 1)).length).toBe(6); // May 2027 begins on a Saturday
});

test('a shift stands on each day that it touches, and not on the day at whose midnight it ends', () => {
  const shift = { from: new Date(2027, 2, 2, 9).toISOString(), until: new Date(2027, 2, 4).toISOString() };
  const on = (day: number): number => within([shift], new Date(2027, 2, day)).length;
  expect([on(1), on(2), on(3), on(4)]).toEqual([0, 1, 1, 0]);
});

test('the day after is the next midnight', () => {
  expect(dayAfter(new Date(2027, 11, 31))).toEqual(new Date(2028, 0, 1));
});

test('a stand-in is proposed until the turn under way ends, if that is soon', () => {
  const now = new Date('2026-11-24T10:00:00Z');
  expect(stretch(now, '2026-11-24T16:00:00Z').until.toISOString()).toBe('2026-11-24T16:00:00.000Z');
  for (const ends of ['2026-11-30T09:00:00Z', '2026-11-24T09:00:00Z', undefined]) expect(stretch(now, ends).until.toISOString()).toBe('2026-11-24T18:00:00.000Z');
});
