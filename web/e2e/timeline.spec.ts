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
