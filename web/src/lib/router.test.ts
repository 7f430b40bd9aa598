import { expect, test } from 'vitest';
import { match } from './router.ts';
import { patterns } from '../routes.ts';

test.each([
  ['/', 'home', {}],
  ['/incidents', 'incidents', {}],
  ['/incidents/INC-142', 'incident', { ref: 'INC-142' }],
  ['/incidents/INC-142/act', 'incident', { ref: 'INC-142', stage: 'act' }],
  ['/incidents/C-9f3a2b/review/', 'review', { ref: 'C-9f3a2b' }],
  ['/settings', 'settings', { rest: '' }],
  ['/settings/people', 'settings', { rest: 'people' }],
  ['/a/tok%2Fen', 'acknowledge', { token: 'tok/en' }],
  ['/report/k', 'report', { key: 'k' }],
  ['/me/pages', 'pages', {}],
])('%s is %s', (path, name, params) => {
  expect(match(patterns, path)).toEqual({ name, params });
});

test('an address that leads nowhere is nothing, also one that is no text', () => {
  expect(match(patterns, '/nowhere')).toBeUndefined();
  expect(match(patterns, '/incidents/INC-1/act/more')).toBeUndefined();
  expect(match(patterns, '/a/%E0%A4%A')?.params.token).toBe('%E0%A4%A');
});
