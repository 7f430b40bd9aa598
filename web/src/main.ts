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
mount(App, { target: document.getElementById('app')! });
