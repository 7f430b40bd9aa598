import { expect, test } from 'vitest';
import type { KeptRule } from '$lib/api/types.ts';
import { bare, drafted, formOf, ruleOf } from './rules.ts';

const join: KeptRule = { id: 'a', name: 'Regions', does: 'join', when: 'true', key: 'region', minutes: 30, off: true, matched: 7, matchedAt: '2027-03-02T02:00:00Z' };
const route: KeptRule = { id: 'b', name: 'Quiet', does: 'route', when: 'true', atMost: 3, quiet: true, matched: 0 };

test('a form means the rule that it was filled from', () => {
  for (const r of [join, route]) expect(ruleOf(r.does, formOf(r))).toEqual({ ...bare(r), id: undefined, off: undefined });
});

test('a rule has nothing of another kind', () => {
  expect(ruleOf('apart', { ...formOf(join), quiet: 'true', service: 'cart' })).toEqual({ name: 'Regions', does: 'apart', when: 'true' });
});

test('what became of a rule is not sent back, and whether it is off is', () => {
  expect(bare(join)).toEqual({ id: 'a', name: 'Regions', does: 'join', when: 'true', key: 'region', minutes: 30, off: true });
});

test('a rule is tried in its own place, and a new one last', () => {
  const changed = ruleOf('route', { ...formOf(route), service: 'cart' });
  expect(drafted([route, join], 'b', changed)).toEqual({ rules: [{ ...changed, id: 'b' }, bare(join)], at: 0 });
  expect(drafted([route, join], undefined, changed)).toMatchObject({ rules: [{ id: 'b' }, { id: 'a' }, changed], at: 2 });
});
