// Writes src/lib/api/schema.d.ts from openapi.json: the types of what the
// server answers. Without a specification the file says so with empty types.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const spec = new URL('openapi.json', import.meta.url);
const out = new URL('src/lib/api/schema.d.ts', import.meta.url);

const types = existsSync(spec)
  ? astToString(await openapiTS(JSON.parse(await readFile(spec, 'utf8')), { alphabetize: true }))
  : 'export type paths = Record<string, never>;\nexport type components = { schemas: Record<string, never> };\n';
await writeFile(out, `// Written by npm run gen; edit the server's operations instead.\n${types}`);
