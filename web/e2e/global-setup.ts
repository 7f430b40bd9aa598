import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from '@playwright/test';
import { cast, passwordOf, stateOf, type Name } from './cast.ts';

const binary = process.env.SIGAP_BIN ?? join(import.meta.dirname, '..', '..', 'bin', 'sigap');

/** Starts the server with its cast, and gives the function that ends it. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'sigap-e2e-'));
  const data = join(folder, 'data');
  for (const [name, person] of Object.entries(cast)) {
    const args = ['user', 'add', '--right', person.right, '--name', person.name, '--email', person.email, '--lang', 'en', '--timezone', 'Asia/Jakarta', '--password-stdin', '--data', data];
    const added = spawnSync(binary, args, { input: passwordOf(name as Name), encoding: 'utf8' });
    if (added.status !== 0) throw new Error(`${binary} user add: ${added.error?.message ?? added.stderr}`);
  }
  const address = `127.0.0.1:${await freePort()}`;
  const server = spawn(binary, ['serve', '--listen', address, '--data', data], { stdio: ['ignore', 'ignore', 'pipe'] });
  const url = `http://${address}`;
  await ready(url, server);
  process.env.SIGAP_URL = url;
  process.env.SIGAP_STATES = folder;
  for (const name of Object.keys(cast) as Name[]) await signIn(url, name);
  return async () => {
    server.kill('SIGTERM');
    await new Promise((done) => server.once('exit', done));
    rmSync(folder, { recursive: true, force: true });
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  let said = '';
  server.stderr?.on('data', (b: Buffer) => (said += b.toString()));
  for (let tries = 0; tries < 150; tries++) {
    if (server.exitCode !== null) break;
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`the server did not become ready:\n${said}`);
}

/** Signs in once for all tests: the server slows down who signs in too often. */
async function signIn(url: string, name: Name): Promise<void> {
  const api = await request.newContext({ baseURL: url });
  const answer = await api.post('/api/session', { data: { email: cast[name].email, password: passwordOf(name) } });
  if (!answer.ok()) throw new Error(`${name} could not sign in: ${answer.status()} ${await answer.text()}`);
  await api.storageState({ path: stateOf(name) });
  await api.dispose();
}
