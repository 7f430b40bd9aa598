import { expect, test } from 'vitest';
import { flags, scale, ticksTo, timeTicks } from './plot.ts';

test.each([[19.2, [0, 10, 20]], [1, [0, 0.5, 1]], [4.1, [0, 2, 4]], [0, [0, 1]], [1200, [0, 500, 1000]]])('ticks up to %d are round', (high, ticks) => {
  expect(ticksTo(high)).toEqual(ticks);
});

test('a scale spans the points, the usual band and zero', () => {
  const s = scale([{ t: '2026-11-23T07:00:00Z', v: 3 }, { t: '2026-11-23T07:10:00Z', v: 19.2 }], 1);
  expect(s.to - s.from).toBe(600_000);
  expect([s.low, s.high >= 19.2]).toEqual([0, true]);
});

test('time ticks stand on whole minutes', () => {
  const from = Date.parse('2026-11-23T07:00:30Z');
  expect(timeTicks(from, from + 1_440_000, 6).map((t) => new Date(t).toISOString().slice(11, 16))).toEqual(['07:05', '07:10', '07:15', '07:20']);
});

test('flags that would overlap stand in rows, one at the edge turns', () => {
  const at = (s: number): string => new Date(s * 1000).toISOString();
  const moments = [{ at: at(10), code: 'change', label: 'v2.14.0' }, { at: at(12), code: 'detected', label: 'detected' }, { at: at(99), code: 'mitigated', label: 'mitigated' }, { at: at(500), code: 'x', label: 'later' }];
  const placed = flags(moments, (t) => (t / 1000) * 7, 0, 100_000, 700);
  expect(placed.map((f) => [f.label, f.row, f.left])).toEqual([['v2.14.0', 0, false], ['detected', 1, false], ['mitigated', 0, true]]);
});
