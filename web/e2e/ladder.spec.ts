import { stateOf } from './cast.ts';
import { expect, test } from './test.ts';

test('a manager sets up the steps of a team, and what was changed is still there after a reload', async ({ as, playwright }) => {
  const api = await playwright.request.newContext({ baseURL: process.env.SIGAP_URL, storageState: stateOf('rina') });
  const people = ((await (await api.get('/api/people')).json()) as { items: { id: string; name: string }[] }).items;
  const id = (name: string) => people.find((p) => p.name.startsWith(name))!.id;
  const team = (await (await api.put('/api/teams', { data: { id: '', name: 'Gudang', kind: 'other', members: [id('Budi')], rooms: [] } })).json()) as { id: string };
  const schedule = { id: '', name: 'Gudang siaga', timezone: 'Asia/Jakarta', overrides: [], layers: [{ name: '', people: [id('Dewi')], start: '2026-01-05T09:00', turn: 1, unit: 'week' }] };
  expect((await api.put('/api/schedules', { data: schedule })).status()).toBe(200);

  const page = await as('rina');
  await page.goto(`/settings/teams/${team.id}`);
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await page.getByRole('button', { name: 'Add who is asked: Step 2' }).click();
  await page.getByRole('dialog').getByRole('combobox').selectOption({ label: 'on call: Gudang siaga' });
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Time and conditions: Step 2' }).click();
  await page.getByLabel('Minutes until the next step').fill('7');
  await page.getByRole('checkbox', { name: 'SEV1' }).check();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Earlier: Step 2' }).click();
  await page.reload();
  await expect(page.getByText('Not saved yet')).toBeVisible();
  await expect(page.getByText('after 7 min')).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Not saved yet')).toBeHidden();

  const ladders = ((await (await api.get('/api/ladders')).json()) as { items: { name: string; rungs: unknown[] }[] }).items;
  expect(ladders.find((l) => l.name === 'Gudang')?.rungs).toMatchObject([{ minutes: 7, severities: [1], schedules: [expect.any(String)] }, { people: [id('Budi')] }]);
  await expect(page.getByRole('heading', { name: 'Dry run' })).toBeVisible();
  await api.dispose();
});

test('a responder takes a turn over for some hours, and takes that back', async ({ as, playwright }) => {
  const api = await playwright.request.newContext({ baseURL: process.env.SIGAP_URL, storageState: stateOf('rina') });
  const people = ((await (await api.get('/api/people')).json()) as { items: { id: string; name: string }[] }).items;
  const schedule = { id: '', name: 'Kasir siaga', timezone: 'Asia/Jakarta', overrides: [], layers: [{ name: '', people: [people[0]!.id], start: '2026-01-05T09:00', turn: 1, unit: 'week' }] };
  expect((await api.put('/api/schedules', { data: schedule })).status()).toBe(200);
  await api.dispose();

  const page = await as('budi');
  await page.goto('/oncall');
  await page.getByRole('button', { name: 'Take over: Kasir siaga' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/Budi Santoso stands in from/)).toBeVisible();
  await page.getByRole('button', { name: 'Take back: Budi Santoso' }).click();
  await expect(page.getByText(/stands in from/)).toBeHidden();
});
