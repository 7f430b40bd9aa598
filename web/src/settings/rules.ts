import type { Deed, Rule } from '$lib/api/types.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';
import { fmt } from '$lib/now.svelte.ts';

/** A rule as a form has it: all of it is text. */
export type RuleForm = Record<'name' | 'when' | 'key' | 'minutes' | 'service' | 'atMost' | 'atLeast' | 'quiet', string>;

const text = (n: number | undefined): string => (n ? String(n) : '');

export function formOf(r: Partial<Rule>): RuleForm {
  return {
    name: r.name ?? '', when: r.when ?? '', key: r.key ?? '', minutes: text(r.minutes ?? 30), service: r.service ?? '',
    atMost: text(r.atMost), atLeast: text(r.atLeast), quiet: r.quiet ? 'true' : '',
  };
}

/** The rule that a filled form means; of other kinds' fields it has none. */
export function ruleOf(does: Deed, a: RuleForm): Rule {
  const rule: Rule = { name: a.name.trim(), does, when: a.when.trim() };
  if (does === 'join') return { ...rule, key: a.key.trim(), minutes: Math.round(Number(a.minutes)) };
  if (does === 'apart') return rule;
  return {
    ...rule, ...(a.service ? { service: a.service } : {}), ...(a.atMost ? { atMost: Number(a.atMost) } : {}),
    ...(a.atLeast ? { atLeast: Number(a.atLeast) } : {}), ...(a.quiet === 'true' ? { quiet: true } : {}),
  };
}

/** The rule alone, without what became of it: as the server takes it. */
export function bare(r: Rule): Rule {
  return { id: r.id, off: r.off, ...ruleOf(r.does, formOf(r)) };
}

/** All rules as they would be with this one, and which of them it is; a new one comes last. */
export function drafted(all: Rule[], id: string | undefined, rule: Rule): { rules: Rule[]; at: number } {
  const rules = all.map(bare);
  const at = rules.findIndex((r) => r.id === id);
  if (at < 0) return { rules: [...rules, rule], at: rules.length };
  return { rules: rules.with(at, { ...rule, id }), at };
}

/** What a rule does with the alerts that match it, in words. */
export function deedOf(r: Rule): string {
  const t = i18n.t.rule.says;
  if (r.does === 'join') return t.join((r.key ?? '').split(/\s*,\s*/).join(' + '), fmt().span((r.minutes ?? 0) * 60_000));
  if (r.does === 'apart') return t.apart;
  return [r.service ? t.service(r.service) : '', r.atMost ? t.atMost(`SEV${r.atMost}`) : '', r.atLeast ? t.atLeast(`SEV${r.atLeast}`) : '', r.quiet ? t.quiet : ''].filter(Boolean).join(', ');
}

/** What an expression may ask for, besides the labels; as internal/identify/rule has it. */
export const names = ['service', 'environment', 'severity', 'title', 'description', 'source', 'sender', 'team'];

export const operators = ['==', '!=', '&&', '||', '!', 'in ["a", "b"]', 'has(labels.x)', 'x.startsWith("…")', 'x.contains("…")', 'x.matches("…")'];

type Example = keyof typeof i18n.t.rule.example;

/** Rules to begin with. */
export const examples: Record<Deed, { label: Example; fill: Partial<RuleForm> }[]> = {
  join: [
    { label: 'region', fill: { when: 'has(labels.region)', key: 'region', minutes: '30' } },
    { label: 'node', fill: { when: 'has(labels.instance)', key: 'instance', minutes: '15' } },
    { label: 'namespace', fill: { when: 'environment == "production" && has(labels.namespace)', key: 'namespace', minutes: '30' } },
  ],
  apart: [
    { label: 'payment', fill: { when: 'service == "payment" && severity == "critical"' } },
    { label: 'names', fill: { when: 'labels.alertname in ["BackupFailed", "DiskFull"]' } },
    { label: 'starts', fill: { when: 'title.startsWith("Certificate")' } },
  ],
  route: [
    { label: 'staging', fill: { when: 'environment in ["staging", "test"]', quiet: 'true' } },
    { label: 'warnings', fill: { when: 'severity == "warning"', atMost: '3' } },
    { label: 'core', fill: { when: 'labels.tier == "core"', atLeast: '2' } },
  ],
};
