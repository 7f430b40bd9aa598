import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connect, Plugin } from 'vite';
import { answer } from './story.ts';

// The content security policy of the real server, so that a page that breaks
// it breaks here first.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Answers /api with a made-up incident, for looking at pages without a server. */
export function fixture(): Plugin {
  return {
    name: 'sigap-fixture',
    configureServer: (s) => void s.middlewares.use('/api', handle),
    configurePreviewServer: (s) => {
      s.middlewares.use((_req, res, next) => (res.setHeader('Content-Security-Policy', policy), next()));
      s.middlewares.use('/api', handle);
    },
  };
}

const handle: Connect.NextHandleFunction = (req: IncomingMessage, res: ServerResponse) => {
  const url = new URL(req.url ?? '/', 'http://localhost');
  if (url.pathname.endsWith('/stream')) {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
    res.write(': here\n\nevent: ping\ndata: {}\n\n');
    return;
  }
  let body = '';
  req.on('data', (chunk: Buffer) => (body += chunk.toString()));
  req.on('end', () => {
    const lang = /sigap_lang=(\w+)/.exec(req.headers.cookie ?? '')?.[1] ?? 'en';
    const found = answer(req.method ?? 'GET', url, body ? JSON.parse(body) : {}, lang === 'id');
    res.writeHead(found === undefined ? 404 : found === null ? 204 : 200, { 'Content-Type': 'application/json', Date: new Date().toUTCString() });
    res.end(found === undefined ? JSON.stringify({ status: 404, title: 'Not Found', detail: 'Nothing is here.' }) : found === null ? undefined : JSON.stringify(found));
  });
};
