import { i18n } from '$lib/i18n/index.svelte.ts';

/** The rights as a form offers them, each with what it allows. */
export function rights(): { value: string; label: string }[] {
  const r = i18n.t.right;
  return [
    { value: 'viewer', label: `${r.viewer}: ${r.viewerHint}` }, { value: 'responder', label: `${r.responder}: ${r.responderHint}` },
    { value: 'manager', label: `${r.manager}: ${r.managerHint}` }, { value: 'admin', label: `${r.admin}: ${r.adminHint}` },
  ];
}

export const languages = [{ value: 'en', label: 'English' }, { value: 'id', label: 'Bahasa Indonesia' }];

/** Time zones as a form offers them: the archipelago's own first. */
export function zones(now: string): { value: string; label: string }[] {
  const first = ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura', 'UTC'];
  const all = Intl.supportedValuesOf('timeZone');
  return [...new Set([...(now ? [now] : []), ...first, ...all])].map((z) => ({ value: z, label: z.replaceAll('_', ' ') }));
}
