import { call } from '$lib/api/client.ts';
import type { Role, Status, View } from '$lib/api/types.ts';
import { ask } from '$lib/ask.svelte.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import type { Watched } from '$lib/incident.svelte.ts';
import { here } from '$lib/location.svelte.ts';
import { declareCandidate, dismissCandidate, mergeCard, severities } from '../../home/declare.ts';
import { peopleOf } from './common.ts';

export const statuses: Status[] = ['investigating', 'mitigating', 'monitoring', 'resolved', 'reviewing', 'closed'];
export const roles: Role[] = ['commander', 'engineering', 'support', 'communications', 'scribe'];

export function declare(w: Watched): void {
  const i = w.view!.incident;
  declareCandidate({ ref: w.ref, severity: i.severity, title: i.title }, (v) => w.show(v));
}

export function dismiss(w: Watched): void {
  dismissCandidate({ ref: w.ref, title: w.view!.incident.title }, (v) => w.show(v));
}

export function severity(w: Watched): void {
  const t = i18n.t;
  ask.open({
    title: t.moves.severity, submit: t.act.change, draft: `severity.${w.ref}`,
    fields: [
      { name: 'severity', label: t.ask.severity, kind: 'select', value: String(w.view!.incident.severity), options: severities(), required: true },
      { name: 'reason', label: t.ask.severityWhy, kind: 'area', required: true },
    ],
    run: (a) => w.act('severity', { severity: Number(a.severity), reason: a.reason }),
  });
}

export function title(w: Watched): void {
  const t = i18n.t;
  ask.open({
    title: t.moves.title, submit: t.act.save,
    fields: [{ name: 'title', label: t.ask.title, value: w.view!.incident.title, hint: t.ask.titleHint, required: true }],
    run: (a) => w.act('title', { title: a.title }),
  });
}

export function role(w: Watched, which: Role = 'commander'): void {
  const t = i18n.t;
  ask.open({
    title: t.moves.role, submit: t.act.save,
    fields: [
      { name: 'role', label: t.ask.role, kind: 'select', value: which, options: roles.map((r) => ({ value: r, label: t.role[r as keyof typeof t.role] })), required: true },
      { name: 'person', label: t.ask.person, kind: 'select', value: w.view!.you.id, options: peopleOf(w.view!), required: true },
    ],
    run: (a) => w.act('roles', { role: a.role, person: a.person }),
  });
}

/** Moves to a status; going back asks for a reason. */
export function status(w: Watched, to?: Status): void {
  const t = i18n.t, now = w.view!.incident.status;
  const title = to === 'monitoring' ? t.moves.mitigated : to === 'resolved' ? t.moves.resolve : to === 'closed' ? t.moves.closeIt : t.moves.status;
  const back = !!to && statuses.indexOf(to) < statuses.indexOf(now);
  ask.open({
    title, submit: title, draft: `status.${w.ref}`, ...(to === 'closed' ? { text: t.ask.closeWhy } : {}),
    fields: [
      ...(to ? [] : [{ name: 'to', label: t.ask.status, kind: 'select' as const, value: '', options: statuses.filter((s) => s !== now).map((s) => ({ value: s, label: t.status[s] })), required: true }]),
      { name: 'reason', label: t.ask.statusWhy, kind: 'area', hint: back || !to ? t.ask.statusBack : '', required: back },
    ],
    run: (a) => (to === 'closed' ? w.act('close', {}) : w.act('status', { to: to ?? a.to, reason: a.reason })),
  });
}

export function merge(w: Watched): void {
  const i = w.view!.incident;
  mergeCard({ id: i.id, ref: w.ref, title: i.title, declared: !!i.number, drill: i.drill ?? false }, (into) => here.go(`/incidents/${into}`));
}

/** Asks which alerts do not belong here, and opens a candidate of their own for them. */
export function split(w: Watched): void {
  const t = i18n.t;
  ask.open({
    title: t.moves.split, text: t.ask.splitHint, submit: t.moves.splitNow,
    fields: [{ name: 'alerts', label: t.ask.split, kind: 'many', required: true, options: w.view!.alerts.map((a) => ({ value: a.id, label: [a.title, a.service].filter(Boolean).join(' · ') })) }],
    run: async (a) => {
      const view = await call<View>('POST', `/incidents/${w.ref}/split`, { alerts: (a.alerts ?? '').split('\n').filter(Boolean) });
      here.go(`/incidents/${view.ref}`);
    },
  });
}

export function page(w: Watched, person = ''): void {
  const t = i18n.t;
  ask.open({
    title: t.moves.page, submit: t.inform.reachAgain,
    fields: [{ name: 'person', label: t.ask.who, kind: 'select', value: person, options: peopleOf(w.view!), required: true }],
    run: (a) => w.act('page', { person: a.person }),
  });
}
