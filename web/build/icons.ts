import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

type Node = [tag: string, attributes: Record<string, string>];

const folder = fileURLToPath(new URL('../node_modules/@lucide/svelte/dist/icons/', import.meta.url));

/** The shapes of a Lucide icon, as SVG. */
export function shapes(name: string): string {
  const found = /^const iconData = (\{.+\});$/m.exec(readFileSync(`${folder}${name}.svelte`, 'utf8'));
  if (!found) throw new Error(`the icon ${name} is not written as expected`);
  const { node } = JSON.parse(found[1]!) as { node: Node[] };
  return node.map(([tag, attributes]) => `<${tag} ${Object.entries(attributes).map(([k, v]) => `${k}="${v}"`).join(' ')} />`).join('');
}

/**
 * Makes each Lucide icon a component of fixed markup. The package's own puts
 * every icon together anew, attribute by attribute, which a page with sixty of
 * them pays for before it shows.
 */
export function icons(): Plugin {
  return {
    name: 'fixed-icons',
    enforce: 'pre',
    load(id) {
      const name = /\/@lucide\/svelte\/dist\/icons\/([a-z0-9-]+)\.svelte$/.exec(id)?.[1];
      return name && `<script>const { class: more = '', 'aria-label': label } = $props();</script>
<svg class="lucide {more}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"
  role={label ? 'img' : undefined} aria-label={label} aria-hidden={label ? undefined : 'true'}>${shapes(name)}</svg>`;
    },
  };
}
