import { test as base, expect, type APIRequestContext, type Page } from '@playwright/test';
import { stateOf, type Name } from './cast.ts';

interface Fixtures {
  /** Opens a page as one of the cast. */
  as: (name: Name, options?: { width?: number; height?: number; theme?: 'light' | 'dark' }) => Promise<Page>;
  /** Declares an incident of one's own and gives its reference. */
  incident: (title: string, more?: Record<string, unknown>) => Promise<string>;
  /** A key that a sender of one's own form of alerts has. */
  key: string;
}

export const test = base.extend<Fixtures>({
  baseURL: async ({}, use) => use(process.env.SIGAP_URL),
  as: async ({ browser }, use) => {
    const opened: Page[] = [];
    await use(async (name, { width = 1440, height = 900, theme = 'light' } = {}) => {
      const context = await browser.newContext({
        baseURL: process.env.SIGAP_URL, storageState: stateOf(name), viewport: { width, height }, colorScheme: theme, hasTouch: width < 500, isMobile: width < 500, reducedMotion: 'reduce',
      });
      await context.addInitScript((t) => localStorage.setItem('sigap.theme', t), theme);
      const page = await context.newPage();
      settle(page);
      // A violation of the content security policy, or an exception, fails the test.
      page.on('pageerror', (e) => problems.push(e.message));
      page.on('console', (m) => m.type() === 'error' && /Content Security Policy/.test(m.text()) && problems.push(m.text()));
      opened.push(page);
      return page;
    });
    for (const page of opened) await page.context().close();
    expect(problems.splice(0)).toEqual([]);
  },
  incident: async ({ playwright }, use) => {
    const api = await playwright.request.newContext({ baseURL: process.env.SIGAP_URL, storageState: stateOf('rina') });
    await use((title, more = {}) => declare(api, title, more));
    await api.dispose();
  },
  key: async ({ playwright }, use, info) => {
    const api = await playwright.request.newContext({ baseURL: process.env.SIGAP_URL, storageState: stateOf('rina') });
    const made = await api.post('/api/keys', { data: { name: `e2e ${info.testId}`, source: 'generic' } });
    expect(made.status(), await made.text()).toBe(200);
    await use(((await made.json()) as { secret: string }).secret);
    await api.dispose();
  },
});

/** Has a page that was opened wait for the app: what the server wrote before it has the same parts once more. */
function settle(page: Page): void {
  const { goto, reload } = { goto: page.goto.bind(page), reload: page.reload.bind(page) };
  const app = async <T>(opened: T): Promise<T> => {
    await page.locator('#first').waitFor({ state: 'detached' });
    return opened;
  };
  page.goto = async (...of) => app(await goto(...of));
  page.reload = async (...of) => app(await reload(...of));
}

const problems: string[] = [];

async function declare(api: APIRequestContext, title: string, more: Record<string, unknown>): Promise<string> {
  const answer = await api.post('/api/incidents', { data: { title, service: 'payment', severity: 2, environment: 'production', ...more } });
  expect(answer.status(), await answer.text()).toBe(200);
  return ((await answer.json()) as { ref: string }).ref;
}

/** Writes a line in the composer and sends it. */
export async function write(page: Page, line: string): Promise<void> {
  const composer = page.locator('textarea[data-slash]');
  await composer.fill(line);
  await composer.press('Escape'); // the completion, if it is open
  await composer.press('Enter');
  await expect(composer).toHaveValue('');
}

export { expect };
