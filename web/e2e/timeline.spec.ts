import { expect, test, write } from './test.ts';

test('what one writes stands on another screen at once, and is a count to who reads further up', async ({ as, incident }) => {
  const ref = await incident('Two people watch');
  const rina = await as('rina'), budi = await as('budi', { height: 480 });
  await rina.goto(`/incidents/${ref}`);
  await budi.goto(`/incidents/${ref}`);
  await expect(budi.getByText('live', { exact: true })).toBeVisible();
  for (let n = 1; n <= 14; n++) await write(rina, `note ${n} of several`);
  await expect(budi.locator('.entry', { hasText: 'note 14 of several' })).toBeVisible();

  const scroll = budi.locator('.stream .scroll');
  await scroll.evaluate((e) => e.scrollTo(0, 0));
  await budi.waitForFunction(() => document.querySelector('.stream .scroll')!.scrollTop === 0);
  await write(rina, 'written while Budi reads above');
  await budi.getByRole('button', { name: '1 new entry' }).click();
  await expect(budi.locator('.entry', { hasText: 'written while Budi reads above' })).toBeInViewport();
});

test('the composer understands its commands and keeps what it does not', async ({ as, incident }) => {
  const ref = await incident('Commands');
  const page = await as('rina');
  await page.goto(`/incidents/${ref}/investigate`);
  const composer = page.locator('textarea[data-slash]');

  await expect(composer).toBeVisible();
  await page.keyboard.press('/');
  await expect(composer).toBeFocused();
  await composer.pressSequentially('/fin');
  await expect(page.getByRole('option', { name: /\/finding/ })).toBeVisible();
  await composer.press('Tab');
  await expect(composer).toHaveValue('/finding ');
  await composer.pressSequentially('configuration cause: pool_max went from 50 to 5');
  await composer.press('Enter');
  await expect(page.locator('#pane').getByText('pool_max went from 50 to 5')).toBeVisible();

  await write(page, '/report x12 Payment spins, then fails');
  await expect(page.getByRole('heading', { name: 'What users say' }).locator('..').getByText('12')).toBeVisible();
  await write(page, '/sev 3 only images are slow');
  await expect(page.getByText('SEV3', { exact: true }).first()).toBeVisible();
  await write(page, '/temuan dampak 4% of checkouts fail'); // Indonesian names work in English too

  await composer.fill('/nonsense is kept');
  await composer.press('Enter');
  await expect(page.getByRole('alert')).toContainText('/nonsense');
  await page.reload();
  await expect(composer).toHaveValue('/nonsense is kept');
});

test('an entry becomes a key moment and a finding with one key', async ({ as, incident }) => {
  const ref = await incident('Keys');
  const page = await as('budi');
  await page.goto(`/incidents/${ref}/investigate`);
  await write(page, 'The certificate ran out at noon');
  const entry = page.locator('.entry', { hasText: 'The certificate ran out at noon' }).first();
  await entry.focus();
  await page.keyboard.press('p');
  await expect(entry.getByText('key moment:')).toBeAttached();
  await entry.focus();
  await page.keyboard.press('f');
  await page.getByRole('dialog').getByLabel('It lies in').selectOption('infrastructure');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('#pane').getByText('The certificate ran out at noon')).toBeVisible();
});

test('what is written without a connection is kept and sent when it is back', async ({ as, incident }) => {
  const ref = await incident('Offline');
  const page = await as('dewi');
  await page.goto(`/incidents/${ref}`);
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  await page.context().setOffline(true);
  await expect(page.getByText('offline', { exact: true })).toBeVisible();
  await write(page, 'written in the lift');
  await expect(page.locator('.waiting', { hasText: 'written in the lift' })).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.locator('.entry', { hasText: 'written in the lift' })).toBeVisible();
  await expect(page.locator('.waiting')).toHaveCount(0);
});

test('a viewer reads along and is told why there is no composer', async ({ as, incident }) => {
  const ref = await incident('Read only');
  const page = await as('andi');
  await page.goto(`/incidents/${ref}`);
  await expect(page.getByText('Your account reads along')).toBeVisible();
  await expect(page.locator('textarea[data-slash]')).toHaveCount(0);
});

test('a timeline of thousands of entries holds few rows, and keeps place, keys and search', async ({ as, incident }) => {
  const ref = await incident('A long night');
  const page = await as('rina');
  const total = 3000;
  const entry = (seq: number): object => ({
    seq, kind: 'note', at: '2026-11-24T08:00:00Z', recorded: '2026-11-24T08:00:00Z', actor: { kind: 'system', name: 'Sigap' }, icon: 'chat', tone: 'plain',
    text: `entry ${seq}${seq === 7 ? ' holds the needle' : ''}${seq % 3 ? '' : ' and wraps over several lines '.repeat(9)}`,
  });
  await page.route(/\/incidents\/INC-\d+(\?|$)/, async (route) => { // the page as it comes without its answers
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll('data-answer=', 'data-unused=') });
  });
  await page.route('**/entries?*', (route) => {
    const query = new URL(route.request().url()).searchParams;
    const last = Number(query.get('before') ?? total + 1) - 1, first = Math.max(1, last - Number(query.get('limit')) + 1);
    return route.fulfill({ json: { items: Array.from({ length: last - first + 1 }, (_, n) => entry(first + n)), first: 1, last: total } });
  });
  const row = (seq: number) => page.locator(`.entry[data-seq="${seq}"]`);
  const few = async (): Promise<void> => expect(await page.locator('.entry').count()).toBeLessThan(60);

  await page.goto(`/incidents/${ref}`);
  await expect(row(total)).toBeInViewport();
  await row(total).focus();
  for (let n = 0; n < 12; n++) await page.keyboard.press('k');
  await expect(row(total - 12)).toBeFocused();
  await expect(row(total - 12)).toBeInViewport();
  await few();

  // What one reads stays where it is while earlier entries come.
  await page.keyboard.press('Home');
  await expect(row(total - 59)).toBeFocused();
  await expect.poll(async () => page.locator('.stream ol').evaluate((e) => e.scrollHeight > 9000)).toBe(true);
  await expect(row(total - 59)).toBeInViewport();

  await page.keyboard.press('Control+f');
  await page.getByRole('searchbox', { name: 'Search the timeline' }).fill('needle');
  await expect(row(7)).toBeInViewport();
  await expect(page.getByText('1 entry', { exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(row(total)).toBeInViewport();

  await page.evaluate(() => (location.hash = '#1500'));
  await expect(row(1500)).toBeFocused();
  await expect(row(1500)).toBeInViewport();
  await few();
});
