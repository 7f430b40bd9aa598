import type { Worker } from '@playwright/test';
import { expect, test } from './test.ts';

// What a push service delivers cannot come here: the browser is handed the
// message as if one had (DevTools Protocol, ServiceWorker.deliverPushMessage).
test('what is pushed is shown once, and taken on the notification', async ({ as }) => {
  const page = await as('budi');
  const context = page.context();
  await context.grantPermissions(['notifications']);
  await page.goto('/settings/me');
  const devtools = await context.newCDPSession(page);
  const registered = new Promise<string>((found) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && found(registrations[0].registrationId));
  });
  await devtools.send('ServiceWorker.enable');
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js');
    await navigator.serviceWorker.ready;
  });
  const registrationId = await registered;
  const origin = new URL(page.url()).origin;
  const note = { id: 'n1', title: 'SEV1 · INC-7 · Checkout fails', body: 'Since 02:14', lang: 'en', urgent: true, url: `${origin}/a/made-up`, open: 'Open', take: 'I’m on it', taken: 'You are on it.' };
  for (let twice = 0; twice < 2; twice++) await devtools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: JSON.stringify(note) });

  const shown = (): Promise<{ title: string; body: string; tag: string }[]> =>
    page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((n) => ({ title: n.title, body: n.body, tag: n.tag })));
  await expect.poll(shown).toEqual([{ title: note.title, body: note.body, tag: note.id }]);

  const worker: Worker = context.serviceWorkers()[0]!;
  await worker.evaluate((n) => {
    // The server knows no such link; here it takes the answer.
    self.fetch = async (address, init) => new Response(null, { status: String(address) === '/api/pages/made-up' && init?.body === '{"act":"acknowledge"}' ? 200 : 404 });
    return (self as unknown as { take: (n: unknown) => Promise<void> }).take(n);
  }, note);
  await expect.poll(shown).toEqual([{ title: note.title, body: 'You are on it.', tag: note.id }]);
});
