import type { Load, LoadReport } from '$lib/api/types.ts';

/** The report as a table for a spreadsheet, which must not take a name for a formula. */
export function csv(r: LoadReport, heading: string[]): string {
  const cell = (v: string | number): string => {
    const text = typeof v === 'number' ? String(Math.round(v * 100) / 100) : /^[=+\-@\t\r]/.test(v) ? `'${v}` : v;
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const row = (l: Load): (string | number)[] => [r.name, l.person.name, l.hours.total, l.hours.weekday, l.hours.night, l.hours.weekend, l.hours.holiday, l.pages, l.outOfHours, l.against];
  return [heading, ...(r.people ?? []).map(row)].map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n';
}
