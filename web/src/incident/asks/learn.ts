import { ask } from '$lib/ask.svelte.ts';
import type { Action, Person } from '$lib/api/types.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';

type Send = (path: string, body: unknown) => Promise<unknown>;

const day = 86_400_000;

export function action(people: Person[], send: Send): void {
  const t = i18n.t.learn;
  ask.open({
    title: t.addAction, submit: i18n.t.act.save, draft: 'action',
    fields: [
      { name: 'title', label: t.actTitle, required: true },
      { name: 'what', label: t.kind, kind: 'select', value: 'code', options: (['code', 'monitoring', 'sop'] as const).map((k) => ({ value: k, label: t.what[k] })), required: true },
      { name: 'owner', label: t.owner, kind: 'select', options: people.map((p) => ({ value: p.id, label: p.name })), required: true },
      { name: 'due', label: t.due, kind: 'date', value: new Date(Date.now() + 14 * day).toISOString().slice(0, 10), required: true },
    ],
    run: async (a) => void (await send('actions', { what: a.what, title: a.title, owner: a.owner, due: new Date(`${a.due}T17:00`).toISOString() })),
  });
}

export function finishAction(a: Action, send: Send): void {
  const t = i18n.t.learn;
  ask.open({
    title: `${t.markDone}: ${a.title}`, submit: t.markDone, draft: `action.${a.id}`,
    fields: [{ name: 'proof', label: t.proof, kind: 'area', required: true }],
    run: async (answers) => void (await send(`actions/${a.id}`, { done: true, proof: answers.proof })),
  });
}
