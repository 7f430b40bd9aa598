import type { Area, Finding, Person, Role } from './api/types.ts';

// What the composer understands. Commands have English and Indonesian names
// in both languages, so that nobody has to remember where they are.

export const commands = ['finding', 'hypothesis', 'report', 'option', 'task', 'update', 'sev', 'role', 'page', 'resolve', 'merge', 'note'] as const;
export type Command = (typeof commands)[number];

const names: Record<string, Command> = {
  finding: 'finding', temuan: 'finding', hypothesis: 'hypothesis', hipotesis: 'hypothesis', report: 'report', laporan: 'report',
  option: 'option', opsi: 'option', task: 'task', tugas: 'task', update: 'update', kabar: 'update', sev: 'sev', role: 'role', peran: 'role',
  page: 'page', panggil: 'page', resolve: 'resolve', selesai: 'resolve', merge: 'merge', gabung: 'merge', note: 'note', catatan: 'note',
};
const indonesian: Partial<Record<Command, string>> = {
  finding: 'temuan', hypothesis: 'hipotesis', report: 'laporan', option: 'opsi', task: 'tugas', update: 'kabar', role: 'peran', page: 'panggil', resolve: 'selesai', merge: 'gabung', note: 'catatan',
};

/** The command's name, with its slash, in a language. */
export const nameOf = (c: Command, lang: string): string => `/${(lang === 'id' && indonesian[c]) || c}`;

const areas: Record<string, Area> = {
  code: 'code', kode: 'code', config: 'configuration', configuration: 'configuration', konfigurasi: 'configuration',
  infra: 'infrastructure', infrastructure: 'infrastructure', infrastruktur: 'infrastructure', user: 'user', users: 'user', pengguna: 'user',
};
const kinds: Record<string, Finding['says']> = {
  observation: 'observation', pengamatan: 'observation', 'ruled-out': 'ruledOut', bukan: 'ruledOut', cause: 'cause', penyebab: 'cause', impact: 'impact', dampak: 'impact',
};
const roles: Record<string, Role> = {
  commander: 'commander', komandan: 'commander', engineering: 'engineering', teknis: 'engineering', support: 'support', pelanggan: 'support',
  communications: 'communications', komunikasi: 'communications', scribe: 'scribe', pencatat: 'scribe',
};

type Need = 'needsText' | 'needsPerson' | 'needsSev' | 'needsRole' | 'needsRef';

export type Parsed =
  | { do: 'note'; text: string }
  | { do: 'finding'; says: Finding['says']; area: Area; text: string }
  | { do: 'hypothesis'; text: string }
  | { do: 'report'; words: string; count: number }
  | { do: 'option'; title: string }
  | { do: 'task'; title: string; to?: Person; minutes?: number }
  | { do: 'update' }
  | { do: 'sev'; severity: number; reason: string }
  | { do: 'role'; role: Role; person: Person }
  | { do: 'page'; person: Person }
  | { do: 'resolve'; reason: string }
  | { do: 'merge'; into: string }
  | { do: 'error'; why: 'unknown' | Need; name: string };

/** Reads what was typed. Text without a leading slash is a note; "//" begins a note with a slash. */
export function parse(typed: string, people: Person[]): Parsed {
  const text = typed.trim();
  if (!text.startsWith('/') || text.startsWith('//')) return { do: 'note', text: text.replace(/^\/\//, '/') };
  const [word = '', rest = ''] = split(text.slice(1));
  const command = names[word.toLowerCase()];
  if (!command) return { do: 'error', why: 'unknown', name: `/${word}` };
  return readers[command](rest, people);
}

/** How people call an incident or a candidate. */
const reference = /^(?:INC-\d+|C-[0-9a-f]{6})$/i;

type Reader = (rest: string, people: Person[]) => Parsed;

const needs = (why: Need, name: string): Parsed => ({ do: 'error', why, name });

const readers: Record<Command, Reader> = {
  note: (rest) => (rest ? { do: 'note', text: rest } : needs('needsText', '/note')),
  finding: readFinding,
  hypothesis: (rest) => (rest ? { do: 'hypothesis', text: rest } : needs('needsText', '/hypothesis')),
  report: readReport,
  option: (rest) => ({ do: 'option', title: rest }),
  task: readTask,
  update: () => ({ do: 'update' }),
  sev: (rest) => {
    const m = /^(?:sev)?([1-4])\b[\s:,]*(.*)$/is.exec(rest);
    return m?.[2] ? { do: 'sev', severity: Number(m[1]), reason: m[2] } : needs('needsSev', '/sev');
  },
  role: (rest, people) => {
    const [word = '', after = ''] = split(rest);
    const role = roles[word.toLowerCase()], who = mention(after, people);
    return role && who ? { do: 'role', role, person: who.person } : needs('needsRole', '/role');
  },
  page: (rest, people) => {
    const who = mention(rest, people);
    return who ? { do: 'page', person: who.person } : needs('needsPerson', '/page');
  },
  resolve: (rest) => ({ do: 'resolve', reason: rest }),
  merge: (rest) => (reference.test(rest) ? { do: 'merge', into: rest.toUpperCase() } : needs('needsRef', '/merge')),
};

function readFinding(rest: string): Parsed {
  let says: Finding['says'] = 'observation', area: Area = 'code', text = rest;
  for (;;) {
    const [word = '', after = ''] = split(text);
    const key = word.toLowerCase().replace(/:$/, '');
    if (after && areas[key]) area = areas[key];
    else if (after && kinds[key]) says = kinds[key];
    else break;
    text = after;
  }
  return text ? { do: 'finding', says, area, text } : needs('needsText', '/finding');
}

function readReport(rest: string): Parsed {
  const m = /^[x×](\d{1,6})\s+(.*)$/is.exec(rest);
  const words = (m ? m[2]! : rest).trim().replace(/^["“](.*)["”]$/s, '$1');
  return words ? { do: 'report', words, count: m ? Math.max(1, Number(m[1])) : 1 } : needs('needsText', '/report');
}

function readTask(rest: string, people: Person[]): Parsed {
  const who = mention(rest, people);
  let title = who ? who.rest : rest, minutes: number | undefined;
  const m = /\s(\d{1,4})\s?(m|min|menit|h|j|jam)$/i.exec(` ${title}`);
  if (m) {
    minutes = Number(m[1]) * (/^[hj]/i.test(m[2]!) ? 60 : 1);
    title = ` ${title}`.slice(0, m.index).trim();
  }
  return { do: 'task', title, ...(who ? { to: who.person } : {}), ...(minutes ? { minutes } : {}) };
}

/** Finds "@name" for one of the people: by full name first, then by its first word. */
export function mention(text: string, people: Person[]): { person: Person; rest: string } | undefined {
  const at = text.indexOf('@');
  if (at < 0) return undefined;
  const after = text.slice(at + 1), lower = after.toLowerCase();
  const full = people.filter((p) => starts(lower, p.name.toLowerCase())).sort((a, b) => b.name.length - a.name.length)[0];
  const given = (p: Person): string => p.name.split(' ')[0]!;
  const person = full ?? people.find((p) => starts(lower, given(p).toLowerCase()));
  if (!person) return undefined;
  const length = full ? person.name.length : given(person).length;
  return { person, rest: `${text.slice(0, at)} ${after.slice(length)}`.replace(/\s+/g, ' ').trim() };
}

const starts = (text: string, name: string): boolean => text.startsWith(name) && !/[\p{L}\p{N}]/u.test(text[name.length] ?? '');

function split(text: string): [string, string] {
  const m = /^(\S+)\s*([\s\S]*)$/.exec(text.trim());
  return m ? [m[1]!, m[2]!] : ['', ''];
}

/** What may complete the word being typed at the end of the text: commands after "/", people after "@". */
export function completions(typed: string, people: Person[], lang: string): { kind: 'command' | 'person'; from: number; items: { value: string; label: string; command?: Command }[] } {
  const slash = /^\/(\S*)$/.exec(typed);
  if (slash) {
    const q = slash[1]!.toLowerCase();
    const items = commands.filter((c) => c.startsWith(q) || (indonesian[c] ?? '').startsWith(q));
    return { kind: 'command', from: 0, items: items.map((c) => ({ value: `${nameOf(c, lang)} `, label: nameOf(c, lang), command: c })) };
  }
  const at = /(?:^|\s)@([\p{L}\p{N}.]*)$/u.exec(typed);
  if (at && typed.startsWith('/')) {
    const q = at[1]!.toLowerCase();
    const items = people.filter((p) => p.name.toLowerCase().split(' ').some((w) => w.startsWith(q))).slice(0, 8);
    return { kind: 'person', from: typed.length - at[1]!.length - 1, items: items.map((p) => ({ value: `@${p.name} `, label: p.name })) };
  }
  return { kind: 'command', from: 0, items: [] };
}
