import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test, write } from './test.ts';

const stages = ['identify', 'inform', 'investigate', 'act', 'update', 'learn'];
const places = ['/', '/incidents', '/signals', '/signals/silences', '/services', '/oncall', '/status', '/learn', '/learn/insights', '/me/pages',
  ...['me', 'people', 'teams', 'audiences', 'channels', 'keys', 'probes', 'evidence', 'rules', 'rules/join', 'policy', 'templates', 'tokens'].map((s) => `/settings/${s}`)];

async function accessible(page: Page, where: string): Promise<void> {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(found.violations.map((v) => `${where}: ${v.id} ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
}

async function settled(page: Page): Promise<void> {
  await expect(page.locator('h1').first()).toBeVisible();
  await page.waitForLoadState('load');
  await page.evaluate(() => document.fonts.ready);
}

for (const theme of ['light', 'dark'] as const) {
  for (const place of places) { // a test each: all of them in one last minutes on a busy machine
    test(`${place} is accessible in the ${theme} theme`, async ({ as }) => {
      const page = await as('rina', { theme });
      await page.goto(place);
      await settled(page);
      await accessible(page, place);
    });
  }

  test(`every stage of an incident is accessible in the ${theme} theme`, async ({ as, incident }) => {
    test.setTimeout(300_000);
    const ref = await incident(`Accessible in ${theme}`);
    const page = await as('rina', { theme });
    await page.goto(`/incidents/${ref}`);
    for (const line of ['/role commander @Rina Wulandari', '/finding code cause: a wrong `limit`', '/hypothesis The pool is too small', '/report x3 It spins', '/task @Budi Santoso Roll back']) await write(page, line);
    for (const stage of stages) {
      await page.goto(`/incidents/${ref}/${stage}`);
      await settled(page);
      await expect(page.locator('#pane h2, #pane b').first()).toBeVisible();
      await accessible(page, stage);
    }
    await page.goto(`/incidents/${ref}/review`);
    await settled(page);
    await accessible(page, 'review');
    await page.keyboard.press('?');
    await accessible(page, 'keys');
  });
}

test('a phone shows every place without scrolling sideways', async ({ as, incident }) => {
  test.setTimeout(300_000);
  const ref = await incident('A long title that says what users see when the checkout page no longer answers them');
  const page = await as('budi', { width: 390, height: 844 });
  for (const place of [...places, `/incidents/${ref}`, ...stages.map((s) => `/incidents/${ref}/${s}`), `/incidents/${ref}/review`]) {
    await page.goto(place);
    await settled(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), place).toBeLessThanOrEqual(390);
  }
});

test('on a phone the timeline and the stage are one tap apart, and the composer is in reach', async ({ as, incident }) => {
  const ref = await incident('One thumb');
  const page = await as('budi', { width: 390, height: 844 });
  await page.goto(`/incidents/${ref}`);
  await expect(page.locator('textarea[data-slash]')).toBeInViewport();
  await page.getByRole('button', { name: 'This stage' }).tap();
  await expect(page.locator('#pane')).toBeVisible();
  await expect(page.locator('textarea[data-slash]')).toBeHidden();
  await page.getByRole('button', { name: 'Timeline', exact: true }).tap();
  await expect(page.locator('textarea[data-slash]')).toBeInViewport();
  await page.getByRole('button', { name: 'More', exact: true }).tap();
  await page.getByRole('dialog').getByRole('link', { name: 'Status' }).tap();
  await expect(page).toHaveURL('/status');
});
