import type { Moment, Point } from '../api/types.ts';

// The arithmetic of a plot, apart from its drawing.

export interface Scale { from: number; to: number; low: number; high: number; ticks: number[] }

/** Round steps (1, 2, 2.5, 5 times a power of ten) so that about three lines stand in the plot. */
export function ticksTo(high: number): number[] {
  if (!(high > 0)) return [0, 1];
  const raw = high / 2, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.8) ?? 10 * power;
  const ticks = [0];
  for (let v = step; v < high + step * 0.6 && ticks.length < 6; v += step) ticks.push(Number(v.toPrecision(6)));
  return ticks;
}

/** What the plot spans: all its points and the usual band, from zero. */
export function scale(points: Point[], bandHigh: number): Scale {
  const times = points.map((p) => Date.parse(p.t)), values = points.map((p) => p.v).filter(Number.isFinite);
  const ticks = ticksTo(Math.max(bandHigh, ...values, 0));
  return { from: Math.min(...times), to: Math.max(...times), low: Math.min(0, ...values), high: Math.max(ticks.at(-1)!, ...values), ticks };
}

/** Times at which the axis says what time it is: about n, on whole minutes. */
export function timeTicks(from: number, to: number, n: number): number[] {
  const steps = [1, 2, 3, 5, 6, 10, 15, 20, 30, 60, 120, 180, 360, 720, 1440].map((m) => m * 60_000);
  const step = steps.find((s) => (to - from) / s <= n) ?? steps.at(-1)!;
  const out: number[] = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) out.push(t);
  return out;
}

export interface Flag { x: number; label: string; row: number; tone: string; left: boolean }

/**
 * Places the moments' flags so that no two overlap: each in the first row with
 * room, turned left at the right edge. Where no row has room the line stands
 * without its words.
 */
export function flags(moments: Moment[], x: (t: number) => number, from: number, to: number, right: number, rows = 4): Flag[] {
  const ends: number[] = [];
  const placed: Flag[] = [];
  for (const m of [...moments].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const t = Date.parse(m.at);
    if (t < from || t > to) continue;
    const at = x(t), width = m.label.length * 6 + 10, left = at + width > right;
    const start = left ? at - width : at;
    let row = ends.findIndex((e) => start >= e);
    if (row < 0 && ends.length < rows) row = ends.length;
    if (row < 0) placed.push({ x: at, label: '', row: 0, tone: m.code, left });
    else {
      ends[row] = start + width;
      placed.push({ x: at, label: m.label, row, tone: m.code, left });
    }
  }
  return placed;
}
