import type { Option, Task, Track } from '$lib/api/types.ts';
import { ask } from '$lib/ask.svelte.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import type { Watched } from '$lib/incident.svelte.ts';
import { filled, instant, local, peopleOf } from './common.ts';

const tracks = (): { value: string; label: string }[] => [
  { value: 'mitigation', label: i18n.t.action.mitigation }, { value: 'fix', label: i18n.t.action.fix },
];

export function option(w: Watched, track: Track = 'mitigation', title = '', done: () => void = () => {}): void {
  const t = i18n.t.action;
  ask.open({
    title: t.addOption, submit: i18n.t.act.save, draft: `option.${w.ref}.${title}`,
    fields: [
      { name: 'title', label: t.optTitle, value: title, required: true },
      { name: 'track', label: t.track, kind: 'select', value: track, options: tracks(), required: true },
      { name: 'effect', label: t.optEffect },
      { name: 'minutes', label: t.optMinutes, kind: 'number' },
      { name: 'risk', label: t.optRisk },
      { name: 'effort', label: t.optEffort },
      { name: 'reversible', label: t.optReversible, kind: 'check', value: 'true' },
    ],
    run: async (a) => {
      await w.act('options', { track: a.track, title: a.title, effect: a.effect ?? '', minutes: Number(a.minutes) || 0, risk: a.risk ?? '', effort: a.effort ?? '', reversible: a.reversible === 'true' });
      done();
    },
  });
}

export function decide(w: Watched, o: Option): void {
  const t = i18n.t.action;
  ask.open({
    title: `${t.choose}: ${o.title}`, text: t.decideHint, submit: t.choose, draft: `decide.${o.id}`,
    fields: [{ name: 'reason', label: t.decideWhy, kind: 'area', required: true }],
    run: (a) => w.act('decisions', { option: o.id, reason: a.reason }),
  });
}

export function task(w: Watched, given: { title?: string; to?: string; minutes?: number; track?: Track } = {}, done: () => void = () => {}): void {
  const t = i18n.t.action;
  ask.open({
    title: t.addTask, submit: t.assign, draft: `task.${w.ref}.${given.title ?? ''}`,
    fields: [
      { name: 'title', label: t.taskTitle, value: given.title ?? '', required: true },
      { name: 'to', label: t.taskTo, kind: 'select', value: given.to ?? '', options: peopleOf(w.view!), required: true },
      { name: 'due', label: t.taskDue, kind: 'time', value: given.minutes ? local(Date.now() + given.minutes * 60_000) : '' },
      { name: 'track', label: t.track, kind: 'select', value: given.track ?? 'mitigation', options: tracks(), required: true },
    ],
    run: async (a) => {
      await w.act('tasks', filled({ track: a.track, title: a.title, to: a.to, due: instant(a.due) }));
      done();
    },
  });
}

export function declineTask(w: Watched, task: Task): void {
  const t = i18n.t.action;
  ask.open({
    title: `${t.decline}: ${task.title}`, submit: t.decline, draft: `decline.${task.id}`,
    fields: [{ name: 'why', label: t.declineWhy, kind: 'area', required: true }],
    run: (a) => w.act(`tasks/${task.id}/answer`, { accepted: false, why: a.why }),
  });
}

export function finishTask(w: Watched, task: Task): void {
  const t = i18n.t.action;
  ask.open({
    title: `${t.finish}: ${task.title}`, submit: t.finish, draft: `finish.${task.id}`,
    fields: [{ name: 'result', label: t.result, kind: 'area' }],
    run: (a) => w.act(`tasks/${task.id}/done`, { result: a.result ?? '' }),
  });
}
