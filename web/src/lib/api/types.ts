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

/** Hours in which only pages come at once: HH:MM, empty for none. */
export interface Quiet { from: string; to: string }

export interface Me extends Person { email: string; lang: Lang; timezone: string; theme: Theme; quiet: Quiet; right: Right }

export interface Session {
  setup: boolean;
  person?: Me;
  drill: { available: boolean; running: boolean };
  version: string;
  publicUrl: string;
}

export interface RailStage { stage: Stage; progress: Progress; name: string; text: string }

export interface Card {
  id: string; ref: string; title: string; service: string; affected?: string[]; environment: string;
  status: Status; statusText: string; severity: number; drill?: boolean; declared: boolean;
  since: string; ended?: string; rail: RailStage[]; stageText: string;
  commander?: Person; nextUpdate?: NextUpdate; spark?: number[];
  score: number; say?: string; checks?: string; firing: number; alerts: number; nobody: boolean;
}
export interface NextUpdate { audience: string; name: string; due: string; late: boolean }

export interface Owed {
  kind: 'page' | 'task' | 'update' | 'assign' | 'decide' | 'action' | 'candidate' | 'nobody';
  title: string; ref: string; of?: string; due?: string; hot: boolean; stage: Stage; item?: string;
}

export interface OnDuty { team: string; does: string; person?: Person; reachable: boolean; channels: string[] }
export interface Stat { now: number; was?: number; of: number }
export interface Stats { inform?: Stat; mitigate?: Stat; onTime?: Stat; actions?: Stat }
export interface Home {
  open: Card[]; candidates: Card[]; recent: Card[]; owed: Owed[]; onCall: OnDuty[]; stats: Stats;
  setUp: { channels: number; sources: number; people: number; teams: number }; held: HeldCount;
}

export interface Point { t: string; v: number }
export interface Plot {
  title: string; service?: string; unit?: string; low: number; high: number;
  before: number; peak: number; last: number; points: Point[];
}
export interface Moment { at: string; code: string; label: string }

export interface Check { state: 'yes' | 'no' | 'unknown'; text: string; weight: number }
export interface Verdict { score: number; severity: number; say: string; how: string; live: boolean; checks: Check[] }

export interface LogPattern {
  kind: 'new' | 'surging' | 'shifted' | 'stopped' | 'rare' | 'unjudged'; template: string; level?: string; service?: string;
  count: number; factor?: number; first?: string; samples?: string[]; spark?: number[];
}
export interface Property { key: string; value: string }
export interface Attribute { where: Property[]; alike?: Property[]; outcome?: boolean; errors: number; others: number; ofErrors: number; ofOthers: number }
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
  changes?: ChangeSuspect[]; earlier?: Occurrence[]; suspicions?: Suspicion[]; record?: CheckRecord;
}
/** How a check did in the incidents that were graded; low and high are within what its precision lies. */
export interface CheckRecord {
  check: string; name: string; right: number; wrong: number; noMatter: number; claimed: number; low: number; high: number; poor: boolean; text: string;
}
export interface Insights { checks: CheckRecord[] }
export type GradeMark = 'right' | 'wrong' | 'noMatter';
/** How a check did in one incident; without a person it is a guess, without a mark only a person can tell. */
export interface Grade { check: string; name: string; text: string; mark: GradeMark | ''; by?: Person; why?: string }
/** One of all that may be the cause, ranked among the others. */
export interface Suspicion {
  of: 'change' | 'measure' | 'error'; service?: string; host?: string; text: string; change?: string; at?: string; score: number; says?: string[];
}

export type Reach = 'queued' | 'accepted' | 'delivered' | 'opened' | 'acknowledged' | 'declined' | 'failed';
export interface Receipt { channel: string; method: string; state: Reach; detail?: string; until?: string; at: string }
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
  facts: number; lang: Lang; final: boolean;
}

export interface Action {
  id: string; what: 'code' | 'monitoring' | 'sop'; title: string; owner: Person; due: string; done?: string;
  proof?: string; by?: Person; at?: string;
}

export interface JoinedAlert {
  id: string; source: string; sender?: string; title: string; service?: string; severity?: string;
  value?: string; url?: string; state: AlertState; why: string; with?: string; whyText: string;
}
export type AlertState = 'firing' | 'resolved' | 'silent';
/** An alert of the live stream. */
export interface Heard {
  id: string; title: string; source: string; sender: string; service: string; severity: string; state: AlertState;
  first: string; last: string; count: number; why: string; value?: string; url?: string;
  held?: string; window?: string; grave?: boolean;
  rarity?: 'frequent' | 'rare' | 'unseen'; standing?: string; noise: number;
}
/** A kind of alert that comes often and is mostly nothing. */
export interface Noisy { alert: string; title: string; service: string; sender: string; times: number; alerts: number; real: number; of: number; advice: string; says: string; adviceText: string }
export interface HeldCount { all: number; grave: number }
export interface Signals { candidates: (Card & { joined: Heard[] })[]; loose: Heard[]; changes: Change[]; held: HeldCount; noisy: Noisy[] }
export interface Weekly { zone: string; days: number[]; from: string; to: string }
/** A silence or a maintenance window. */
export interface HoldWindow {
  id: string; kind: 'silence' | 'maintenance'; matchers: string[]; from?: string; until?: string; weekly?: Weekly; reason: string; by: Person;
  editedBy?: Person; endedBy?: Person; change?: string; state: 'open' | 'coming' | 'over'; next?: { from: string; until: string }; mayEnd: boolean; mayEdit: boolean;
}
export interface HoldWindows { items: HoldWindow[]; held: Heard[]; count: HeldCount }
export interface Conditions { matchers: string[]; others: string[] }
/** What conditions would have held of the last day's alerts. */
export interface Trial { count: HeldCount; of: number; alerts: Heard[] }

export interface Incident {
  id: string; number?: number; title: string; service: string; affected?: string[]; environment: string;
  status: Status; severity: number; drill?: boolean; mergedInto?: string; reason?: string;
  milestones: Record<string, string>; roles?: Partial<Record<Role, Person>>; people?: Person[];
  nobody?: { team: string; code: string };
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
  id: string; name: string; every: number; due?: string; sent: number; people: number; channels: string[]; lang: Lang;
}

export interface View {
  incident: Incident; ref: string; statusText: string; rail: RailStage[];
  next?: { move: Move; label: string; stage: Stage } | null;
  goesOnIn?: { id: string; ref: string; title: string };
  impactFrom: string; impactTo?: string; nextUpdate?: NextUpdate;
  verdict?: Verdict; evidence: Evidence[]; alerts: JoinedAlert[]; knows: Knower[]; unanswered: { team: string; asked: Person[] | null }[] | null; missing: number;
  present: (Person & { typing?: boolean })[]; moments: Moment[]; audiences: Audience[]; now: string;
  you: { id: string; right: Right; mayAssign: boolean; joined: boolean; acknowledged: boolean };
  people: Person[];
}

export interface EntryView {
  seq: number; kind: string; at: string; recorded: string;
  actor: { kind: 'person' | 'system' | 'sender'; id?: string; name: string };
  tone: string; icon: string; text: string;
  detail?: string; quote?: string; diff?: string;
  corrected?: { text: string; by: string; at: string }; spark?: number[];
}
export interface EntryPage { items: EntryView[]; first: number; last: number }

/** One lane of the process strip: a stage on the incident's own time axis. */
export interface Score {
  stage: Stage; name: string; text: string; late: boolean;
  bars?: { from: string; to: string; kind: string }[]; marks?: string[];
}
export type Part = 'title' | 'summary' | 'impact' | 'cause' | 'well' | 'improve' | 'lucky';
export interface Happening { at: string; text: string; tone: string; seq: number }
export interface ReviewView {
  ref: string; incident: Incident; statusText: string; draft: boolean; published: boolean;
  review: Record<Part, string> & { state: string; lang: Lang; meeting?: Meeting; edited?: string; editedBy?: Person[] };
  parts: Record<string, string>; facts: { value: string; label: string }[]; from: string; to: string; scorecard: Score[];
  plot?: Plot; moments: Moment[]; happenings: Happening[]; cause: string; decisions: Decided[]; actions: Action[];
  verdict?: Verdict; evidence: Evidence[]; grades: Grade[]; people: Person[]; you: View['you'];
}
export interface Meeting { id: string; at: string; minutes: number; where?: string; attendees: Person[] }

export interface WaitingView { ref: string; severity: number; title: string; service: string; since: string; link: string }
export interface PageView {
  ref: string; severity: number; title: string; statusText: string; drill: boolean; since: string; ended?: string;
  fields: { label: string; value: string }[]; plot?: Plot; moments: Moment[]; lang: Lang; theme: Theme | ''; timezone: string;
  state: 'open' | 'acknowledged' | 'declined' | 'expired' | 'over'; by?: string;
  next?: { name: string; at: string }; person: Person; waiting?: WaitingView[]; now: string;
}

export interface ActionOf { incident: string; ref: string; title: string; action: Action }
export interface MyPage {
  ref: string; title: string; purpose: string; at: string; channel: string; state: Reach; stateAt: string; text: string; severity: number;
}
export interface StatusView {
  services: { name: string; title: string; state: 'ok' | 'degraded' | 'down'; incident?: string; text?: string; since?: string }[];
  updates: { at: string; ref: string; title: string; audience: string; html: string }[];
}

// What is set up in the settings.
export interface Contact { id: string; kind: string; address: string; verified?: string; use?: 'urgent' | 'other'; after?: number }
export interface Account extends Person {
  email: string; right: Right; lang: Lang; timezone: string; contacts: Contact[]; invited: boolean; disabled: boolean;
}
export interface Team { id: string; name: string; kind: string; members: string[]; rooms: Contact[]; schedule?: string; ladder?: string }
/** Who is asked together by a page, in which cases, and for how many minutes before the next. */
export interface Rung {
  people?: string[] | null; schedules?: string[] | null; teams?: string[] | null; robin?: boolean; minutes?: number;
  severities?: number[] | null; hours?: { days?: number[] | null; from: string; to: string }[] | null; timezone?: string;
}
export interface Ladder { id: string; name: string; rungs: Rung[] | null; rounds?: number; teams: string[] | null }
/** A request to take shifts over that waits for an answer. */
export interface Swap {
  id: string; schedule: string; by: Person; to: Person[] | null; from: string; until: string; back?: { from: string; until: string }; reason?: string; answers: boolean; mine: boolean;
}
/** Hours on call by what kind of time it is. */
export interface HoursOn { total: number; weekday: number; night: number; weekend: number; holiday: number }
/** What one person carried in a schedule; against is their hours against the mean of all. */
export interface Load { person: Person; left?: boolean; hours: HoursOn; pages: number; outOfHours: number; against: number }
export interface LoadReport { name: string; timezone: string; from: string; until: string; people: Load[] | null; uncovered: HoursOn }
/** One message that would go out if a service broke, or a hole in the ladder. */
export interface DryAsk {
  purpose: 'page' | 'notice' | 'follow'; team: string; person?: Person; room?: string; channel?: string; step: number; after: number;
  code?: 'gap' | 'no-method' | 'nobody' | 'turn' | 'quiet';
}
export interface DryRun { service: string; severity: number; pages: boolean; rounds?: number; teams: string[] | null; asks: DryAsk[] | null }
export interface Service {
  name: string; title?: string; environment: string; team?: string; tier: number; dependsOn: string[] | null; probe?: string; seen: boolean;
}
export interface AudienceSetting {
  id: string; name: Record<string, string>; cadence: Record<string, number>; people: string[] | null; teams: string[] | null; rooms: Contact[] | null; lang: Lang;
}
export interface ChannelState { kind: string; set: boolean; config?: Record<string, unknown> }
export interface Credential { id: string; name: string; scope: string; created: string }
export interface Made { secret: string; url?: string }
export interface Rotated extends Made { oldUntil: string }
export const mapFields = ['entries', 'ignore', 'title', 'description', 'service', 'environment', 'severity', 'team', 'identity', 'resolved', 'startedAt', 'url', 'value'] as const;
/** How a key's own form of body is read: paths or CEL expressions, by the field they fill. */
export type Mapping = Partial<Record<(typeof mapFields)[number], string>>;
/** An integration key with what it is set to. */
export interface SenderKey extends Credential {
  drill: boolean; signed: boolean; perMinute?: number; maxBytes?: number; mapping?: Mapping; oldUntil?: string; signingOldUntil?: string;
}
export interface Sample { at: string; body: string; contentType?: string; path?: string; headers?: Record<string, string>; error?: string }
export interface TriedSignal {
  signal: { title: string; service?: string; environment?: string; severity?: string; identity?: string; state: string; value?: string };
  severity: number; say: string; pages: boolean;
}
/** How a body was read and what it would do; nothing was done. */
export interface Tried {
  first?: Sample; last?: Sample; body?: string; error?: string; signals: TriedSignal[]; changes: { summary: string }[]; reports: { words: string }[];
  beats: string[]; rejected: { index: number; reason: string }[]; notes: string[]; answer?: unknown; status?: number;
}
export interface TestResult { ok: boolean; detail: string; took: number; at: string; lacks?: string[] }
export interface Sources { prometheus?: string; loki?: string; elasticsearch?: string; victorialogs?: string; ignoreErrors?: boolean }
export const probeKinds = ['http', 'tcp', 'tls', 'dns'] as const;
export type ProbeKind = (typeof probeKinds)[number];
export interface Probe {
  id?: string; name: string; service: string; kind: ProbeKind; target: string; status?: string; text?: string; address?: string; days?: number;
  every?: number; timeout?: number; failures?: number; severity?: string; paused?: boolean;
}
export interface ProbeView extends Probe { state: { at?: string; took: number; firing?: boolean; since?: string }; /** What is wrong. */ say?: string }
export interface ProbeSaw { at: string; took: number; say?: string }
export const deeds = ['join', 'apart', 'route'] as const;
export type Deed = (typeof deeds)[number];
/** What the team says beforehand of alerts that match an expression. */
export interface Rule {
  id?: string; name: string; does: Deed; when: string; off?: boolean; key?: string; minutes?: number; service?: string; atMost?: number; atLeast?: number; quiet?: boolean;
}
export interface KeptRule extends Rule { matched: number; matchedAt?: string; error?: string; errorAt?: string }
export interface Replayed { candidates: number; declared: number; pages: number; falsePages: number; missed: number; unpaged: number }
/** What rules would have made of the last days; nothing was kept. */
export interface RuleTrial {
  from: string; cut?: boolean; before: Replayed; after: Replayed; rules: { name: string; matched: number; error?: string }[];
  groups: { title: string; service: string; at: string; severity: number; pages: boolean; alerts: number; titles: string[] }[];
  missed: { id: string; ref: string; title: string }[];
}
export type TemplateKind = 'engineering' | 'support' | 'management' | 'update';
export interface MessageTemplate {
  kind: TemplateKind; lang: 'en' | 'id'; text: string; default: string; own: boolean; error?: string; errorAt?: string;
  uses: { name: string; says: string }[]; changes: { id: string; text: string; by: Person; at: string }[];
}
/** A message as it would come of a template; nothing was sent. */
export interface TriedMessage { ref: string; severity: string; title: string; lines: string[]; fields: { label: string; value: string }[]; actions: string[] }
export interface Policy {
  declareAt: number; pageAt: number; silenceLimit: number; ackLimit: number; methodLimit: number; groupWindow: number;
  nonProduction: string[]; matrix: number[][]; hold: number; words: Record<string, number>;
}
/** What a policy in shadow would have done, beside what was done. */
export interface ShadowView {
  policy?: { id: string; policy: Policy; since: string; by: Person };
  candidates: number; open: number; agreed: number; falseAlarms: number; missed: number; unpaged: number; unclear: number; lead?: number; cut?: boolean;
  cases: { id: string; ref: string; title: string; at: string; shadow: string; declares: boolean; done: string; outcome: 'open' | 'agreed' | 'falseAlarm' | 'missed' | 'unclear'; lead?: number }[];
}
export interface List<T> { items: T[] }
