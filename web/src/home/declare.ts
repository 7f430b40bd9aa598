import { ask } from '$lib/ask.svelte.ts';
import { call } from '$lib/api/client.ts';
import type { Card, View } from '$lib/api/types.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import { here } from '$lib/location.svelte.ts';

/** The severities as a form offers them. */
export const severities = (): { value: string; label: string }[] =>
  ([1, 2, 3, 4] as const).map((n) => ({ value: String(n), label: `SEV${n} · ${i18n.t.sev[n]}` }));

/** Asks what is broken, declares it, and goes there. */
export function declareByHand(): void {
  const t = i18n.t.declare;
  ask.open({
    title: t.title, text: t.hint, submit: t.submit, draft: 'declare',
    fields: [
      { name: 'title', label: t.what, placeholder: t.whatHint, required: true },
      { name: 'service', label: t.service, required: true },
      { name: 'severity', label: t.severity, kind: 'select', value: '2', options: severities(), required: true },
      { name: 'environment', label: t.environment, value: 'production' },
      { name: 'text', label: t.text, kind: 'area' },
    ],
    run: async (a) => {
      const view = await call<View>('POST', '/incidents', {
        title: a.title, service: a.service, severity: Number(a.severity),
        ...(a.environment ? { environment: a.environment } : {}), ...(a.text ? { text: a.text } : {}),
      });
      here.go(`/incidents/${view.ref}`);
    },
  });
}

/** Asks at which severity a candidate is declared; then done() is told. */
export function declareCandidate(card: Pick<Card, 'ref' | 'severity' | 'title'>, done: (view: View) => void): void {
  const t = i18n.t;
  ask.open({
    title: `${t.moves.declare}: ${card.title}`, text: t.declare.hint, submit: t.moves.declare,
    fields: [
      { name: 'severity', label: t.declare.severity, kind: 'select', value: String(card.severity || 2), options: severities(), required: true },
      { name: 'reason', label: t.ask.reason },
    ],
    run: async (a) => done(await call<View>('POST', `/incidents/${card.ref}/declare`, { severity: Number(a.severity), ...(a.reason ? { reason: a.reason } : {}) })),
  });
}

/** Asks in which open one it goes on, and merges it; then done() is told the reference of that one. */
export function mergeCard(card: Pick<Card, 'id' | 'ref' | 'title'> & { declared: boolean; drill: boolean }, done: (into: string) => void): void {
  const t = i18n.t;
  ask.open({
    title: `${t.moves.merge}: ${card.title}`, text: t.ask.mergeHint, submit: t.moves.mergeNow,
    fields: [{ name: 'into', label: t.ask.merge, kind: 'incident', required: true, fits: (c) => c.id !== card.id && (c.drill ?? false) === card.drill && (c.declared || !card.declared) }],
    run: async (a) => {
      await call<View>('POST', `/incidents/${card.ref}/merge`, { into: a.into });
      done(a.into!);
    },
  });
}

/** Asks why a candidate is no incident, and dismisses it. */
export function dismissCandidate(card: Pick<Card, 'ref' | 'title'>, done: (view: View) => void): void {
  const t = i18n.t;
  ask.open({
    title: `${t.signals.dismiss}: ${card.title}`, submit: t.signals.dismiss, danger: true, draft: `dismiss.${card.ref}`,
    fields: [{ name: 'reason', label: t.ask.dismissWhy, kind: 'area', required: true }],
    run: async (a) => done(await call<View>('POST', `/incidents/${card.ref}/dismiss`, { reason: a.reason })),
  });
}
