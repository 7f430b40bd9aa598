import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from './en.ts';
import { id } from './id.ts';

type Node = string | ((...a: never[]) => string) | { [key: string]: Node };

/** Every text of a catalog by its path; a function is called with small numbers. */
function texts(node: Node, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]];
  if (typeof node === 'function') return [[path, (node as (...a: number[]) => string)(3, 4)]];
  return Object.entries(node).flatMap(([key, value]) => texts(value, path ? `${path}.${key}` : key));
}

// Words that both languages share: names, terms of the trade, and loanwords.
const same = new Set([
  'name', 'nav.status', 'head.drill', 'act.copy', 'list.status', 'right.admin', 'timeline.sigap', 'settings.tokenNew', 'settings.tokens', 'settings.right',
  'learn.what.monitoring', 'learn.what.sop', 'review.markdown', 'review.html', 'services.tier', 'update.status', 'auth.email', 'settings.email', 'utc', 'settings.severityOf',
  'settings.server', 'investigate.reports', 'identify.alerts',
]);

test('both languages have the same texts, and none is empty', () => {
  const a = texts(en as unknown as Node), b = texts(id as unknown as Node);
  expect(b.map(([path]) => path)).toEqual(a.map(([path]) => path));
  expect([...a, ...b].filter(([, text]) => !text.trim())).toEqual([]);
});

test('no text was left in the other language', () => {
  const english = new Map(texts(en as unknown as Node));
  const equal = texts(id as unknown as Node).filter(([path, text]) => english.get(path) === text && /[a-z]{2}/i.test(text) && !same.has(path));
  expect(equal).toEqual([]);
});

test('numbers and names that are put into a text come out of it', () => {
  for (const catalog of [en, id]) {
    expect(catalog.home.title(7)).toContain('7');
    expect(catalog.update.send('Manajemen')).toContain('Manajemen');
    expect(catalog.update.from(3, '14:10')).toMatch(/3.*14:10/);
  }
});

// Codes that the server sends choose these.
const byCode = /^(inform\.(nobodyCode|ownWords)|ladder\.codes)\./;

test('every text is used by a page', () => {
  const source = sources(join(import.meta.dirname, '..', '..'));
  const unused = texts(en as unknown as Node).map(([path]) => path).filter((path) => !byCode.test(path)).filter((path) => {
    const [group, ...rest] = path.split('.');
    const leaf = rest.at(-1) ?? group!;
    return !new RegExp(`\\b${leaf}\\b`).test(source);
  });
  expect(unused).toEqual([]);
});

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true }).map((f) => {
    const path = join(folder, f.name);
    if (f.isDirectory()) return f.name === 'i18n' ? '' : sources(path);
    return /\.(svelte|ts)$/.test(f.name) && !/(\.test|schema\.d)\.ts$/.test(f.name) ? readFileSync(path, 'utf8') : '';
  }).join('\n');
}
