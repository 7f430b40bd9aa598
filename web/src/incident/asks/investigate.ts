import type { Area, Hypothesis } from '$lib/api/types.ts';
import { ask } from '$lib/ask.svelte.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import type { Watched } from '$lib/incident.svelte.ts';
import { filled, instant, local } from './common.ts';

const areas: Area[] = ['code', 'configuration', 'infrastructure', 'user'];
const kinds = ['observation', 'ruledOut', 'cause', 'impact'] as const;

const areaOptions = (): { value: string; label: string }[] => areas.map((a) => ({ value: a, label: i18n.t.area[a] }));

/** A finding, typed or made from an entry of the timeline. */
export function finding(w: Watched, from?: { seq: number; text: string }): void {
  const t = i18n.t.investigate;
  ask.open({
    title: t.addFinding, submit: i18n.t.act.save, draft: `finding.${w.ref}.${from?.seq ?? ''}`,
    fields: [
      { name: 'text', label: t.text, kind: 'area', value: from?.text ?? '', required: true },
      { name: 'says', label: t.says, kind: 'select', value: 'observation', options: kinds.map((k) => ({ value: k, label: i18n.t.says[k] })), required: true },
      { name: 'area', label: t.area, kind: 'select', value: 'code', options: areaOptions(), required: true },
    ],
    run: (a) => w.act('findings', { text: a.text, says: a.says, area: a.area, ...(from ? { from: from.seq } : {}) }),
  });
}

export function hypothesis(w: Watched): void {
  const t = i18n.t.investigate;
  ask.open({
    title: t.addHypothesis, submit: i18n.t.act.save, draft: `hypothesis.${w.ref}`,
    fields: [{ name: 'text', label: t.hypothesisText, kind: 'area', required: true }],
    run: (a) => w.act('hypotheses', { text: a.text }),
  });
}

/** Evidence for or against a hypothesis; from an entry, or in words. */
export function evidence(w: Watched, of?: Hypothesis, from?: { seq: number; text: string }): void {
  const t = i18n.t.investigate;
  const open = (w.view!.incident.hypotheses ?? []).filter((h) => h.state !== 'confirmed');
  ask.open({
    title: t.addEvidence, submit: i18n.t.act.save, draft: `evidence.${w.ref}.${of?.id ?? from?.seq ?? ''}`,
    fields: [
      ...(of ? [] : [{ name: 'hypothesis', label: t.addHypothesis, kind: 'select' as const, value: open[0]?.id ?? '', options: open.map((h) => ({ value: h.id, label: h.text })), required: true }]),
      { name: 'against', label: t.evidenceSide, kind: 'select', value: 'false', options: [{ value: 'false', label: t.for }, { value: 'true', label: t.against }], required: true },
      { name: 'text', label: t.evidenceText, kind: 'area', value: from?.text ?? '', required: true },
    ],
    run: (a) => w.act(`hypotheses/${of?.id ?? a.hypothesis}/evidence`, { against: a.against === 'true', text: a.text, ...(from ? { entry: from.seq } : {}) }),
  });
}

export function refute(w: Watched, h: Hypothesis): void {
  const t = i18n.t.investigate;
  ask.open({
    title: t.refute, text: h.text, submit: t.refute, draft: `refute.${h.id}`,
    fields: [{ name: 'why', label: t.refuteWhy, kind: 'area', required: true }],
    run: (a) => w.act(`hypotheses/${h.id}/judge`, { state: 'refuted', why: a.why }),
  });
}

/** Confirms the root cause, from a hypothesis or in new words. */
export function cause(w: Watched, h?: Hypothesis): void {
  const t = i18n.t.investigate;
  ask.open({
    title: t.confirm, submit: t.confirm, draft: `cause.${w.ref}.${h?.id ?? ''}`,
    fields: [
      { name: 'text', label: t.causeText, kind: 'area', value: h?.text ?? '', required: true },
      { name: 'area', label: t.area, kind: 'select', value: 'code', options: areaOptions(), required: true },
      { name: 'factors', label: t.causeFactors, kind: 'area' },
    ],
    run: (a) => w.act('cause', { text: a.text, area: a.area, factors: (a.factors ?? '').split('\n').map((f) => f.trim()).filter(Boolean), ...(h ? { hypothesis: h.id } : {}) }),
  });
}

export function report(w: Watched): void {
  const t = i18n.t.investigate;
  ask.open({
    title: t.addReport, submit: i18n.t.act.save, draft: `report.${w.ref}`,
    fields: [
      { name: 'words', label: t.words, kind: 'area', required: true },
      { name: 'count', label: t.count, kind: 'number', value: '1', required: true },
      { name: 'segment', label: t.segment },
      { name: 'reporter', label: t.reporter },
      { name: 'channel', label: t.channel },
      { name: 'noticed', label: t.noticed, kind: 'time', value: local(Date.now()) },
    ],
    run: (a) => w.act('reports', filled({ words: a.words, count: Number(a.count) || 1, segment: a.segment, reporter: a.reporter, channel: a.channel, noticed: instant(a.noticed) })),
  });
}

export function judgeChange(w: Watched, id: string, summary: string, state: 'confirmed' | 'cleared'): void {
  const t = i18n.t.identify;
  ask.open({
    title: state === 'confirmed' ? t.confirm : t.clear, text: summary, submit: state === 'confirmed' ? t.confirm : t.clear, draft: `change.${id}.${state}`,
    fields: [{ name: 'why', label: state === 'confirmed' ? t.confirmWhy : t.clearWhy, kind: 'area' }],
    run: (a) => w.act(`changes/${encodeURIComponent(id)}/judge`, { state, why: a.why }),
  });
}

export function correct(w: Watched, entry: { seq: number; text: string }): void {
  const t = i18n.t.timeline;
  ask.open({
    title: t.correct, submit: i18n.t.act.save, draft: `correct.${w.ref}.${entry.seq}`,
    fields: [{ name: 'text', label: i18n.t.investigate.text, kind: 'area', value: entry.text, required: true }],
    run: (a) => w.act('corrections', { seq: entry.seq, text: a.text }),
  });
}
