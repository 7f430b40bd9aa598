import type { Status } from '$lib/api/types.ts';

/** The pill of a status: calm unless somebody works on it. */
export const statusTone: Record<Status, string> = {
  triage: 'warn', investigating: 'accent', mitigating: 'warn', monitoring: 'good', resolved: 'good',
  reviewing: 'accent', closed: '', dismissed: '', merged: '', ended: '',
};

/** The ring around a score: as loud as the severity that it would have. */
export function ringTone(severity: number): 'sev1' | 'sev2' | 'sev3' | 'sev4' {
  return (['sev4', 'sev1', 'sev2', 'sev3', 'sev4'] as const)[severity] ?? 'sev4';
}
