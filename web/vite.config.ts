import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { first } from './build/first.ts';
import { icons } from './build/icons.ts';
import { fixture } from './dev/fixture.ts';

// Where `npm run dev` finds the API: a running server, or, without one named,
// the made-up incident of dev/fixture.ts.
const server = process.env.SIGAP_SERVER;

export default defineConfig({
  plugins: [icons(), svelte(), first(), ...(server ? [] : [fixture()])],
  resolve: { alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) } },
  build: {
    target: ['chrome123', 'firefox120', 'safari17.5'], // light-dark() and oklch(from …)
    assetsInlineLimit: 0, // the policy allows no data: fonts, and files are cached
    modulePreload: false, // the server names what a page needs; what several pages share is one file
    cssCodeSplit: false, // one sheet, which the server writes into the page
    manifest: true, // the server says in index.html what the page asked for will need
    // What several pages use is one file: twenty small ones are as many requests.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] } } },
    chunkSizeWarningLimit: 300,
  },
  server: server ? { proxy: { '/api': server } } : {},
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
