import { expect, test } from 'vitest';
import { csv } from './load.ts';

test('a report is written for spreadsheets, and no name becomes a formula', () => {
  const hours = { total: 24.126, weekday: 16, night: 8.126, weekend: 0, holiday: 0 };
  const person = (name: string) => ({ person: { id: name, name }, hours, pages: 2, outOfHours: 1, against: 1.5 });
  const r = { name: 'Bayar, 1', timezone: 'Asia/Jakarta', from: '', until: '', people: [person('Rina "R" W'), person('=HYPERLINK()')], uncovered: hours };
  expect(csv(r, ['a', 'b'])).toBe('a,b\r\n"Bayar, 1","Rina ""R"" W",24.13,16,8.13,0,0,2,1,1.5\r\n"Bayar, 1",\'=HYPERLINK(),24.13,16,8.13,0,0,2,1,1.5\r\n');
});
