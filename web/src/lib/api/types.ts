// What the server answers. Times are RFC 3339 text, durations nanoseconds.

export type Right = 'viewer' | 'responder' | 'manager' | 'admin';
export type Stage = 'identify' | 'inform' | 'investigate' | 'act' | 'update' | 'learn';
export type Progress = 'ahead' | 'now' | 'done' | 'late';
export type Status =
  | 'triage' | 'investigating' | 'mitigating' | 'monitoring' | 'resolved' | 'reviewing' | 'closed'
  | 'dismissed' | 'merged' | 'ended';
export type Role = 'commander' | 'engineering' | 'support' | 'communications' | 'scribe';
export type Area = 'code' | 'configuration' | 'infrastructure' | 'user';
export type Lang = 'en' | 'id';
export type Theme = 'light' | 'dark' | 'system';

export interface Person { id: string; name: string }

export interface Me extends Person { email: string; lang: Lang; timezone: string; theme: Theme; right: Right }

export interface Session {
  setup: boolean;
  person?: Me;
  drill: { available: boolean; running: boolean; incident?: string };
  version: string;
  publicUrl: string;
}

export interface RailStage { stage: Stage; progress: Progress; name: string; text: string }

export interface Card {
  id: string; ref: string; title: string; service: string; affected?: string[]; environment: string;
  status: Status; statusText: string; severity: number; drill?: boolean; declared: boolean;
  since: string; ended?: string; rail: { stage: Stage; progress: Progress }[]; stageText: string;
  commander?: Person; nextUpdate?: { due: string; late: boolean; text: string }; spark?: number[];
  score?: number; say?: string; checksText?: string; firing?: number;
}

export interface Owed {
  kind: 'page' | 'task' | 'update' | 'assign' | 'action' | 'candidate';
  icon: string; title: string; detail: string; hot?: boolean; ref?: string; href: string; button: string;
}

export interface OnDuty { team: string; teamKind: string; person?: Person; reachable: boolean; why?: string }
export interface Stat { value: string; label: string; was?: string }
export interface Home { open: Card[]; candidates: Card[]; owed: Owed[]; onCall: OnDuty[]; stats: Stat[] }

export interface Point { t: string; v: number }
export interface Plot {
  title: string; service?: string; unit?: string; low: number; high: number;
  before: number; peak: number; last: number; points: Point[];
}
export interface Moment { at: string; label: string; tone?: string }

export interface Check { state: 'yes' | 'no' | 'unknown'; text: string; weight: number }
export interface Verdict { score: number; severity: number; say: string; how: string; live: boolean; checks: Check[] }

export interface LogPattern {
  kind: 'new' | 'surging' | 'stopped' | 'rare'; template: string; level?: string; service?: string;
  count: number; factor?: number; first?: string; samples?: string[]; spark?: number[];
}
export interface Attribute { key: string; value: string; ofErrors: number; ofAll: number }
export interface Suspect {
  service?: string; host?: string; metric: string; kind: 'origin' | 'effect' | 'affected'; at: string;
  before: number; after: number; unit?: string; score: number; reasonText?: string; spark?: number[];
}
export interface Change {
  id: string; kind: string; service?: string; environment?: string; summary: string; author?: string;
  from?: string; to?: string; diff?: string; url?: string; startedAt: string; endedAt?: string;
}
export interface Opinion { state: 'confirmed' | 'cleared'; by: Person; why?: string }
export interface ChangeSuspect { change: Change; score: number; reasons?: string[]; opinion?: Opinion }
export interface Occurrence {
  id: string; ref: string; title: string; at: string; lasted?: number; cause?: string; fixedBy?: string;
  open?: string[]; alike: number;
}
export interface Evidence {
  check: string; source: string; name: string; state: 'interesting' | 'nothing' | 'skipped' | 'failed';
  text: string; took: number; window: { from: string; to: string }; onset?: string;
  patterns?: LogPattern[]; apart?: Attribute[]; plots?: Plot[]; suspects?: Suspect[];
  changes?: ChangeSuspect[]; earlier?: Occurrence[];
}

export type Reach = 'queued' | 'accepted' | 'delivered' | 'opened' | 'acknowledged' | 'declined' | 'failed';
export interface Receipt { channel: string; method: string; state: Reach; detail?: string; at: string }
export interface Knower extends Person {
  team: string; told: string; knows: boolean; waived?: boolean; after?: number; receipts?: Receipt[];
}

export interface Finding {
  id: string; says: 'observation' | 'ruledOut' | 'cause' | 'impact'; area: Area; text: string; diff?: string;
  by: Person; at: string; entry?: number;
}
export type HypothesisState = 'proposed' | 'testing' | 'supported' | 'refuted' | 'inconclusive' | 'confirmed';
export interface Argument { text: string; entry?: number; by?: Person }
export interface Hypothesis {
  id: string; text: string; state: HypothesisState; why?: string; by: Person; at: string;
  for?: Argument[]; against?: Argument[];
}
export interface UserReport {
  id: string; service?: string; words: string; reporter?: string; channel?: string; segment?: string;
  noticed: string; at: string; by?: string;
}
export interface Cause { hypothesis?: string; text: string; area: Area; factors?: string[]; by: Person; at: string }

export type Track = 'mitigation' | 'fix';
export interface Option {
  id: string; track: Track; title: string; effect?: string; minutes?: number; risk?: string; effort?: string;
  reversible: boolean; by: Person; at: string; votes?: Person[]; chosen?: boolean;
}
export interface Decided { option: string; track: Track; title: string; reason: string; by: Person; at: string }
export interface Task {
  id: string; track: Track; title: string; to: Person; due?: string;
  state: 'assigned' | 'accepted' | 'declined' | 'done'; why?: string; by: Person; at: string; done?: string;
}
export interface Proof {
  id: string; title: string; service?: string; unit?: string; limit: number; above: boolean; now: number;
  good: boolean; since?: string; hold: number; spark?: number[]; unknown?: boolean;
}

export interface UpdateText { status: string; impact: string; done: string; next: string }
export interface UpdateSent {
  id: string; number: number; audience: string; name: string; text: UpdateText; nextDue?: string;
  wasDue?: string; final?: boolean; by: Person; at: string;
}
export interface Draft {
  audience: string; name: string; number: number; text: UpdateText; nextDue?: string; since?: string;
  facts: number; lang: Lang; channels?: string[];
}

export interface Action {
  id: string; what: 'code' | 'monitoring' | 'sop'; title: string; owner: Person; due: string; done?: string;
  proof?: string; by?: Person; at?: string;
}

export interface JoinedAlert {
  id: string; source: string; sender?: string; title: string; service?: string; severity?: string;
  value?: string; url?: string; state: 'firing' | 'resolved' | 'silent'; why: string; with?: string;
  whyText?: string; stateText?: string; firstAt?: string; lastAt?: string; count?: number;
}

export interface Incident {
  id: string; number?: number; title: string; service: string; affected?: string[]; environment: string;
  status: Status; severity: number; drill?: boolean; mergedInto?: string; reason?: string;
  milestones: Record<string, string>; roles?: Partial<Record<Role, Person>>; people?: Person[];
  alerts?: JoinedAlert[]; nobody?: { team: string; code: string };
  notices?: { id: string; purpose: string; at: string; code?: string }[];
  findings?: Finding[]; hypotheses?: Hypothesis[]; cause?: Cause; reports?: UserReport[]; reportCount?: number;
  pins?: number[]; options?: Option[]; decisions?: Decided[]; tasks?: Task[]; proofs?: Proof[];
  proposed?: { to: Status; code: string }; updates?: UpdateSent[];
  review?: { state: 'draft' | 'published' }; actions?: Action[]; seq: number;
}

export type Move =
  | 'declare' | 'reach' | 'update' | 'confirm' | 'option' | 'decide' | 'assign' | 'finish' | 'mitigated'
  | 'resolve' | 'review' | 'action' | 'publish' | 'close' | '';

export interface Audience {
  id: string; name: string; every: number; due?: string; people: number; channels?: string[]; lang?: Lang;
}

export interface View {
  incident: Incident; ref: string; statusText: string; rail: RailStage[];
  next?: { move: Move; label: string; stage: Stage } | null;
  impact: { since: string; ended?: string };
  nextUpdate?: { audience: string; name: string; due: string; late: boolean };
  verdict?: Verdict; evidence?: Evidence[]; knows?: Knower[]; missing: number; present?: Person[];
  moments?: Moment[]; audiences?: Audience[];
  you: { id: string; right: Right; mayAssign: boolean; joined: boolean; acknowledged: boolean };
  people?: Person[];
}

export interface EntryView {
  seq: number; kind: string; at: string; recorded: string;
  actor: { kind: 'person' | 'system' | 'sender'; id?: string; name: string };
  tone: 'key' | 'signal' | 'support' | 'ok' | 'minor' | 'plain' | 'loud'; icon: string; text: string;
  detail?: string; quote?: string; diff?: string; pinned?: boolean;
  corrected?: { text: string; by: string; at: string }; spark?: number[];
}
export interface EntryPage { items: EntryView[]; first: number; last: number }

export interface StripLane {
  stage: Stage; name: string; text: string; late?: boolean;
  bars?: { from: string; to: string; kind: 'solid' | 'late' | 'soft' }[]; marks?: string[];
}
export type Part = 'title' | 'summary' | 'impact' | 'cause' | 'well' | 'improve' | 'lucky';
export interface ReviewView {
  ref: string; severity: number; title: string; status: Status; service?: string; since?: string;
  state: 'draft' | 'published' | ''; lang: Lang; meeting?: Meeting; edited?: string; editedBy?: Person[];
  facts: { value: string; label: string }[]; strip: { from: string; to: string; ticks: string[]; lanes: StripLane[] };
  plot?: Plot; plotMoments?: Moment[]; moments: { at: string; text: string; tone?: string }[];
  causeText?: string; decisions?: Decided[]; scorecard?: { stage: Stage; text: string; late?: boolean }[];
  actions?: Action[]; parts: Record<Part, { md: string; html: string }>;
  people?: Person[]; you: { id: string; right: Right };
}
export interface Meeting { id: string; at: string; minutes: number; where?: string; attendees: Person[] }

export interface PageView {
  ref: string; severity: number; title: string; since: string; where: string; howBad: string; known: string;
  who: string; plot?: Plot; moments?: Moment[]; lang: Lang; theme?: Theme;
  state: 'open' | 'acknowledged' | 'declined' | 'expired' | 'over'; by?: string;
  next?: { name: string; at: string }; person: { name: string };
}
