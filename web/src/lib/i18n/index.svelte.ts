import type { Lang } from '../api/types.ts';
import { en } from './en.ts';

/** The shape of a catalog: every text of the English one, with the same arguments. */
type Texts<T> = {
  readonly [K in keyof T]: T[K] extends string ? string : T[K] extends (...a: infer A) => string ? (...a: A) => string : Texts<T[K]>;
};
export type Catalog = Texts<typeof en>;

class I18n {
  lang = $state<Lang>('en');
  t = $state.raw<Catalog>(en);

  /** Changes the language of the page; the other catalog is fetched when first wanted. */
  async use(lang: Lang): Promise<void> {
    this.t = lang === 'id' ? (await import('./id.ts')).id : en;
    this.lang = lang;
    document.documentElement.lang = lang;
    try {
      localStorage.setItem('sigap.lang', lang);
    } catch {
      // Without storage the language holds until the page is left.
    }
  }
}

export const i18n = new I18n();
