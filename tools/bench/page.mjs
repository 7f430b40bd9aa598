// Opens an incident's page in Chromium, each time as somebody new to it, and
// prints the milliseconds from the navigation until its newest entry is drawn:
//   node page.mjs URL REF EMAIL PASSWORD ROUNDS
import { chromium } from '../../web/node_modules/@playwright/test/index.mjs';

const [url, ref, email, password, rounds] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
});
try {
  const first = await browser.newContext({ baseURL: url });
  const signedIn = await first.request.post('/api/session', { data: { email, password } });
  if (!signedIn.ok()) throw new Error(`sign in: ${signedIn.status()}`);
  const storageState = await first.storageState();
  await first.close();
  for (let n = 0; n < Number(rounds); n++) {
    const context = await browser.newContext({ baseURL: url, storageState }); // with an empty cache
    const page = await context.newPage();
    await page.addInitScript(() => {
      const look = () => {
        if (document.querySelector('[data-seq]')) requestAnimationFrame(() => (window.shownAfter = performance.now()));
        else requestAnimationFrame(look);
      };
      look();
    });
    await page.goto(`/incidents/${ref}`, { waitUntil: 'commit' });
    console.log(await (await page.waitForFunction(() => window.shownAfter)).jsonValue());
    await context.close();
  }
} finally {
  await browser.close();
}
