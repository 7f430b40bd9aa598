import type { Component } from 'svelte';

/** A page of Sigap: loaded when it is first opened. */
export interface Page {
  path: string;
  /** Seen without a session, and without the navigation around it. */
  open?: boolean;
  /** Seen by itself, without the navigation. */
  bare?: boolean;
  /** What keeps it mounted while the rest of the address changes: parameters named here make a new page. */
  by?: string[];
  load: () => Promise<{ default: unknown }>;
}

/** What every page is: some read the address's parameters, some have none. */
export type PageComponent = Component<{ params: Record<string, string> }>;

export const pages: Record<string, Page> = {
  home: { path: '/', load: () => import('./pages/Home.svelte') },
  incidents: { path: '/incidents', load: () => import('./pages/Incidents.svelte') },
  review: { path: '/incidents/:ref/review', by: ['ref'], load: () => import('./pages/Review.svelte') },
  incident: { path: '/incidents/:ref/:stage?', by: ['ref'], load: () => import('./pages/Incident.svelte') },
  signals: { path: '/signals', load: () => import('./pages/Signals.svelte') },
  silences: { path: '/signals/silences', load: () => import('./pages/Silences.svelte') },
  services: { path: '/services', load: () => import('./pages/Services.svelte') },
  oncall: { path: '/oncall', load: () => import('./pages/OnCall.svelte') },
  status: { path: '/status', load: () => import('./pages/Status.svelte') },
  insights: { path: '/learn/insights', load: () => import('./pages/Insights.svelte') },
  learn: { path: '/learn', load: () => import('./pages/Learn.svelte') },
  pages: { path: '/me/pages', load: () => import('./pages/MyPages.svelte') },
  settings: { path: '/settings/*', load: () => import('./pages/Settings.svelte') },
  signin: { path: '/signin', open: true, load: () => import('./pages/SignIn.svelte') },
  setup: { path: '/setup', open: true, load: () => import('./pages/Setup.svelte') },
  invite: { path: '/invite', open: true, load: () => import('./pages/Invite.svelte') },
  reset: { path: '/reset', open: true, load: () => import('./pages/Reset.svelte') },
  acknowledge: { path: '/a/:token', open: true, by: ['token'], load: () => import('./pages/Acknowledge.svelte') },
  report: { path: '/report/:key', open: true, by: ['key'], load: () => import('./pages/ReportForm.svelte') },
};

export const patterns = Object.fromEntries(Object.entries(pages).map(([name, p]) => [name, p.path]));
