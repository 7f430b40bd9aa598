import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { en } from '../src/lib/i18n/en.ts';
import { id } from '../src/lib/i18n/id.ts';
import { shapes } from './icons.ts';

// What the server needs to write the first look of a page (web/first.html): the
// same words, names of days and icons as the app.

const named = [
  'activity', 'arrow-right', 'bell', 'book-open', 'box', 'check', 'chevron-down', 'clock', 'ellipsis', 'flag', 'flame', 'globe', 'house', 'list',
  'message-square', 'phone', 'pin', 'plus', 'scale', 'search', 'send', 'settings', 'triangle-alert', 'undo-2', 'user', 'users', 'wrench',
];

/** A part of a catalog as plain texts; {} stands where an argument goes. */
function plain(part: object): Record<string, string> {
  const texts = Object.entries(part).map(([key, v]) => [key, typeof v === 'function' ? (v as (a: string) => string)('{}') : v] as const);
  return Object.fromEntries(texts.filter((e): e is [string, string] => typeof e[1] === 'string'));
}

function words(locale: string, t: typeof en | typeof id): object {
  const each = (n: number, options: Intl.DateTimeFormatOptions, at: (i: number) => number): string[] =>
    Array.from({ length: n }, (_, i) => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(at(i)));
  const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  return {
    texts: Object.fromEntries((['nav', 'live', 'head', 'role', 'timeline', 'composer', 'swap', 'stage'] as const).map((part) => [part, plain(t[part])])),
    weekdays: each(7, { weekday: 'long' }, (i) => Date.UTC(2023, 0, 1 + i)), // a Sunday
    months: each(12, { month: 'long' }, (i) => Date.UTC(2023, i, 1)),
    shortMonths: each(12, { month: 'short' }, (i) => Date.UTC(2023, i, 1)),
    longDay: day.formatToParts(0).map((p) => (p.type === 'literal' ? p.value : `{${p.type}}`)).join(''),
  };
}

/** A style sheet's rules, those in @media too, as far as `wanted` holds of the selector. */
function sift(css: string, wanted: (selector: string) => boolean): string {
  let out = '';
  for (let at = 0, open = css.indexOf('{'); open >= 0; open = css.indexOf('{', at)) {
    const selector = css.slice(at, open);
    at = open + 1;
    for (let depth = 1; depth; at++) depth += css[at] === '{' ? 1 : css[at] === '}' ? -1 : 0;
    const inner = css.slice(open + 1, at - 1);
    const body = /^@(media|supports)/.test(selector) ? sift(inner, wanted) : wanted(selector) ? inner : '';
    if (body) out += `${selector}{${body}}`;
  }
  return out;
}

/** Of the whole sheet what every page needs, and the components that web/first.html draws. */
function firstSheet(css: string): string {
  const component = /(?<=\.)[a-z]+(?:-[a-z]+)*-[A-Z]\w*/g; // svelte.config.js names them so
  const drawn = new Set(readFileSync(new URL('../first.html', import.meta.url), 'utf8').match(/\b[a-z]+(?:-[a-z]+)*-[A-Z]\w*/g));
  return sift(css, (selector) => (selector.match(component) ?? []).every((name) => drawn.has(name)));
}

export function first(): Plugin {
  return {
    name: 'first-look',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'asset' && file.fileName.endsWith('.css')) this.emitFile({ type: 'asset', fileName: '.vite/first.css', source: firstSheet(String(file.source)) });
      }
      const source = JSON.stringify({ icons: Object.fromEntries(named.map((n) => [n, shapes(n)])), en: words('en-GB', en), id: words('id-ID', id) });
      this.emitFile({ type: 'asset', fileName: '.vite/first.json', source });
    },
  };
}
