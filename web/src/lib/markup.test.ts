import { expect, test } from 'vitest';
import { plain, runs, template } from './markup.ts';

test('bold and code are markup; everything else is text', () => {
  expect(runs('**Rina** set `pool_max` to <b>5</b>')).toEqual([
    { text: 'Rina', as: 'bold' }, { text: ' set ', as: 'plain' }, { text: 'pool_max', as: 'code' }, { text: ' to <b>5</b>', as: 'plain' },
  ]);
  expect(runs('**Rina** merged **INC-7** and **C-1a2b3c**').map((r) => r.as)).toEqual(['bold', 'plain', 'ref', 'plain', 'ref']);
  expect(plain('**a** `b` **open')).toBe('a b **open');
  expect(runs('')).toEqual([]);
});

test('a template shows its holes', () => {
  expect(template('waited <ms> in_use=<*>').filter((p) => p.hole).map((p) => p.text)).toEqual(['<ms>', '<*>']);
  expect(template('a < b > c').every((p) => !p.hole)).toBe(true);
});
