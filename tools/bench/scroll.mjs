// Scrolls an incident's timeline from its newest entry to its first and back,
// in Chromium, and prints how many entries were loaded, how many of them were
// in the document at once, and each task that held the page for over 50 ms:
//   node scroll.mjs URL REF EMAIL PASSWORD
// On a busy machine a task is long because others have the processor too: those
// that used more than 50 ms of it themselves are printed beside it.
import { chromium } from '../../web/node_modules/@playwright/test/index.mjs';

const [url, ref, email, password] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
});
try {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
  const signedIn = await context.request.post('/api/session', { data: { email, password } });
  if (!signedIn.ok()) throw new Error(`sign in: ${signedIn.status()}`);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(`/incidents/${ref}`);
  await page.waitForSelector('.entry');
  await page.waitForTimeout(2000); // the load itself is page.mjs's business

  await page.evaluate(() => {
    window.long = [];
    new PerformanceObserver((list) => window.long.push(...list.getEntries().map((e) => Math.round(e.duration)))).observe({ type: 'longtask' });
  });
  const used = async () => (await cdp.send('Performance.getMetrics')).metrics.find((m) => m.name === 'TaskDuration').value * 1000;
  const report = async (what, run) => {
    await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] });
    const before = await used(), began = Date.now();
    const { frames, most } = await run();
    const took = Date.now() - began, spent = Math.round((await used()) - before);
    const long = await page.evaluate(() => window.long.splice(0));
    const { traceEvents } = JSON.parse(String(await browser.stopTracing()));
    const own = traceEvents.filter((e) => e.name === 'RunTask').map((e) => (e.tdur ?? 0) / 1000);
    console.log(`${what}: ${frames} frames in ${took} ms, ${spent} ms of the page's thread; at most ${most} entries in the document`);
    console.log(`  tasks over 50 ms: ${long.length} by the clock, the longest ${Math.max(0, ...long)} ms; ${own.filter((ms) => ms > 50).length} by processor time, the longest ${Math.round(Math.max(...own))} ms`);
  };
  // Each frame a third of a screen further, as fast as a hand can; at the top it waits for what is loaded.
  const scroll = (way) => page.evaluate(async (way) => {
    const list = document.querySelector('.stream .scroll');
    const frame = () => new Promise(requestAnimationFrame);
    let frames = 0, most = 0, still = 0;
    while (still < 40) {
      const at = list.scrollTop;
      list.scrollBy(0, way * 300);
      await frame();
      frames++;
      most = Math.max(most, document.querySelectorAll('.entry').length);
      still = Math.abs(list.scrollTop - at) < 1 ? still + 1 : 0;
    }
    return { frames, most };
  }, way);
  await report('up to the first entry, loading', () => scroll(-1));
  const loaded = await page.evaluate(() => document.querySelector('.entry')?.closest('[aria-setsize]')?.getAttribute('aria-setsize'));
  await report('down to the newest', () => scroll(1));
  await report('up again', () => scroll(-1));
  console.log(`rows loaded: ${loaded}`);
} finally {
  await browser.close();
}
