import type { Page } from '@playwright/test';
import { stateOf } from './cast.ts';
import { expect, test } from './test.ts';

// What the server writes of an incident before the app runs must look as the app
// does, or the page would jump when the app takes its place.
const parts = ['[data-seq]', '.what', '.ico', '.at', '.day', 'h1', '.sev', '.sub > *', '.roles li', '.clock', '.acts', '.rail', '.stage b', '.stage small', 'nav a', '.swap button', '.stream h2', '.scroll', '.composer'];

/** Where each part stands that is in view, and what it says. */
async function look(page: Page, root: string): Promise<string[]> {
  return page.locator(root).evaluate((e, of) => of.flatMap((part) => [...e.querySelectorAll<HTMLElement>(part)].flatMap((x) => {
    const b = x.getBoundingClientRect(), within = x.parentElement!.closest('.scroll')?.getBoundingClientRect();
    if (!b.width || b.bottom <= (within?.top ?? 0) || b.top >= (within?.bottom ?? innerHeight)) return [];
    const near = (n: number): number => Math.round(n / 2) * 2; // the same to a pixel
    const text = ['.clock', 'nav a', '[data-seq]', '.composer', '.scroll', '.rail'].includes(part) ? '' : x.innerText.replace(/\s+/g, ' ').trim();
    const x0 = part.startsWith('.stage') ? 0 : near(b.x); // the rail scrolls sideways, by what its letters measured
    return [`${part} ${x0} ${near(b.y)} ${near(b.width)} ${near(b.height)} ${text}`];
  })), parts);
}

const off = (a: string, b: string): boolean => {
  const [x, y] = [a.split(' '), b.split(' ')];
  return x.length !== y.length || x.some((word, n) => word !== y[n] && !(Math.abs(Number(word) - Number(y[n])) <= 2));
};

for (const [width, height] of [[1440, 900], [390, 844]] as const) {
  test(`the app takes the place of what the server wrote without a jump, ${width} px wide`, async ({ as, browser, incident, playwright }) => {
    const ref = await incident('Checkout fails <b>often</b>', { severity: 1 });
    const api = await playwright.request.newContext({ baseURL: process.env.SIGAP_URL, storageState: stateOf('rina') });
    for (const text of ['The pool is dry since `v2.41`.', 'A long line that must wrap: '.repeat(8), 'Last one']) {
      expect((await api.post(`/api/incidents/${ref}/notes`, { data: { text } })).status()).toBeLessThan(300);
    }
    await api.dispose();

    const page = await as('rina', { width, height });
    await page.goto(`/incidents/${ref}`);
    await expect(page.locator('#first')).toHaveCount(0);
    await expect(page.locator('.live.live')).toBeVisible();
    await expect(page.locator('.what', { hasText: 'Where to look first' })).toBeVisible(); // nothing comes after it
    await page.evaluate(() => document.fonts.ready);

    const plain = await browser.newContext({
      baseURL: process.env.SIGAP_URL, storageState: await page.context().storageState(), javaScriptEnabled: false,
      viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500, colorScheme: 'light',
    });
    const first = await plain.newPage();
    await first.goto(`/incidents/${ref}`, { waitUntil: 'networkidle' });
    await expect(first.locator('[data-seq]').last()).toBeInViewport();
    await expect(first.locator('#first')).toContainText('Last one');
    await expect(first.locator('#first [aria-selected=true]')).toBeInViewport();

    const [before, after] = [await look(first, '#first'), await look(page, '#app')];
    expect(before.filter((a) => !after.some((b) => !off(a, b))), 'stand elsewhere in the app').toEqual([]);
    expect(before.filter((a) => a.startsWith('[data-seq]')).length).toBeGreaterThan(3);
    await plain.close();
  });
}
