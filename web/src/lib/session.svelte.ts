import { call } from './api/client.ts';
import type { Lang, Me, Right, Session, Theme } from './api/types.ts';
import { i18n } from './i18n/index.svelte.ts';
import { now } from './now.svelte.ts';
import { setTheme } from './theme.ts';

const order: Right[] = ['viewer', 'responder', 'manager', 'admin'];

/** Who is signed in, and what they may do everywhere. */
class Current {
  session = $state.raw<Session | null>(null);

  get me(): Me | undefined {
    return this.session?.person;
  }

  may(right: Right): boolean {
    return !!this.me && order.indexOf(this.me.right) >= order.indexOf(right);
  }

  async load(): Promise<void> {
    this.session = await call<Session>('GET', '/session', undefined, true);
    await this.#settle();
  }

  async signIn(email: string, password: string): Promise<void> {
    await call('POST', '/session', { email, password }, true);
    await this.load();
  }

  async signOut(): Promise<void> {
    await call('DELETE', '/session');
    this.ended();
  }

  /** The session is over, whoever ended it. */
  ended(): void {
    if (this.session) this.session = { ...this.session, person: undefined };
  }

  async change(part: Partial<Pick<Me, 'name' | 'lang' | 'timezone' | 'theme' | 'quiet'>>): Promise<void> {
    if (part.theme) setTheme(part.theme);
    if (part.lang) await i18n.use(part.lang);
    if (part.timezone) now.zone(part.timezone);
    if (!this.session?.person) return;
    await call('PATCH', '/me', part);
    this.session = { ...this.session, person: { ...this.session.person, ...part } };
  }

  async #settle(): Promise<void> {
    const me = this.me;
    if (!me) return;
    if (me.theme) setTheme(me.theme);
    if (me.timezone) now.zone(me.timezone);
    if (me.lang && me.lang !== i18n.lang) await i18n.use(me.lang);
  }
}

export const current = new Current();

/** The language before anybody is known: what was chosen here before, else the browser's. */
export function firstLanguage(): Lang {
  return document.documentElement.lang === 'id' ? 'id' : 'en';
}

export type { Theme };
