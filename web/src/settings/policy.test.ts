import { describe, expect, test } from 'vitest';
import type { Policy } from '$lib/api/types.ts';
import { en } from '$lib/i18n/en.ts';
import { differences, read } from './policy.ts';

const policy: Policy = {
  declareAt: 70, pageAt: 30, silenceLimit: 300e9, ackLimit: 180e9, methodLimit: 61e9, groupWindow: 1200e9, hold: 120e9,
  nonProduction: ['staging'], matrix: [[1, 1, 2], [1, 2, 3], [2, 3, 4]], words: { critical: 0 },
};

/** The form as it is filled in with the policy. */
function filled(): FormData {
  const form = new FormData();
  const minutes = { silenceLimit: 5, ackLimit: 3, methodLimit: 1.02, groupWindow: 20, hold: 2 };
  for (const [name, value] of Object.entries({ declareAt: 70, pageAt: 30, ...minutes, nonProduction: 'staging' })) form.set(name, String(value));
  for (const [r, row] of policy.matrix.entries()) for (const [c, severity] of row.entries()) form.set(`m${r}${c}`, String(severity));
  return form;
}

describe('a policy', () => {
  test('that was not changed in the form stays as it is, what is rounded too', () => {
    expect(read(filled(), policy)).toEqual(policy);
  });

  test('is named by what differs', () => {
    const form = filled();
    form.set('declareAt', '60');
    form.set('silenceLimit', '2.5');
    form.set('m12', '2');
    const next = read(form, policy);
    expect(next.silenceLimit).toBe(150e9);
    expect(differences(policy, next, en.policy)).toEqual([
      { label: en.policy.declareAt, now: '70', then: '60' },
      { label: en.policy.silenceLimit, now: '5', then: '2.5' },
      { label: 'partial impact, low urgency', now: 'SEV3', then: 'SEV2' },
    ]);
  });
});
