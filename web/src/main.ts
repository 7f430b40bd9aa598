import { mount } from 'svelte';
import App from './App.svelte';
import { configure } from '$lib/api/client.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import { here } from '$lib/location.svelte.ts';
import { now } from '$lib/now.svelte.ts';
import { outbox } from '$lib/outbox.svelte.ts';
import { current, firstLanguage } from '$lib/session.svelte.ts';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';

configure({ signedOut: () => current.ended(), lang: () => i18n.lang });
here.follow();
now.tick();
await i18n.use(firstLanguage());
outbox.start();
document.documentElement.classList.remove('early');
mount(App, { target: document.getElementById('app')! });
// From now on the browser has the letters, and the server knows where its reader is: it need not begin without.
void document.fonts.ready.then(() => (document.cookie = `sigap_here=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone)}; path=/; max-age=31536000; samesite=lax`));
