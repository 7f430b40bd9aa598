import type { components } from './schema.d.ts';
import type * as wire from './types.ts';

// The types in types.ts say more than the specification does (which words a
// status can be, that a list is never null) and less (only what the page
// reads). Here the compiler checks that they say nothing else: every field is
// one of the specification's, of a type that fits. It is part of no build.

type S = components['schemas'];

/** What of H does not fit S, by the name of the field; never if all of it does. */
type Misfit<H, S, At extends string = ''> = H extends readonly (infer U)[]
  ? NonNullable<S> extends readonly (infer V)[] ? Misfit<U, NonNullable<V>, At> : `${At}: not a list`
  : H extends object
    ? { [K in keyof H & string]: K extends keyof NonNullable<S> ? Misfit<NonNullable<H[K]>, NonNullable<NonNullable<S>[K]>, `${At}.${K}`> : `${At}.${K}: unknown` }[keyof H & string]
    : H extends S ? never : `${At}: another type`;

type Fits<M extends never> = M;

export type Contract = [
  Fits<Misfit<wire.Session, S['SessionViewBody']>>,
  Fits<Misfit<wire.Home, S['Home']>>,
  Fits<Misfit<wire.View, S['View']>>,
  Fits<Misfit<wire.EntryView, S['EntryView']>>,
  Fits<Misfit<wire.EntryPage, S['EntriesBody']>>,
  Fits<Misfit<wire.Draft, S['Draft']>>,
  Fits<Misfit<wire.ReviewView, S['ReviewView']>>,
  Fits<Misfit<wire.Insights, S['InsightsBody']>>,
  Fits<Misfit<wire.PageView, S['PageView']>>,
  Fits<Misfit<wire.Signals, S['SignalsBody']>>,
  Fits<Misfit<wire.HoldWindows, S['Windows']>>,
  Fits<Misfit<wire.Conditions, S['ConditionsBody']>>,
  Fits<Misfit<wire.Trial, S['ConditionsTriedBody']>>,
  Fits<Misfit<wire.StatusView, S['StatusBody']>>,
  Fits<Misfit<wire.ActionOf, S['ActionOf']>>,
  Fits<Misfit<wire.MyPage, S['MyPage']>>,
  Fits<Misfit<wire.Account, S['Account']>>,
  Fits<Misfit<wire.Team, S['Team']>>,
  Fits<Misfit<wire.Ladder, S['Ladder']>>,
  Fits<Misfit<wire.Swap, S['SwapView']>>,
  Fits<Misfit<wire.LoadReport, S['LoadReportView']>>,
  Fits<Misfit<wire.DryRun, S['Preview']>>,
  Fits<Misfit<wire.Service, S['Service']>>,
  Fits<Misfit<wire.AudienceSetting, S['Audience']>>,
  Fits<Misfit<wire.ChannelState, S['ChannelState']>>,
  Fits<Misfit<wire.Credential, S['Credential']>>,
  Fits<Misfit<wire.Made, S['Made']>>,
  Fits<Misfit<wire.Rotated, S['RotatedBody']>>,
  Fits<Misfit<wire.SenderKey, S['KeyView']>>,
  Fits<Misfit<wire.Tried, S['Tried']>>,
  Fits<Misfit<wire.TestResult, S['TestResultBody']>>,
  Fits<Misfit<wire.Sources, S['Sources']>>,
  Fits<Misfit<wire.ProbeView, S['ProbeView']>>,
  Fits<Misfit<wire.ProbeSaw, S['ProbeSawBody']>>,
  Fits<Misfit<wire.KeptRule, S['Kept']>>,
  Fits<Misfit<wire.RuleTrial, S['Trial']>>,
  Fits<Misfit<wire.Policy, S['Policy']>>,
  Fits<Misfit<wire.ShadowView, S['ShadowView']>>,
];
