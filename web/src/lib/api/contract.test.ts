import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

// The page against the specification that the server writes: every call is an
// operation of it, with the method that it has.

interface Spec { paths: Record<string, Record<string, unknown>> }

const web = join(import.meta.dirname, '..', '..', '..');
const spec = JSON.parse(readFileSync(join(web, 'openapi.json'), 'utf8')) as Spec;
const operations = Object.entries(spec.paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${shape(path.replace(/^\/api/, ''))}`));

/** A path with its variables as {}: /incidents/{ref}/tasks/{item}/done */
function shape(path: string): string {
  return path.replace(/\$\{[^}]*(\([^)]*\))?[^}]*\}/g, '{}').replace(/\{[^}]*\}/g, '{}').replace(/\?.*$/, '');
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((f) => {
    const path = join(folder, f.name);
    if (f.isDirectory()) return sources(path);
    return /\.(svelte|ts)$/.test(f.name) && !f.name.endsWith('.test.ts') ? [readFileSync(path, 'utf8')] : [];
  });
}

const code = sources(join(web, 'src')).join('\n');

test('every call names an operation of the specification', () => {
  const calls = [...code.matchAll(/\bcall(?:<[^(]*>)?\('(GET|POST|PUT|PATCH|DELETE)', (['`])(.*?)\2/g)].map(([, method, , path]) => `${method} ${shape(path!)}`);
  expect(calls.length).toBeGreaterThan(30);
  expect([...new Set(calls)].filter((c) => c.includes(' /') && !operations.includes(c) && !c.startsWith('POST /incidents/{}/{}') && !/^DELETE \{\}/.test(c))).toEqual([]);
});

test('everything loaded is an operation of the specification', () => {
  const loaded = [...code.matchAll(/new Loaded<[^(]*>\(\(\) => (['`])(.*?)\1/g)].map(([, , path]) => `GET ${shape(path!).replace(/\{\}$/, '')}`);
  expect(loaded.length).toBeGreaterThan(10);
  expect(loaded.filter((l) => !operations.includes(l))).toEqual([]);
});

test('everything done to an incident is an operation of the specification', () => {
  const acts = [...code.matchAll(/\b(?:w\.act|outbox\.send|write|send)\((?:w(?:\.ref)?, )?(['`])([a-z][^'`]*)\1/g)].map(([, , path]) => `/incidents/{}/${shape(path!)}`);
  expect(acts.length).toBeGreaterThan(25);
  const known = new Set(operations.map((o) => o.split(' ')[1]));
  expect([...new Set(acts)].filter((a) => !known.has(a))).toEqual([]);
});
