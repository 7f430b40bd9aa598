import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

// Styles are named after their component: the server writes the first look of a
// page with the same names.
const cssHash = ({ filename, css, hash }) => /(?:^|\/)src\/(.+)\.svelte$/.exec(filename)?.[1].replaceAll('/', '-') ?? `svelte-${hash(css)}`;

export default { preprocess: vitePreprocess(), compilerOptions: { runes: true, cssHash } };
