import type { Lang } from './api/types.ts';

// Times and numbers in the reader's language and zone. Intl keeps the rules:
// 14:03 and 4.1 in English, 14.03 and 4,1 in Indonesian.

const locale: Record<Lang, string> = { en: 'en-GB', id: 'id-ID' };
const second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

/** Nanoseconds, as the record has durations, in milliseconds. */
export const ms = (nanoseconds: number | undefined): number => (nanoseconds ?? 0) / 1e6;

/** A clock face: 0:26, 12:32, 1:48:05; from a day on 2 d 3 h. Negative counts as zero. */
export function face(milliseconds: number, lang: Lang = 'en'): string {
  const s = Math.max(0, Math.floor(milliseconds / second));
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s >= 86_400) return `${Math.floor(s / 86_400)} ${lang === 'id' ? 'h' : 'd'} ${Math.floor((s % 86_400) / 3600)} ${lang === 'id' ? 'j' : 'h'}`;
  const h = Math.floor(s / 3600), m = Math.floor((s % 3600) / 60);
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

export class Format {
  readonly lang: Lang;
  readonly zone: string;
  #dates = new Map<string, Intl.DateTimeFormat>();
  #days = new Map<number, string>();

  constructor(lang: Lang, zone: string) {
    this.lang = lang;
    this.zone = zone;
  }

  /** 14:03 */
  clock(at: string | number | Date): string {
    return this.#date({ hour: '2-digit', minute: '2-digit' }, at);
  }

  /** 14:03:10 */
  seconds(at: string | number | Date): string {
    return this.#date({ hour: '2-digit', minute: '2-digit', second: '2-digit' }, at);
  }

  /** 23 Nov; with the year if it is another than now's. */
  day(at: string | number | Date, now: number): string {
    const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' as const };
    return this.#date({ day: 'numeric', month: 'short', ...year }, at);
  }

  /** Monday, 23 November 2026 */
  longDay(at: string | number | Date): string {
    return this.#date({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }, at);
  }

  /** The clock today, else the day and the clock. */
  moment(at: string | number | Date, now: number): string {
    return this.sameDay(at, now) ? this.clock(at) : `${this.day(at, now)}, ${this.clock(at)}`;
  }

  /** Everything there is to say of a time: what stands behind a shorter form. */
  exact(at: string | number | Date): string {
    return this.#date({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' }, at);
  }

  /** Mon, by its number from 0 for Sunday. */
  weekday(day: number): string {
    return new Intl.DateTimeFormat(locale[this.lang], { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 2, 1 + day));
  }

  sameDay(a: string | number | Date, b: string | number | Date): boolean {
    return this.#dayOf(a) === this.#dayOf(b);
  }

  /** The day of a time. Every zone's days begin at a quarter of an hour, so one answer serves that long. */
  #dayOf(at: string | number | Date): string {
    const quarter = Math.floor(new Date(at).getTime() / 900_000);
    let day = this.#days.get(quarter);
    if (!day) this.#days.set(quarter, (day = this.#date({ year: 'numeric', month: 'numeric', day: 'numeric' }, at)));
    return day;
  }

  /** 3 minutes ago, in 2 days */
  ago(at: string | number | Date, now: number): string {
    const diff = new Date(at).getTime() - now, size = Math.abs(diff);
    const [unit, of] = size < minute ? ['second', second] : size < hour ? ['minute', minute] : size < day ? ['hour', hour] : ['day', day];
    return new Intl.RelativeTimeFormat(locale[this.lang], { numeric: 'auto' }).format(Math.round(diff / (of as number)), unit as Intl.RelativeTimeFormatUnit);
  }

  /** 26 s, 1 m 12 s, 41 min, 3 h 20 min: for reading, not for watching. */
  span(milliseconds: number): string {
    const [d, h, m, s] = this.lang === 'id' ? ['hari', 'jam', 'mnt', 'dtk'] : ['d', 'h', 'min', 's'];
    const n = Math.max(0, milliseconds);
    if (n < second) return `${Math.round(n)} ms`;
    if (n < 10 * second) return `${this.number(Math.round(n / 100) / 10)} ${s}`;
    if (n < minute) return `${Math.round(n / second)} ${s}`;
    if (n < 10 * minute) return pair(n, minute, m!, second, s!);
    if (n < hour) return `${Math.round(n / minute)} ${m}`;
    if (n < day) return pair(n, hour, h!, minute, m!);
    return pair(n, day, d!, hour, h!);
  }

  /** At most three significant digits below a thousand; grouped above. */
  number(value: number): string {
    const size = Math.abs(value);
    const options = size >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
    return new Intl.NumberFormat(locale[this.lang], options).format(value);
  }

  percent(share: number): string {
    return new Intl.NumberFormat(locale[this.lang], { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share);
  }

  /** A measured value with its unit, as people say it: 19%, 0.2 s, 1.4 GB. */
  measure(value: number, unit = ''): string {
    switch (unit) {
      case 'ratio': return this.percent(value);
      case '%': case 'percent': return `${this.number(value)}%`;
      case 's': case 'seconds': return value < 1 && value > 0 ? `${this.number(value * 1000)} ms` : `${this.number(value)} ${this.lang === 'id' ? 'dtk' : 's'}`;
      case 'bytes': return this.#bytes(value);
      case '1/s': return `${this.number(value)}/${this.lang === 'id' ? 'dtk' : 's'}`;
      default: return unit ? `${this.number(value)} ${unit}` : this.number(value);
    }
  }

  #bytes(value: number): string {
    const names = ['B', 'kB', 'MB', 'GB', 'TB'];
    const n = Math.min(names.length - 1, value > 0 ? Math.floor(Math.log10(value) / 3) : 0);
    return `${this.number(value / 1000 ** Math.max(0, n))} ${names[Math.max(0, n)]}`;
  }

  #date(options: Intl.DateTimeFormatOptions, at: string | number | Date): string {
    const key = JSON.stringify(options);
    let f = this.#dates.get(key);
    if (!f) this.#dates.set(key, (f = new Intl.DateTimeFormat(locale[this.lang], { ...options, timeZone: this.zone })));
    return f.format(new Date(at));
  }
}

function pair(n: number, big: number, bigName: string, small: number, smallName: string): string {
  const units = Math.round(n / small), each = Math.round(big / small);
  const a = Math.floor(units / each), b = units % each;
  return b ? `${a} ${bigName} ${b} ${smallName}` : `${a} ${bigName}`;
}
