import { expect, test } from 'vitest';
import { asked, begin, begins, conditions, moved, without, withWho } from './ladder.ts';

const team = { id: 't', name: 'Payment', kind: 'engineering', members: ['rina', 'budi'], rooms: [] };

test('a ladder begins as the team is paged without one', () => {
  expect(begin({ ...team, schedule: 's' }).rungs).toEqual([{ schedules: ['s'] }, { people: ['rina'] }, { people: ['budi'] }]);
  expect(begin({ ...team, members: [] }).rungs).toEqual([{}]);
});

test('a step begins when those before it have had their time', () => {
  expect(begins([{}, { minutes: 10 }, {}], 3)).toEqual([0, 3, 13]);
});

test('nobody stands in a step twice, and one alone is not asked in turn', () => {
  const r = withWho(withWho({ robin: true }, 'people', 'rina'), 'people', 'rina');
  expect(asked(r)).toEqual([{ kind: 'people', id: 'rina' }]);
  expect(without(withWho(r, 'teams', 't'), 'teams', 't').robin).toBe(false);
});

test('conditions are read from the form, and empty ones are none', () => {
  expect(conditions({ people: ['rina'] }, { minutes: '5', only: '1\n2', from: '22:00', to: '06:00', days: '1\n5', robin: 'true' }, 'Asia/Jakarta')).toEqual({
    people: ['rina'], schedules: undefined, teams: undefined, robin: true, minutes: 5, severities: [1, 2], hours: [{ from: '22:00', to: '06:00', days: [1, 5] }], timezone: 'Asia/Jakarta',
  });
  expect(conditions({ people: ['rina'], minutes: 5 }, { minutes: '', only: '', from: '', to: '', days: '' }, 'Asia/Jakarta')).toMatchObject({ minutes: 0, severities: [], hours: [], timezone: '' });
  expect(conditions({}, { days: '0' }, 'UTC').hours).toEqual([{ from: '00:00', to: '24:00', days: [0] }]);
});

test('a step moves', () => expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']));
