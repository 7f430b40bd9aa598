import { describe, expect, test } from 'vitest';
import { Format, face } from './format.ts';

const en = new Format('en', 'Asia/Jakarta'), id = new Format('id', 'Asia/Jakarta');
const at = '2026-11-23T07:03:10Z', now = Date.parse('2026-11-23T07:20:00Z');

test('a clock face counts seconds, then hours, then days', () => {
  expect([0, 26, 752, 6485, 100_000].map((s) => face(s * 1000))).toEqual(['0:00', '0:26', '12:32', '1:48:05', '1 d 3 h']);
  expect(face(-5000)).toBe('0:00');
  expect(face(100_000_000, 'id')).toBe('1 h 3 j');
});

describe('times are in the reader’s zone and language', () => {
  test.each([['clock', '14:03', '14.03'], ['seconds', '14:03:10', '14.03.10']] as const)('%s', (form, english, indonesian) => {
    expect(en[form](at)).toBe(english);
    expect(id[form](at)).toBe(indonesian);
  });

  test('a day is named where it is not today', () => {
    expect(en.moment(at, now)).toBe('14:03');
    expect(en.moment('2026-11-21T07:03:10Z', now)).toBe('21 Nov, 14:03');
    expect(id.day('2026-12-01T07:00:00Z', now)).toBe('1 Des');
  });

  test('how long ago is said in words', () => {
    expect(en.ago(at, now)).toBe('17 minutes ago');
    expect(id.ago(at, now)).toBe('17 menit yang lalu');
  });

  test('UTC is another zone, not another clock', () => {
    expect(new Format('en', 'UTC').clock(at)).toBe('07:03');
  });
});

test('spans are read, not watched', () => {
  expect([400, 4000, 26_000, 72_000, 41 * 60_000, 200 * 60_000, 30 * 3_600_000].map((n) => en.span(n))).toEqual(['400 ms', '4 s', '26 s', '1 min 12 s', '41 min', '3 h 20 min', '1 d 6 h']);
  expect(id.span(4200)).toBe('4,2 dtk');
  expect(en.span(119_999)).toBe('2 min'); // never "1 min 60 s"
});

test('numbers have the language’s comma and their unit', () => {
  expect([en.number(1284), id.number(1284)]).toEqual(['1,284', '1.284']);
  expect([en.number(4.123), id.number(4.123)]).toEqual(['4.12', '4,12']);
  expect([en.percent(0.19), id.percent(0.041)]).toEqual(['19%', '4,1%']);
  expect([en.measure(0.2, 's'), id.measure(30, 'seconds'), en.measure(1_400_000_000, 'bytes'), id.measure(0.3, '%')]).toEqual(['200 ms', '30 dtk', '1.4 GB', '0,3%']);
});
