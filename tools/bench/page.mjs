// Opens an incident's page in Chromium, each time as somebody new to it, and
// prints the milliseconds from the navigation until its newest entry is on the
// screen:
//   node page.mjs URL REF EMAIL PASSWORD ROUNDS
//
// On the screen means: the entry with the highest number, as the API has it, is
// in view and visible, a frame has been drawn since, and the browser has said
// that it presented something. The page says so by itself: asking it while it
// loads would take the processor from it.
import { chromium } from '../../web/node_modules/@playwright/test/index.mjs';

const [url, ref, email, password, rounds] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
});

function watch(newest) {
  const seen = () => {
    const entry = document.querySelector(`[data-seq="${newest}"]`);
    const box = entry?.getBoundingClientRect();
    return !!box && box.height > 0 && box.top < innerHeight && box.bottom > 0 && entry.innerText.trim() !== '' && entry.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  };
  const presented = new Promise((go) => new PerformanceObserver((l) => l.getEntriesByName('first-contentful-paint').forEach((e) => go(e.startTime))).observe({ type: 'paint', buffered: true }));
  const look = () => requestAnimationFrame(async () => {
    if (!seen()) return look();
    const drawn = await new Promise((go) => requestAnimationFrame(() => go(performance.now())));
    console.log(`shown ${Math.max(drawn, await presented)}`);
  });
  look();
}

try {
  const first = await browser.newContext({ baseURL: url });
  const signedIn = await first.request.post('/api/session', { data: { email, password } });
  if (!signedIn.ok()) throw new Error(`sign in: ${signedIn.status()}`);
  const { items } = await (await first.request.get(`/api/incidents/${ref}/entries?limit=1`)).json();
  const storageState = await first.storageState();
  await first.close();
  for (let n = 0; n < Number(rounds); n++) {
    const context = await browser.newContext({ baseURL: url, storageState }); // with an empty cache
    const page = await context.newPage();
    await page.addInitScript(watch, items.at(-1).seq);
    const said = page.waitForEvent('console', (m) => m.text().startsWith('shown '));
    await page.goto(`/incidents/${ref}`, { waitUntil: 'commit' });
    console.log((await said).text().slice('shown '.length));
    await context.close();
  }
} finally {
  await browser.close();
}
