import { sentAlong } from './along.ts';
import type { Lang } from './types.ts';

/** A refusal that names what a person can mend, as the server words it. */
export class Refused extends Error {
  readonly status: number;
  readonly fields: Record<string, string>;

  constructor(status: number, message: string, fields: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

/** The server was not reached: nothing is known of what became of the request. */
export class Unreachable extends Error {}

interface ProblemBody { title?: string; detail?: string; errors?: { location?: string; message?: string }[] }

let onSignedOut: () => void = () => {};
let language: () => Lang = () => 'en';

/** Sets what happens when a session has ended, and in which language the server is asked. */
export function configure(with_: { signedOut: () => void; lang: () => Lang }): void {
  onSignedOut = with_.signedOut;
  language = with_.lang;
}

/**
 * Sends one request to the API and reads its JSON answer.
 * Throws Refused for an answer of 400 and above, Unreachable without an answer.
 */
export async function call<T>(method: string, path: string, body?: unknown, quietly = false): Promise<T> {
  const brought = method === 'GET' ? sentAlong(path) : undefined;
  if (brought !== undefined) return JSON.parse(brought) as T;
  let answer: Response;
  try {
    answer = await fetch(`/api${path}`, {
      method,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', 'Accept-Language': language(), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new Unreachable('unreachable', { cause });
  }
  if (answer.ok) return (answer.status === 204 ? undefined : await readJSON(answer)) as T;
  if (answer.status === 401 && !quietly) onSignedOut();
  if (answer.status === 502 || answer.status === 503 || answer.status === 504) throw new Unreachable('unreachable');
  throw refusal(answer.status, (await readJSON(answer).catch(() => ({}))) as ProblemBody);
}

async function readJSON(answer: Response): Promise<unknown> {
  const text = await answer.text();
  return text ? JSON.parse(text) : undefined;
}

/** Reads an RFC 9457 answer; a field's name is the last part of its location (body.title). */
export function refusal(status: number, body: ProblemBody): Refused {
  const fields: Record<string, string> = {};
  for (const e of body.errors ?? []) {
    const name = e.location?.split('.').pop();
    if (name && e.message) fields[name] = e.message;
  }
  const said = body.detail || Object.values(fields)[0] || body.title || String(status);
  return new Refused(status, said, fields);
}
