// Shows what is pushed to this device while no page is open, and lets a page be
// taken on the notification itself. It caches nothing.

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  const note = event.data.json();
  const actions = [];
  if (note.take) actions.push({ action: 'take', title: note.take });
  if (note.open) actions.push({ action: 'open', title: note.open });
  event.waitUntil(Promise.all([
    self.registration.showNotification(note.title, {
      body: note.body, lang: note.lang, tag: note.id, actions, data: note, requireInteraction: Boolean(note.urgent), icon: '/mark.svg',
    }),
    shown(note),
  ]));
});

// Sigap's receipt: the notification lies before the person. Without a network
// nobody hears of it, and the page goes on to the next way or person.
async function shown(note) {
  if (note.callback) await fetch(note.callback, { method: 'POST', body: new URLSearchParams({ state: 'shown' }) }).catch(() => {});
}

self.addEventListener('notificationclick', (event) => {
  const note = event.notification.data;
  event.notification.close();
  event.waitUntil(event.action === 'take' ? take(note) : open(note));
});

async function take(note) {
  const token = new URL(note.url).pathname.replace(/^\/a\//, '');
  const answer = await fetch(`/api/pages/${token}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ act: 'acknowledge' }),
  }).catch(() => undefined);
  if (!answer?.ok) return open(note); // the page says why
  return self.registration.showNotification(note.title, { body: note.taken, lang: note.lang, tag: note.id, data: { ...note, take: '' }, icon: '/mark.svg' });
}

// A page of Sigap that is open already is used: a second one in the worst hour
// is one too many.
async function open(note) {
  const url = note.url || '/';
  for (const client of await self.clients.matchAll({ type: 'window' })) {
    try {
      await client.focus();
      if (await client.navigate(url)) return;
    } catch {
      // Not controlled by this worker: a new window will do.
    }
  }
  await self.clients.openWindow(url);
}
