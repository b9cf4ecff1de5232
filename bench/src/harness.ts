/**
 * Measures our work against named peers, in turns in one run, so that a busy machine slows both sides alike.
 *
 * An area is opened once (keys, tables, WebAssembly); each of its works then runs round by round, every contestant a
 * short slice per round, the order turning. What is reported, alike for all, is the lower quartile of the rounds: other
 * processes only ever add time, so the median swings with them, while the best round alone may be luck and hides what
 * collecting garbage costs. The ratio of medians stands beside: where the two differ much, the machine was not ours.
 * A ratio above 1 always means that we are faster. It asserts nothing: times belong in a table, never in a test.
 */
export interface Area {
  readonly area: string;
  readonly works: readonly Work[];
  /** What turns cannot measure, such as memory; asked last, and the area's end. */
  readonly facts?: () => Promise<readonly Line[]>;
}

/** "us": microseconds for one thing, less is better. "per_s": things in a second, more is better. "kib": memory. */
export type Unit = "us" | "per_s" | "kib";

export interface Work {
  readonly name: string;
  readonly unit: Unit;
  /** How many things one run does, such as the 64 signatures of a batch; 1 unless said otherwise. */
  readonly things?: number;
  /** How many rounds are enough where one run takes seconds; MIN_ROUNDS unless said otherwise. */
  readonly least?: number;
  readonly ours: Run;
  readonly peers: readonly Peer[];
}

/** One run of the work. It returns what it computed, so that no engine may decide that nothing was asked for. */
export type Run = () => unknown;

/** A peer that cannot run here says why, and stands in the table with that reason. */
export type Peer =
  | {
      readonly name: string;
      readonly run: Run;
      /** Where one run of it does fewer things than ours, because it would take minutes; its name says so. */
      readonly things?: number;
    }
  | { readonly name: string; readonly skipped: string };

export interface Effort {
  readonly rounds: number;
  /** Milliseconds for all rounds of one work: when they are used up, MIN_ROUNDS are enough. */
  readonly limit: number;
  /** How long one contestant runs in one round, in milliseconds. */
  readonly slice: number;
}

export const NORMAL: Effort = { rounds: 48, slice: 12, limit: 4000 };
export const QUICK: Effort = { rounds: 3, slice: 5, limit: 1000 };
const MIN_ROUNDS = 5;

export type Line = Measured | Skipped;

export interface Measured {
  readonly area: string;
  readonly work: string;
  /** Undefined where the work has nobody to be compared with. */
  readonly peer?: string;
  readonly ours: number;
  readonly theirs?: number;
  readonly unit: Unit;
  readonly ratio?: number;
  /** The ratio of medians. */
  readonly ratio_median?: number;
}

export interface Skipped {
  readonly area: string;
  readonly work: string;
  readonly peer: string;
  readonly skipped: string;
}

/** Milliseconds from any start; a clock of its own makes the harness testable. */
export type Clock = () => number;

export async function measureArea(area: Area, effort: Effort, clock: Clock): Promise<Line[]> {
  const lines: Line[] = [];
  for (const work of area.works) lines.push(...(await measureWork(area.area, work, effort, clock)));
  if (area.facts !== undefined) lines.push(...(await area.facts()));
  return lines;
}

export async function measureWork(area: string, work: Work, effort: Effort, clock: Clock): Promise<Line[]> {
  const things = work.things ?? 1;
  const rivals = work.peers.flatMap((peer) => ("run" in peer ? [{ things, ...peer }] : []));
  const [ours, ...others] = await inTurns([{ run: work.ours, things }, ...rivals], effort, clock, work.least);
  const oursIn = round(inUnit(ours!.quartile, work.unit));
  const named = { area, work: work.name };
  if (work.peers.length === 0) return [{ ...named, ours: oursIn, unit: work.unit }];
  return work.peers.map((peer): Line => {
    if ("skipped" in peer) return { ...named, peer: peer.name, skipped: peer.skipped };
    const theirs = others.shift()!;
    return {
      ...named,
      peer: peer.name,
      ours: oursIn,
      theirs: round(inUnit(theirs.quartile, work.unit)),
      unit: work.unit,
      ratio: round(theirs.quartile / ours!.quartile),
      ratio_median: round(theirs.median / ours!.median),
    };
  });
}

interface Times {
  readonly quartile: number;
  readonly median: number;
}

/** The times of one thing in milliseconds, for each contestant. */
async function inTurns(
  all: readonly { readonly run: Run; readonly things: number }[],
  effort: Effort,
  clock: Clock,
  least = MIN_ROUNDS,
): Promise<Times[]> {
  const contestants: { run: Run; things: number; times: number; samples: number[] }[] = [];
  for (const one of all)
    contestants.push({ ...one, times: await calibrate(one.run, effort.slice, clock), samples: [] });
  const start = clock();
  for (let turn = 0; turn < effort.rounds; turn++) {
    if (turn >= least && clock() - start > effort.limit) break;
    for (let i = 0; i < contestants.length; i++) {
      const { run, things, times, samples } = contestants[(turn + i) % contestants.length]!;
      samples.push((await elapsed(run, times, clock)) / (times * things));
    }
  }
  return contestants.map(({ samples }) => ({ quartile: lowerQuartile(samples), median: median(samples) }));
}

/** How many runs fill a slice; the doubling before it also warms the engine up. */
async function calibrate(run: Run, slice: number, clock: Clock): Promise<number> {
  for (let times = 1; ; times *= 2) {
    const spent = await elapsed(run, times, clock);
    if (spent >= slice / 2 || times >= 2 ** 24) return Math.max(1, Math.round((times * slice) / Math.max(spent, 1e-6)));
  }
}

async function elapsed(run: Run, times: number, clock: Clock): Promise<number> {
  const start = clock();
  for (let i = 0; i < times; i++) {
    const result = run();
    // An await costs a turn of the queue: synchronous work must not pay it.
    if (result instanceof Promise) await result;
  }
  return clock() - start;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of the lower half, the middle one with it. */
export function lowerQuartile(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return median(sorted.slice(0, (sorted.length + 1) >> 1));
}

function inUnit(milliseconds: number, unit: Unit): number {
  switch (unit) {
    case "us":
      return milliseconds * 1000;
    case "per_s":
      return 1000 / milliseconds;
    case "kib":
      return Number.NaN;
    default:
      return unit satisfies never;
  }
}

/** Four digits: more would be noise. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
