import type { Watched } from '$lib/incident.svelte.ts';
import { here } from '$lib/location.svelte.ts';
import { outbox } from '$lib/outbox.svelte.ts';
import type { Parsed } from '$lib/slash.ts';
import { option, task } from './asks/act.ts';
import { may } from './context.ts';

type Doable = Exclude<Parsed, { do: 'error' }>;

/**
 * Does what a line of the composer says. True: it is done, or waits in the
 * outbox; false: a form is open that goes on from here and calls done itself.
 * Throws what the API throws.
 */
export async function carryOut(w: Watched, p: Doable, typed: string, done: () => void): Promise<boolean> {
  switch (p.do) {
    case 'note': return write(w, 'notes', { text: p.text }, typed);
    case 'finding': return write(w, 'findings', { says: p.says, area: p.area, text: p.text }, typed);
    case 'hypothesis': return write(w, 'hypotheses', { text: p.text }, typed);
    case 'report': return write(w, 'reports', { words: p.words, count: p.count }, typed);
    case 'option':
      option(w, 'mitigation', p.title, done);
      return false;
    case 'task':
      return give(w, p, done);
    case 'update':
      here.go(`/incidents/${w.ref}/update`);
      return true;
    case 'sev': await w.act('severity', { severity: p.severity, reason: p.reason }); return true;
    case 'role': await w.act('roles', { role: p.role, person: p.person.id }); return true;
    case 'page': await w.act('page', { person: p.person.id }); return true;
    case 'merge':
      await w.act('merge', { into: p.into });
      here.go(`/incidents/${p.into}`);
      return true;
    case 'resolve': await w.act('status', { to: 'resolved', reason: p.reason }); return true;
  }
}

async function write(w: Watched, path: string, body: unknown, typed: string): Promise<boolean> {
  const view = await outbox.send(w.ref, path, body, typed);
  if (view) w.show(view);
  return true;
}

/** A task that names who and what is given at once; else the form asks for the rest. */
async function give(w: Watched, p: Extract<Doable, { do: 'task' }>, done: () => void): Promise<boolean> {
  if (p.to && p.title && may.assign(w.view!)) {
    const due = p.minutes ? { due: new Date(Date.now() + p.minutes * 60_000).toISOString() } : {};
    await w.act('tasks', { track: w.view!.impactTo ? 'fix' : 'mitigation', title: p.title, to: p.to.id, ...due });
    return true;
  }
  task(w, { title: p.title, to: p.to?.id ?? '', ...(p.minutes ? { minutes: p.minutes } : {}) }, done);
  return false;
}
