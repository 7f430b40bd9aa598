import { cast, passwordOf } from './cast.ts';
import { expect, test } from './test.ts';

test('who is not signed in signs in and comes back to where they were going', async ({ page }) => {
  await page.goto('/learn');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByLabel('E-mail').fill(cast.dewi.email);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('E-mail')).toHaveValue(cast.dewi.email);
  await page.getByLabel('Password').fill(passwordOf('dewi'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/learn');
  await expect(page.getByRole('heading', { name: 'Learn', level: 1 })).toBeVisible();
});

test('the language is the person’s own, and everything follows it', async ({ as, incident }) => {
  const ref = await incident('Bahasa');
  const page = await as('sinta'); // nobody else's language changes with hers
  await page.goto(`/incidents/${ref}`);
  await expect(page.getByRole('heading', { name: 'Timeline' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search or run' }).fill('bahasa');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Lini masa' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'id');
  await expect(page.getByText(/berdampak sejak \d\d\.\d\d/)).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Lini masa' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Cari atau jalankan' }).fill('english');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Timeline' })).toBeVisible();
});

test('an invited person joins by the link and can be signed in', async ({ as, browser }) => {
  const page = await as('rina');
  await page.goto('/settings/people');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Sari Putri');
  await page.getByRole('dialog').getByLabel('E-mail').fill('sari@toko.example');
  await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
  const link = await page.getByLabel('The invitation').inputValue();
  const other = await browser.newContext({ baseURL: process.env.SIGAP_URL! });
  const sari = await other.newPage();
  await sari.goto(new URL(link).pathname + new URL(link).search);
  await sari.getByLabel('Your name').fill('Sari Putri');
  await sari.getByLabel('Password').fill('rahasia-sari-2026');
  await sari.getByRole('button', { name: 'Join' }).click();
  await expect(sari.getByRole('heading', { name: 'Sari Putri' })).toBeVisible();
  await other.close();
});

test('teams are set up in the order in which they are paged', async ({ as }) => {
  const page = await as('rina');
  await page.goto('/settings/teams');
  const team = page.locator('section.card', { has: page.getByRole('heading', { name: 'Management' }) });
  for (const name of [cast.rina.name, cast.dewi.name]) {
    await team.getByRole('button', { name: 'Add a member' }).click();
    await page.getByRole('dialog').getByLabel('Person').selectOption({ label: name });
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
    await expect(team.getByText(name)).toBeVisible();
  }
  await team.getByRole('button', { name: `Up: ${cast.dewi.name}` }).click();
  await expect(team.locator('li').first()).toContainText(cast.dewi.name);
});
