import type * as api from '../src/lib/api/types.ts';

// The incident of the drawings: a connection pool that a release made too small.

const t0 = Date.now() - 752_000; // 12:32 ago
const at = (minutes: number, seconds = 0): string => new Date(t0 + (minutes * 60 + seconds) * 1000).toISOString();

const person = (id: string, name: string): api.Person => ({ id, name });
const rina = person('p1', 'Rina Wulandari'), budi = person('p2', 'Budi Santoso'), dewi = person('p3', 'Dewi Anggraini');
const andi = person('p4', 'Andi Hidayat'), sari = person('p5', 'Sari Putri');
const people = [rina, budi, dewi, andi, sari];

/** A repeatable noise, so that pictures do not change. */
function wave(n: number, f: (t: number) => number, noise = 0.05, seed = 42): number[] {
  let s = seed;
  return Array.from({ length: n }, (_, i) => Math.max(0, f(i / n) + (((s = (s * 16807) % 2147483647) / 2147483647) - 0.5) * noise));
}
const step = (t: number, from: number): number => Math.max(0, Math.min(1, (t - from) / 0.04));
const spark = {
  errors: wave(48, (t) => 0.05 + 0.9 * step(t, 0.5) * (t > 0.86 ? 0.5 : 1)), pool: wave(48, (t) => 0.2 + 0.75 * step(t, 0.5)),
  slow: wave(48, (t) => 0.12 + 0.7 * step(t, 0.5)), gone: wave(48, (t) => 0.6 - 0.57 * step(t, 0.5)), odd: wave(48, (t) => (t > 0.2 ? 0.5 : 0.35), 0.1), calm: wave(48, () => 0.3, 0.12),
};
const plot = (title: string): api.Plot => ({
  title, service: 'checkout', unit: '%', low: 0, high: 1.2, before: 0.3, peak: 19.2, last: 4.1,
  points: wave(96, (t) => 0.4 + 18.4 * step(t, 0.52) * (t > 0.86 ? Math.max(0.2, 1 - (t - 0.86) / 0.12) : 1), 1).map((v, i) => ({ t: new Date(t0 - 660_000 + i * 14_800).toISOString(), v })),
});

export function answer(method: string, url: URL, body: Record<string, unknown>, id: boolean): unknown {
  const tr = (en: string, other: string): string => (id ? other : en);
  const path = url.pathname;
  const me = { ...rina, email: 'rina@toko.example', lang: (id ? 'id' : 'en') as api.Lang, timezone: 'Asia/Jakarta', theme: undefined as unknown as api.Theme, right: 'admin' as const };

  const moments: api.Moment[] = [
    { at: at(0, 20), code: 'change', label: 'v2.14.0' }, { at: at(1, 18), code: 'detected', label: tr('detected', 'terdeteksi') }, { at: at(6, 50), code: 'cause', label: tr('cause', 'penyebab') },
    { at: at(8), code: 'decided', label: 'rollback' },
  ];
  const rail: api.RailStage[] = [
    { stage: 'identify', progress: 'done', name: tr('Identify', 'Identifikasi'), text: tr('verified in 4 s', 'terbukti dalam 4 dtk') },
    { stage: 'inform', progress: 'late', name: tr('Inform', 'Komunikasi awal'), text: tr('1 of 5 does not know', '1 dari 5 belum tahu') },
    { stage: 'investigate', progress: 'done', name: tr('Investigate', 'Investigasi'), text: tr('cause confirmed 14:08', 'penyebab dipastikan 14.08') },
    { stage: 'act', progress: 'now', name: tr('Act', 'Rencana & eksekusi'), text: tr('1 of 3 tasks done', '1 dari 3 tugas selesai') },
    { stage: 'update', progress: 'now', name: tr('Update', 'Kabar berkala'), text: tr('1 sent, next 14:20', '1 terkirim, berikutnya 14.20') },
    { stage: 'learn', progress: 'ahead', name: tr('Learn', 'Post-mortem'), text: tr('draft grows as you go', 'draf disusun sambil jalan') },
  ];
  const title = tr('Checkout fails for one customer in five', 'Checkout gagal untuk satu dari lima pelanggan');
  const card: api.Card = {
    id: 'i142', ref: 'INC-142', title, service: 'payment', affected: ['checkout'], environment: 'production', status: 'mitigating', statusText: tr('Mitigating', 'Sedang dimitigasi'),
    severity: 1, declared: true, since: at(0), rail, stageText: tr('Act', 'Tindakan'), commander: rina, nextUpdate: { audience: 'teams', name: '', due: at(18), late: false }, spark: spark.errors, score: 94, firing: 3, alerts: 6, nobody: false,
  };
  const open: api.Card[] = [card, {
    ...card, id: 'i141', ref: 'INC-141', severity: 3, title: tr('Product images are slow in East Java', 'Gambar produk lambat di Jawa Timur'), service: 'catalogue', affected: [], status: 'investigating', statusText: tr('Investigating', 'Sedang diselidiki'),
    since: at(-96), rail: rail.map((s, n) => ({ ...s, progress: (['done', 'done', 'now', 'ahead', 'late', 'ahead'] as const)[n]! })), stageText: tr('Investigate', 'Investigasi'), commander: andi, spark: spark.odd,
    nextUpdate: { audience: 'teams', name: '', due: at(8), late: true },
  }];
  const candidate: api.Card = {
    ...card, id: 'c55', ref: 'C-9f3a2b', declared: false, severity: 3, score: 55, title: tr('Mail queue is growing', 'Antrean e-mail menumpuk'), service: 'notify', status: 'triage', statusText: tr('Triage', 'Triase'),
    say: tr('production, tier 3 · 1 source · recovered by itself within 10 min in 6 of 8 past cases', 'produksi, tier 3 · 1 sumber · 6 dari 8 kali sebelumnya pulih sendiri dalam 10 menit'),
  };
  const entry = (seq: number, when: string, tone: api.EntryView['tone'], icon: string, text: string, more: Partial<api.EntryView> = {}): api.EntryView =>
    ({ seq, kind: 'note', at: when, recorded: when, actor: { kind: 'system', name: 'Sigap' }, tone, icon, text, ...more });
  const by = (p: api.Person): Partial<api.EntryView> => ({ actor: { kind: 'person', ...p } });
  const entries: api.EntryView[] = [
    entry(1, at(1, 18), 'signal', 'signal', tr('**Prometheus: checkout errors 19%**', '**Prometheus: error checkout 19%**'), { detail: tr('usually 0.3%. Then 3 more signals, 2 user reports.', 'biasanya 0,3%. Lalu 3 sinyal lain, 2 laporan pengguna.') }),
    entry(2, at(1, 22), 'plain', 'scale', tr('**Real, critical, in production.**', '**Nyata, kritis, di produksi.**'), { detail: tr('6 of 7 checks agree. Declared SEV1 by policy.', '6 dari 7 pemeriksaan sepakat. Dinyatakan SEV1 oleh kebijakan.') }),
    entry(3, at(1, 23), 'minor', 'send', tr('Notice to 5 people: Slack, Telegram, WhatsApp, mail', 'Pemberitahuan ke 5 orang: Slack, Telegram, WhatsApp, e-mail')),
    entry(4, at(1, 49), 'minor', 'user', tr('**Budi** acknowledged after 26 s, Telegram', '**Budi** mengonfirmasi setelah 26 dtk, Telegram'), by(budi)),
    entry(5, at(3, 30), 'support', 'users', tr('**Dewi** linked 12 user reports', '**Dewi** mengaitkan 12 laporan pengguna'), { ...by(dewi), quote: tr('“Payment spins for 30 seconds, then fails.” 11 of 12 in Jakarta, all by bank transfer.', '“Loading terus 30 detik, lalu pembayaran gagal.” 11 dari 12 di Jakarta, semua dengan transfer bank.') }),
    entry(6, at(4, 40), 'key', 'pin', tr('**Budi** found, configuration: payment v2.14.0 lowered the connection pool from 50 to 5.', '**Budi** menemukan, konfigurasi: payment v2.14.0 menurunkan pool koneksi dari 50 ke 5.'), { ...by(budi), kind: 'finding', diff: '-pool_max: 50\n+pool_max: 5' }),
    entry(7, at(6, 50), 'plain', 'check', tr('**Cause confirmed** by Budi: the pool runs dry, payments queue until they time out.', '**Penyebab dipastikan** oleh Budi: pool habis, pembayaran antre sampai batas waktu.'), { detail: tr('3 pieces of evidence for, 0 against.', '3 bukti mendukung, 0 menentang.') }),
    entry(8, at(8), 'key', 'scale', tr('**Rina** decided: **roll back to v2.13.4.**', '**Rina** memutuskan: **kembali ke v2.13.4.**'), { ...by(rina), detail: tr('Proven, 4 minutes, reversible.', 'Teruji, 4 menit, dapat dibatalkan.') }),
    entry(9, at(8, 20), 'minor', 'user', tr('**Rina** assigned Budi: roll back payment. Accepted.', '**Rina** menugaskan Budi: rollback payment. Diterima.'), by(rina)),
    entry(10, at(9), 'minor', 'send', tr('Update 1 to management and stakeholders, on time', 'Kabar 1 ke manajemen dan pemangku kepentingan, tepat waktu')),
    entry(11, at(12), 'ok', 'signal', tr('**Errors are falling: 19% → 4.1%**', '**Error turun: 19% → 4,1%**'), { detail: tr('3 of 4 instances rolled back.', '3 dari 4 instans sudah kembali.') }),
  ];
  const option = (n: string, name: string, effect: string, minutes: number, risk: string, votes: api.Person[], chosen = false): api.Option =>
    ({ id: n, track: 'mitigation', title: name, effect, minutes, risk, reversible: true, by: budi, at: at(7), votes, chosen });
  const receipt = (channel: string, state: api.Reach, detail = ''): api.Receipt => ({ channel, method: channel, state, at: at(1, 40), detail });
  const incident: api.Incident = {
    id: 'i142', number: 142, pins: [6], title, service: 'payment', affected: ['checkout'], environment: 'production', status: 'mitigating', severity: 1, milestones: {}, seq: 11,
    roles: { commander: rina, engineering: budi, support: dewi }, people, reportCount: 12,
    findings: [{ id: 'f1', says: 'cause', area: 'configuration', text: entries[5]!.text.replace(/^.*: /, ''), by: budi, at: at(4, 40), diff: '-pool_max: 50\n+pool_max: 5' }],
    hypotheses: [
      { id: 'h1', text: tr('payment’s connection pool is too small since v2.14.0', 'Pool koneksi payment terlalu kecil sejak v2.14.0'), state: 'confirmed', by: budi, at: at(5), for: [{ text: tr('pool full 12 s after the deploy (metric)', 'pool penuh 12 dtk setelah deploy (metrik)') }, { text: tr('1,284 lines of “pool exhausted”, never seen before (logs)', '1.284 baris “pool exhausted”, belum pernah ada (log)') }] },
      { id: 'h2', text: tr('The database got slower', 'Basis data melambat'), state: 'refuted', by: sari, at: at(5), against: [{ text: tr('query latency stays at 4 ms (metric)', 'latensi kueri tetap 4 ms (metrik)') }] },
    ],
    cause: { text: tr('The pool runs dry, payments queue until they time out.', 'Pool habis, pembayaran antre sampai batas waktu.'), area: 'configuration', by: budi, at: at(6, 50) },
    reports: [{ id: 'r1', words: tr('Payment spins, then fails', 'Loading terus, lalu gagal'), segment: 'Jakarta, bank transfer', channel: 'WhatsApp', noticed: at(1), at: at(3) }, { id: 'r2', words: tr('Was I charged twice?', 'Terbayar dua kali?'), segment: 'Bandung', noticed: at(2), at: at(4) }],
    options: [
      option('o1', tr('Roll back to v2.13.4', 'Kembali ke v2.13.4'), tr('all of the impact', 'semua dampak'), 4, tr('low, done 3 times', 'rendah, dipakai 3 kali'), [rina, budi, sari], true),
      option('o2', tr('Raise the pool by configuration', 'Naikkan pool lewat konfigurasi'), tr('all of the impact', 'semua dampak'), 7, tr('medium, 50 untested on 2.14', 'sedang, 50 belum diuji di 2.14'), [andi]),
      option('o3', tr('Switch bank transfer off', 'Matikan transfer bank'), tr('half; turns the rest away', 'separuh; menolak yang lain'), 1, tr('revenue', 'pendapatan'), []),
      { ...option('o4', tr('pool_max back to 50, and a lower bound checked at start', 'pool_max kembali 50, dan batas bawah diperiksa saat mulai'), '', 0, '', []), track: 'fix' },
    ],
    decisions: [{ option: 'o1', track: 'mitigation', title: tr('Roll back to v2.13.4', 'Kembali ke v2.13.4'), by: rina, at: at(8), reason: tr('Proven, and the fastest that ends all of the impact. The configuration follows as the fix.', 'Teruji dan tercepat dari yang menghilangkan seluruh dampak. Konfigurasi menyusul sebagai perbaikan.') }],
    tasks: [
      { id: 't1', track: 'mitigation', title: tr('Roll back payment', 'Rollback payment'), to: budi, due: at(14), state: 'accepted', by: rina, at: at(8) },
      { id: 't2', track: 'mitigation', title: tr('Answer to “charged twice?”', 'Jawaban untuk “terbayar dua kali?”'), to: rina, due: at(19), state: 'assigned', by: rina, at: at(8) },
      { id: 't3', track: 'mitigation', title: tr('Hold other deploys', 'Hentikan deploy lain'), to: sari, state: 'done', by: rina, at: at(8), done: at(9) },
    ],
    proofs: [
      { id: 'q1', title: 'pool', service: 'payment', unit: '', limit: 0.6, above: false, now: 0.32, good: true, since: at(10), hold: 120e9, spark: spark.calm },
      { id: 'q2', title: tr('errors', 'error'), service: 'checkout', unit: '%', limit: 0.5, above: false, now: 4.1, good: false, hold: 300e9, spark: spark.errors },
    ],
    updates: [{ id: 'u1', number: 1, audience: 'mgmt', name: tr('Management', 'Manajemen'), text: { status: tr('Cause known.', 'Penyebab diketahui.'), impact: '19%', done: '', next: 'Rollback' }, wasDue: at(9), by: rina, at: at(8, 50) }],
    actions: [],
  };
  const view: api.View = {
    incident, ref: 'INC-142', statusText: card.statusText, rail, next: { move: 'update', label: tr('Review update 2', 'Tinjau kabar 2'), stage: 'update' }, impactFrom: at(0), now: new Date().toISOString(), alerts: [{ id: 'a1', source: 'alertmanager', sender: 'Prometheus', title: 'HighErrorRate', service: 'checkout', state: 'firing', why: 'first', whyText: tr('opened it', 'membuka kandidat ini'), value: '19%' }],
    nextUpdate: { audience: 'teams', name: tr('Internal teams', 'Tim internal'), due: at(18), late: false }, missing: 1, unanswered: [], moments, people, present: [budi, dewi],
    you: { id: rina.id, right: 'admin', mayAssign: true, joined: true, acknowledged: true },
    verdict: {
      score: 94, severity: 1, live: true, say: tr('Real, critical, and in production', 'Nyata, kritis, dan di produksi'), how: tr('Decided 4 seconds after the first signal. Declared by policy “tier 1, above 90”.', 'Diputuskan 4 detik setelah sinyal pertama. Dinyatakan oleh kebijakan “tier 1, di atas 90”.'),
      checks: [
        { state: 'yes', weight: 20, text: tr('Production, a tier 1 service', 'Lingkungan produksi, layanan tier 1') }, { state: 'yes', weight: 25, text: tr('Errors 63× normal', 'Error 63× normal') },
        { state: 'yes', weight: 20, text: tr('Our own probe: 2 of 5 fail', 'Probe sendiri: 2 dari 5 gagal') }, { state: 'yes', weight: 15, text: tr('4 independent sources', '4 sumber independen') },
        { state: 'yes', weight: 10, text: tr('2 users reported it', '2 pengguna melapor') }, { state: 'yes', weight: 4, text: tr('This alert was real 9 of 10 times', 'Alert ini 9 dari 10 kali nyata') },
        { state: 'no', weight: 0, text: tr('No sign of data loss', 'Tak ada tanda kehilangan data') }, { state: 'unknown', weight: 0, text: tr('Loki has not answered since 13:10', 'Loki tak menjawab sejak 13.10') },
      ],
    },
    evidence: [
      { check: 'metrics', source: 'prometheus', name: 'Prometheus', state: 'interesting', text: '', took: 4e8, window: { from: at(0), to: at(12) }, plots: [plot(tr('Checkout errors', 'Error checkout'))], suspects: [
        { service: 'payment', metric: 'db_pool_in_use / max', kind: 'origin', at: at(0, 32), before: 0.2, after: 1, score: 1, spark: spark.pool, reasonText: tr('0.2 → 1.0 at 14:02:04, 12 s after Sari’s deploy of v2.14.0', '0,2 → 1,0 pukul 14.02.04, 12 dtk setelah deploy v2.14.0 milik Sari') },
        { service: 'payment', metric: 'p99', kind: 'effect', at: at(1), before: 0.2, after: 30, unit: 's', score: 0.8, spark: spark.slow },
        { service: 'checkout', metric: '5xx', kind: 'affected', at: at(1, 8), before: 0.3, after: 19, unit: '%', score: 0.6, spark: spark.errors, reasonText: tr('depends on payment; changed at 14:02:40', 'bergantung pada payment; berubah pukul 14.02.40') },
      ] },
      { check: 'logs', source: 'recorder', name: 'Sigap', state: 'interesting', text: '', took: 3e8, window: { from: at(0), to: at(12) }, patterns: [
        { kind: 'new', template: 'pool exhausted: waited <ms> in_use=<n> max=<n>', count: 1284, spark: spark.pool, samples: ['pool exhausted: waited 30000ms in_use=5 max=5'] }, { kind: 'surging', factor: 38, template: 'POST /pay upstream timed out after <ms> order=<*>', count: 912, spark: spark.slow },
        { kind: 'stopped', template: 'settlement batch <n> committed rows=<n>', count: 0, spark: spark.gone },
      ] },
      { check: 'attributes', source: 'recorder', name: tr('What the errors share', 'Kesamaan error'), state: 'interesting', text: '', took: 3e8, window: { from: at(0), to: at(12) }, apart: [
        { where: [{ key: 'region', value: 'jkt-2' }, { key: 'version', value: 'v2.14.0' }], alike: [{ key: 'host', value: 'pay-3' }], errors: 1284, others: 4110, ofErrors: 0.97, ofOthers: 0.12 },
        { where: [{ key: 'status', value: '504' }], outcome: true, errors: 1301, others: 3, ofErrors: 0.98, ofOthers: 0.0004 },
      ] },
      { check: 'changes', source: 'sigap', name: tr('Changes', 'Perubahan'), state: 'interesting', text: '', took: 1e7, window: { from: at(-60), to: at(1) }, changes: [
        { score: 0.92, change: { id: 'd1', kind: 'deploy', service: 'payment', summary: 'payment v2.14.0', author: 'Sari', startedAt: at(0, 20), diff: '-pool_max: 50\n+pool_max: 5' }, reasons: [tr('78 s before the signal', '78 dtk sebelum sinyal'), tr('at the origin', 'di layanan asal')], opinion: { state: 'confirmed', by: budi } },
        { score: 0.2, change: { id: 'd2', kind: 'flag', service: 'catalogue', summary: 'flag new-ranking', author: 'Andi', startedAt: at(-18) } },
      ] },
      { check: 'recurrence', source: 'sigap', name: tr('Recurrence', 'Pengulangan'), state: 'interesting', text: '', took: 1e7, window: { from: at(0), to: at(1) }, earlier: [{ id: 'i97', ref: 'INC-97', title: tr('payment pool dry', 'pool payment habis'), at: '2026-08-12T03:00:00Z', lasted: 41 * 60e9, fixedBy: 'rollback', open: [tr('alert on the pool', 'alert pada pool')], alike: 0.9 }] },
      { check: 'hosts', source: 'recorder', name: 'Host', state: 'nothing', text: tr('memory, CPU and disk as usual', 'memori, CPU, dan disk seperti biasa'), took: 1e8, window: { from: at(0), to: at(1) } },
      { check: 'logs', source: 'loki', name: 'Loki', state: 'failed', text: tr('did not answer within 2 s', 'tidak menjawab dalam 2 dtk'), took: 2e9, window: { from: at(0), to: at(1) } },
    ],
    knows: [
      { ...budi, team: 'Engineering', told: at(1, 23), knows: true, after: 26e9, receipts: [receipt('telegram', 'acknowledged'), receipt('slack', 'accepted'), receipt('email', 'accepted')] },
      { ...rina, team: 'Management', told: at(1, 23), knows: true, after: 41e9, receipts: [receipt('telegram', 'accepted'), receipt('slack', 'acknowledged'), receipt('email', 'accepted')] },
      { ...dewi, team: 'Support', told: at(1, 23), knows: true, after: 58e9, receipts: [receipt('whatsapp', 'acknowledged'), receipt('email', 'accepted')] },
      { ...sari, team: 'Engineering', told: at(1, 23), knows: true, after: 72e9, receipts: [receipt('telegram', 'opened'), receipt('email', 'delivered')] },
      { ...andi, team: 'Engineering', told: at(1, 23), knows: false, receipts: [receipt('telegram', 'failed', '403 bot was blocked'), receipt('email', 'accepted')] },
    ],
    audiences: [
      { id: 'mgmt', name: tr('Management', 'Manajemen'), sent: 1, lang: me.lang, every: 20, due: at(28), people: 4, channels: ['slack'] }, { id: 'teams', name: tr('Internal teams', 'Tim internal'), sent: 1, lang: me.lang, every: 10, due: at(18), people: 38, channels: ['slack', 'whatsapp', 'email'] },
      { id: 'public', name: tr('Public', 'Publik'), sent: 1, lang: me.lang, every: 20, due: at(28), people: 0, channels: [] },
    ],
  };
  const draft: api.Draft = {
    audience: url.searchParams.get('audience') ?? 'teams', name: '', number: 2, nextDue: at(28), since: at(9), facts: 7, lang: me.lang, final: false,
    text: { status: tr('Mitigation under way, impact is falling.', 'Mitigasi berjalan, dampak berkurang.'), impact: tr('4.1% of checkouts fail (peak 19%). About 320 orders are delayed, none lost.', '4,1% checkout gagal (puncak 19%). Sekitar 320 pesanan tertunda, tak ada yang hilang.'), done: tr('Cause confirmed. payment rolled back to v2.13.4 on 3 of 4 instances.', 'Penyebab dipastikan. payment dikembalikan ke v2.13.4 pada 3 dari 4 instans.'), next: tr('The last instance around 14:16, then 5 minutes of watching.', 'Instans terakhir sekitar 14.16, lalu 5 menit pengamatan.') },
  };
  const written = {
    title: tr('Checkout failed for one customer in five for 15 minutes', 'Checkout gagal untuk satu dari lima pelanggan selama 15 menit'), cause: incident.cause!.text, lucky: '',
    summary: tr('payment v2.14.0 lowered its connection pool from 50 to 5. In the busy hour the pool ran dry and payments queued until they timed out. Rolling back to v2.13.4 ended the impact.', 'payment v2.14.0 menurunkan pool koneksi dari 50 menjadi 5. Pada jam ramai pool habis dan pembayaran antre sampai batas waktu. Rollback ke v2.13.4 mengakhiri dampak.'),
    impact: tr('Checkout errors, per cent. 97% in region jkt-2, all of them by bank transfer.', 'Error checkout, persen. 97% di region jkt-2, semuanya dengan transfer bank.'),
    well: tr('The cause came from evidence, within five minutes.', 'Penyebab ditemukan dari bukti, dalam lima menit.'), improve: tr('The action from INC-97 had not been done.', 'Tindakan dari INC-97 belum dikerjakan.'),
  };
  const lane = (n: number, text: string, more: Partial<api.Score> = {}): api.Score => ({ stage: rail[n]!.stage, name: rail[n]!.name, text, late: false, ...more });
  const bar = (from: string, to: string, kind = 'solid') => ({ from, to, kind });
  const record = (check: string, name: string, right: number, wrong: number, noMatter: number, low: number, high: number): api.CheckRecord =>
    ({ check, name, right, wrong, noMatter, claimed: right + wrong, low, high, poor: high < 0.5, text: high < 0.5 ? tr(`right in only ${right} of ${right + wrong} incidents: look at the rest first`, `hanya benar dalam ${right} dari ${right + wrong} insiden: periksa yang lain dulu`) : tr(`right in ${right} of ${right + wrong} incidents`, `benar dalam ${right} dari ${right + wrong} insiden`) });
  const records = [record('changes', tr('Changes', 'Perubahan'), 21, 4, 2, 0.653, 0.936), record('logs', tr('Logs', 'Log'), 3, 0, 0, 0.438, 1), record('recurrence', tr('Seen before', 'Pernah terjadi'), 2, 10, 4, 0.047, 0.448), record('errors', tr('What users feel', 'Yang dirasakan pengguna'), 0, 0, 27, 0, 1)];
  for (const e of view.evidence) { const c = records.find((r) => r.check === e.check && r.claimed); if (c) e.record = c; }
  const grades: api.Grade[] = [
    { check: 'errors', name: tr('What users feel', 'Yang dirasakan pengguna'), text: tr('Errors of checkout rose from 0.3% to 19%', 'Error checkout naik dari 0,3% ke 19%'), mark: 'noMatter', why: tr('it says how it hurts, not why', 'mengatakan apa yang terasa, bukan sebabnya') },
    { check: 'changes', name: tr('Changes', 'Perubahan'), text: tr('payment v2.14.0, 78 s before', 'payment v2.14.0, 78 dtk sebelumnya'), mark: 'right', why: tr('it pointed at payment, where the agreed cause lies', 'menunjuk payment, tempat penyebab yang disepakati') },
    { check: 'metrics', name: tr('Metrics', 'Metrik'), text: tr('3 measures moved, first of all `db_pool_in_use` of payment', '3 ukuran bergeser, terutama `db_pool_in_use` di payment'), mark: 'wrong', by: budi },
    { check: 'recurrence', name: tr('Seen before', 'Pernah terjadi'), text: tr('Like INC-97, 34 days ago', 'Mirip INC-97, 34 hari lalu'), mark: '', why: tr('the record does not tell: say it yourself', 'catatan tidak cukup untuk menilainya: putuskan sendiri') },
  ];
  const review: api.ReviewView = {
    grades,
    ref: 'INC-142', incident: { ...incident, milestones: { impactStarted: at(0) } }, statusText: '', draft: false, published: false, people, you: view.you, cause: written.cause,
    review: { ...written, state: 'draft', lang: me.lang }, parts: Object.fromEntries(Object.entries(written).map(([k, v]) => [k, v && `<p>${v}</p>`])), from: at(-1), to: at(25), evidence: view.evidence,
    facts: [{ value: '1:18', label: tr('to detect', 'sampai terdeteksi') }, { value: '0:26', label: tr('to acknowledge', 'sampai dikonfirmasi') }, { value: '15:02', label: tr('to mitigate', 'sampai dampak berakhir') }, { value: '12', label: tr('user reports', 'laporan pengguna') }],
    scorecard: [
      lane(0, tr('4 s to verify', '4 dtk sampai terbukti'), { bars: [bar(at(1, 18), at(1, 22))] }), lane(1, tr('4 in 1:12, 1 in 6:30', '4 dlm 1:12, 1 dlm 6:30'), { late: true, bars: [bar(at(1, 22), at(2, 34)), bar(at(2, 34), at(7, 50), 'late')] }),
      lane(2, tr('cause in 4:50', 'penyebab dlm 4:50'), { bars: [bar(at(2), at(6, 50))] }), lane(3, 'rollback 7:10', { bars: [bar(at(7), at(15)), bar(at(15), at(25), 'soft')] }),
      lane(4, tr('3 of 3 on time', '3 dari 3 tepat waktu'), { marks: [at(9), at(18), at(24)] }), lane(5, tr('reviewed after 2 days', 'ditinjau setelah 2 hari')),
    ],
    plot: plot(tr('Checkout errors', 'Error checkout')), moments, happenings: entries.filter((e) => e.tone !== 'minor').map((e) => ({ at: e.at, text: e.text, tone: e.tone, seq: e.seq })), decisions: incident.decisions!,
    actions: [{ id: 'x1', what: 'code', title: tr('Refuse pool_max under 20 at start', 'Tolak pool_max di bawah 20 saat mulai'), owner: budi, due: '2026-12-08T10:00:00Z' }, { id: 'x2', what: 'monitoring', title: tr('Alert when the pool is over 90% for 15 seconds', 'Alert saat pool di atas 90% selama 15 detik'), owner: sari, due: '2026-12-01T10:00:00Z' }, { id: 'x3', what: 'sop', title: tr('Review configuration before a payment deploy, version 3', 'Tinjau konfigurasi sebelum deploy payment, versi 3'), owner: rina, due: '2026-12-11T10:00:00Z' }],
  };
  const page: api.PageView = {
    ref: 'INC-142', severity: 1, title, statusText: card.statusText, drill: false, since: new Date(Date.now() - 103_000).toISOString(), now: new Date().toISOString(), timezone: 'Asia/Jakarta', theme: '',
    fields: [
      { label: tr('where', 'di mana'), value: tr('payment → checkout, production', 'payment → checkout, produksi') }, { label: tr('how bad', 'dampak'), value: tr('errors 19%, usually 0.3%', 'error 19%, biasanya 0,3%') },
      { label: tr('known', 'data awal'), value: tr('payment’s pool filled up 12 s after v2.14.0 was deployed', 'pool payment penuh 12 dtk setelah deploy v2.14.0') }, { label: tr('who', 'siapa'), value: tr('nobody yet; you are the first to be called', 'belum ada; Anda yang pertama dihubungi') },
    ],
    plot: plot(tr('Checkout errors', 'Error checkout')), moments: moments.slice(0, 1), lang: me.lang, state: path.endsWith('/done') ? 'acknowledged' : 'open', next: { name: 'Andi', at: new Date(Date.now() + 197_000).toISOString() }, person: budi,
  };
  const home: api.Home = {
    open, candidates: [candidate], recent: [], held: { all: 0, grave: 0 }, setUp: { channels: 2, sources: 3, people: 5, teams: 2 },
    owed: [
      { kind: 'update', title: tr('internal teams', 'tim internal'), ref: 'INC-142', due: at(18), hot: true, stage: 'update' }, { kind: 'assign', title: tr('raise pool_max', 'naikkan pool_max'), ref: 'INC-142', hot: false, stage: 'act' },
      { kind: 'action', title: tr('Alert on the pool', 'Alert pada pool'), ref: 'INC-97', of: tr('payment pool dry', 'pool payment habis'), due: at(3 * 1440), hot: false, stage: 'learn' },
    ],
    onCall: [
      { team: tr('Engineering', 'Tim teknis'), does: 'engineering', person: budi, reachable: true, channels: ['telegram', 'email'] }, { team: tr('Support', 'Layanan pelanggan'), does: 'support', person: dewi, reachable: true, channels: ['slack'] },
      { team: tr('Management', 'Manajemen'), does: 'management', person: andi, reachable: false, channels: [] },
    ],
    stats: { inform: { now: 84, was: 190, of: 9 }, mitigate: { now: 1080, was: 1860, of: 9 }, onTime: { now: 0.92, was: 0.81, of: 12 } },
  };
  const alert = (n: string, name: string, service: string, why: string): api.Heard => ({ id: n, source: 'alertmanager', sender: 'Prometheus', title: name, service, severity: 'critical', state: 'firing', why, count: 12, first: at(1), last: at(12), noise: 12 });
  const answers: Record<string, unknown> = {
    '/session': { setup: false, person: me, drill: { available: true, running: false }, version: 'dev', publicUrl: url.origin }, '/home': home, '/me/pages': { items: [] },
    '/incidents': { items: [...open, candidate] }, '/incidents/INC-142': view, '/incidents/INC-142/entries': { items: entries, first: 1, last: 11 }, '/incidents/INC-142/draft': draft, '/incidents/INC-142/review': review, '/insights': { checks: records }, '/swaps': { items: [{ id: 's1', schedule: tr('Payments, nights', 'Payments, malam'), by: budi, to: [rina], from: at(1440), until: at(2880), reason: tr('My sister marries.', 'Kakak saya menikah.'), answers: true, mine: false }] },
    '/signals': { noisy: [], loose: [], held: { all: 0, grave: 0 }, candidates: [{ ...card, say: tr('47 signals, 6 alerts, 4 sources', '47 sinyal, 6 alert, 4 sumber'), joined: [alert('a1', 'HighErrorRate', 'checkout', tr('opened it', 'membuka kandidat ini')), alert('a2', 'PoolExhausted', 'payment', tr('joined: checkout depends on payment, 9 s apart', 'bergabung: checkout bergantung pada payment, selisih 9 dtk'))] }, { ...candidate, joined: [alert('a3', 'MailQueue', 'notify', tr('opened it', 'membuka kandidat ini'))] }], changes: [{ id: 'd1', kind: 'deploy', service: 'payment', summary: 'payment v2.14.0', author: 'Sari', startedAt: at(0, 20) }] },
    '/windows': { items: [{ id: 'w1', kind: 'maintenance', matchers: ['service="database"'], reason: tr('New disks', 'Ganti disk'), by: rina, state: 'coming', weekly: { zone: 'Asia/Jakarta', days: [2], from: '02:00', to: '04:00' }, next: { from: at(900), until: at(1020) }, mayEnd: true }], held: [], count: { all: 0, grave: 0 } },
    '/status': { services: [{ name: 'checkout', title: '', state: 'degraded', incident: 'INC-142', text: title, since: at(0) }, { name: 'catalogue', title: '', state: 'ok' }], updates: [{ at: at(9), ref: 'INC-142', title, audience: 'Management', html: `<p>${draft.text.status}</p>` }] },
    '/actions': { items: review.actions!.map((action) => ({ ref: 'INC-142', title, action })) },
    '/people': { items: people.map((p, n) => ({ ...p, email: `${p.name.split(' ')[0]!.toLowerCase()}@toko.example`, right: n ? 'responder' : 'admin', lang: 'id', timezone: 'Asia/Jakarta', invited: n === 4, disabled: false, contacts: n === 3 ? [] : [{ id: `c${n}`, kind: 'telegram', address: '81234567', verified: at(0) }] })) },
    '/teams': { items: [{ id: 'eng', name: 'Engineering', kind: 'engineering', members: ['p2', 'p5', 'p4'], rooms: [] }, { id: 'sup', name: 'Support', kind: 'support', members: ['p3'], rooms: [] }] },
    '/services': { items: [{ name: 'payment', environment: 'production', tier: 1, team: 'eng', dependsOn: ['database'], seen: false }] },
    '/audiences': { items: [{ id: 'teams', name: { en: 'Internal teams', id: 'Tim internal' }, cadence: { SEV1: 15, SEV2: 30 }, people: [], teams: ['eng'], rooms: [], lang: 'en' }] },
    '/channels': { items: [{ kind: 'email', set: true, config: { host: 'smtp.toko.example', from: 'sigap@toko.example', password: '[redacted]' } }, { kind: 'slack', set: false }, { kind: 'telegram', set: false }, { kind: 'webhook', set: false }] },
    '/keys': { items: [{ id: 'k1', name: 'Prometheus', scope: 'alertmanager', created: '2026-11-02T09:00:00Z' }] }, '/tokens': { items: [] }, '/sources': { prometheus: 'http://prometheus:9090' },
    '/policy': { declareAt: 70, pageAt: 50, silenceLimit: 300e9, ackLimit: 180e9, methodLimit: 60e9, groupWindow: 1200e9, nonProduction: ['staging', 'test'], matrix: [[1, 1, 2], [1, 2, 3], [2, 3, 4]], hold: 120e9, words: {} },
  };
  if (path.startsWith('/pages/')) return method === 'GET' ? page : { ...page, state: 'acknowledged' };
  if (path.startsWith('/report/')) return method === 'GET' ? { name: 'Toko Online', lang: me.lang, services: ['checkout'] } : null;
  if (method !== 'GET') return path.startsWith('/incidents/') && body ? view : null;
  return answers[path];
}
