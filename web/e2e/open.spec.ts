import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { answer } from '../dev/story.ts';
import { expect, test } from './test.ts';

// The pages behind a link, and those that somebody sees before having an
// account. What the API would say of them is made up (dev/story.ts): a page
// that waits for an answer cannot be had of a server without a channel.
const pages: [path: string, ready: string, signedIn?: boolean][] = [
  ['/a/token', '.do .btn.primary'], ['/a/done', '.answered'], ['/a/gone', '.say .btn'], ['/signin', 'form'], ['/setup?token=t', 'form'], ['/setup', 'h1'],
  ['/invite?token=t', 'form'], ['/reset?token=t', 'form'], ['/report/key', 'form'], ['/status', '.banner', true], ['/incidents/INC-142/review', '.strip', true],
];

async function made(page: Page, path: string, lang: 'en' | 'id', signedIn: boolean): Promise<void> {
  // What comes along with the page is the server's own: here the story is wanted, for a reader whom it does not know.
  await page.route((u) => u.pathname === path.split('?')[0], async (route) => {
    const response = await route.fetch({ headers: { ...route.request().headers(), cookie: '' } });
    await route.fulfill({ response, body: (await response.text()).replaceAll('data-answer=', 'data-unused=') });
  });
  await page.route('**/api/**', async (route) => {
    const url = new URL(route.request().url());
    const at = url.pathname.slice('/api'.length);
    url.pathname = at;
    if (at.endsWith('/stream')) return route.fulfill({ contentType: 'text/event-stream', body: ': here\n\n' });
    if (at === '/pages/gone') return route.fulfill({ status: 404, json: { status: 404, title: 'Not Found' } });
    const found = answer(route.request().method(), url, {}, lang === 'id') as Record<string, unknown> | null;
    if (at === '/session' && !signedIn) return route.fulfill({ json: { ...found, person: undefined, setup: path.startsWith('/setup') } });
    return found ? route.fulfill({ json: found }) : route.fulfill({ status: 204 });
  });
}

for (const [lang, theme, width] of [['en', 'light', 1440], ['id', 'dark', 390]] as const) {
  test(`the pages behind a link are accessible in ${lang}, ${theme}, ${width} px wide`, async ({ as }) => {
    test.slow();
    const page = await as('andi', { width, height: 844, theme });
    await page.context().addInitScript((l) => localStorage.setItem('sigap.lang', l), lang);
    for (const [path, ready, signedIn = false] of pages) {
      await made(page, path, lang, signedIn);
      await page.goto(path);
      await expect(page.locator(ready).first(), path).toBeVisible();
      await expect(page.locator('html'), path).toHaveAttribute('lang', lang);
      await page.evaluate(() => document.fonts.ready);
      const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
      expect.soft(found.violations.map((v) => `${path}: ${v.id} ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), path).toEqual([]);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), `${path} scrolls sideways`).toBeLessThanOrEqual(width);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    }
  });
}

test('a post-mortem prints light, without its tools, in two columns', async ({ as }) => {
  const page = await as('andi', { theme: 'dark' });
  await made(page, '/incidents/INC-142/review', 'en', true);
  await page.goto('/incidents/INC-142/review');
  await page.setViewportSize({ width: 680, height: 960 }); // A4 between its margins
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('.strip')).toBeVisible();
  await expect(page.getByRole('navigation').first()).toBeHidden();
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden();
  const look = await page.evaluate(() => ({
    ground: getComputedStyle(document.body).backgroundColor,
    columns: getComputedStyle(document.querySelector('.columns')!).gridTemplateColumns.split(' ').length,
    width: document.documentElement.scrollWidth,
  }));
  expect(look).toEqual({ ground: 'rgb(255, 255, 255)', columns: 2, width: 680 });
});

test('one thumb answers a page, and the keyboard does', async ({ as }) => {
  const page = await as('andi', { width: 390, height: 844 });
  await made(page, '/a/token', 'en', false);
  await page.goto('/a/token');
  const take = page.getByRole('button', { name: 'I’m on it' });
  await expect(take).toBeInViewport();
  expect((await take.boundingBox())!.height).toBeGreaterThanOrEqual(60);
  await page.keyboard.press('Tab');
  await expect(take).toBeFocused();
});
