/**
 * Answers filters from PostgreSQL, page by page. What a scan keeps between two calls is where it stands, and the rest
 * of a page only while its reader takes it: a reader that pauses finds it read again.
 *
 * All ranges of a filter stand at the same position, since their answers are merged in one order. A page asks each
 * range for the same number; where one gave all of these, nothing after its last is known yet, so the page counts up to
 * the earliest such end, and the next one begins there.
 */
import type { Filter } from "@subrosa/core/nostr/filter";
import { chooseOption, type IndexRange, lookedRanges, type Plan, type PlanOption, planFilter } from "../planner.ts";
import { StoredRecord } from "../record.ts";
import type { Scan, ScanProgress, ScanRequest, ScanSink } from "../store.ts";
import { type Database, QueryTooLong } from "./database.ts";
import { type After, byIds, type Checks, look, type PageRow, page, RECORD } from "./pages.ts";

const FIRST_PAGE = 8;
const LARGEST_PAGE = 512;
/** Positions that one page may bring, however many ranges there are. */
const MAX_ROWS = 4_096;

interface Candidate {
  readonly rank: number;
  readonly id: Buffer;
  /** Undefined for one that is not wanted, or whose record is to be sent for. */
  readonly record: StoredRecord | undefined;
  readonly wanted: boolean;
}

/** Negative where `a` is answered before `b` (NIP-01). */
function compare(a: After, b: After): number {
  return a.rank - b.rank || a.id.compare(b.id);
}

class FilterPages {
  readonly #database: Database;
  readonly #checks: (option: PlanOption) => Checks;
  readonly #filter: Filter;
  readonly #wanted: number;
  #option: PlanOption | undefined;
  #ids: Extract<Plan, { kind: "ids" }> | undefined;
  #planned = false;
  #ended = false;
  #after: After | undefined;
  #each: number;
  #page: Candidate[] = [];
  #next = 0;
  left: number;

  constructor(database: Database, request: ScanRequest, filter: Filter) {
    this.#database = database;
    this.#filter = filter;
    this.left = filter.limit ?? request.defaultLimit;
    this.#wanted = this.left;
    this.#each = 0;
    const { viewer, now, before } = request;
    this.#checks = ({ conditions }) => ({ conditions, viewer, now, before });
  }

  /** What stands first and is not taken yet; undefined where a page must be read, or nothing is left. */
  get head(): Candidate | undefined {
    return this.left === 0 ? undefined : this.#page[this.#next];
  }

  get isDone(): boolean {
    return this.left === 0 || (this.#ended && this.#next === this.#page.length);
  }

  /** Goes on after the head. */
  take(): void {
    const { rank, id, wanted } = this.#page[this.#next++]!;
    this.#after = { rank, id };
    if (wanted) this.left--;
  }

  /** The head could not be handed on: it will be read again. */
  forget(): void {
    this.#page = [];
    this.#next = 0;
    if (this.#ids === undefined) this.#ended = false;
    else this.#planned = false;
  }

  /** Reads the next page; returns how many candidates the database looked at for it. */
  async read(): Promise<number> {
    if (!this.#planned) await this.#plan();
    this.#next = 0;
    this.#page = [];
    if (this.#ended) return 1;
    if (this.#ids !== undefined) return this.#readIds(this.#ids);
    return this.#readRanges(this.#option!);
  }

  async #plan(): Promise<void> {
    this.#planned = true;
    this.#ended = false;
    const plan = planFilter(this.#filter);
    if (plan.kind === "nothing") {
      this.#ended = true;
    } else if (plan.kind === "ids") {
      this.#ids = plan;
      this.#option = { ranges: [], conditions: plan.conditions };
    } else {
      this.#option = chooseOption(plan.options, await this.#looked(lookedRanges(plan.options)));
      const { length } = this.#option.ranges;
      this.#each = Math.max(1, Math.min(pageSize(length), Math.max(FIRST_PAGE, Math.ceil(this.#wanted / length) + 1)));
      if (length === 1) this.#each = Math.min(LARGEST_PAGE, Math.max(1, this.#wanted));
    }
  }

  async #looked(ranges: readonly IndexRange[]): Promise<(range: IndexRange) => readonly { createdAt: number }[]> {
    const seen = new Map<IndexRange, { createdAt: number }[]>();
    for (const index of new Set(ranges.map(({ prefix }) => prefix[0]))) {
      const group = ranges.filter(({ prefix }) => prefix[0] === index);
      const { statement, values } = look(group);
      for (const range of group) seen.set(range, []);
      for (const { n, rank } of await this.#database.read<{ n: number; rank: string }>(statement, values)) {
        seen.get(group[n - 1]!)!.push({ createdAt: -Number(rank) });
      }
    }
    return (range) => seen.get(range) ?? [];
  }

  async #readIds({ ids, since, until }: Extract<Plan, { kind: "ids" }>): Promise<number> {
    const { statement, values } = byIds(ids, since, until, this.#checks(this.#option!));
    const rows = (await this.#database.read<PageRow>(statement, values)).map(candidate).sort(compare);
    const after = this.#after;
    this.#page = after === undefined ? rows : rows.filter((row) => compare(row, after) > 0);
    this.#ended = true;
    return ids.length;
  }

  async #readRanges(option: PlanOption): Promise<number> {
    const { ranges } = option;
    const each = this.#each;
    const { statement, values } = page(ranges, this.#after, each, this.#checks(option));
    const rows = await this.#database.read<PageRow>(statement, values);
    const counts = new Map<number, number>();
    const lasts = new Map<number, Candidate>();
    const candidates: Candidate[] = [];
    for (const row of rows) {
      const one = candidate(row);
      candidates.push(one);
      counts.set(row.n, (counts.get(row.n) ?? 0) + 1);
      const last = lasts.get(row.n);
      if (last === undefined || compare(last, one) < 0) lasts.set(row.n, one);
    }
    let horizon: Candidate | undefined;
    for (const [n, count] of counts) {
      const last = lasts.get(n)!;
      if (count === each && (horizon === undefined || compare(last, horizon) < 0)) horizon = last;
    }
    candidates.sort(compare);
    this.#ended = horizon === undefined;
    const known = horizon === undefined ? candidates : candidates.filter((one) => compare(one, horizon) <= 0);
    this.#page = known.filter((one, i) => i === 0 || compare(one, known[i - 1]!) !== 0);
    this.#each = Math.min(pageSize(ranges.length), each * 2);
    return Math.max(1, rows.length);
  }
}

function pageSize(ranges: number): number {
  return Math.max(2, Math.min(LARGEST_PAGE, Math.floor(MAX_ROWS / ranges)));
}

function candidate({ rank, id, wanted, record }: PageRow): Candidate {
  return { rank: Number(rank), id, wanted, record: record === null ? undefined : new StoredRecord(record) };
}

export class PostgresScan implements Scan {
  readonly #database: Database;
  readonly #request: ScanRequest;
  readonly #catchUp: () => Promise<unknown>;
  /** Everything that was committed before the scan began was delivered to those who listen. */
  #caughtUp: Promise<unknown> | undefined;
  readonly #filters: readonly FilterPages[];
  #work = 0;
  #last: Candidate | undefined;

  constructor(database: Database, request: ScanRequest, catchUp: () => Promise<unknown>) {
    this.#database = database;
    this.#request = request;
    this.#catchUp = catchUp;
    this.#filters = request.filters.map((filter) => new FilterPages(database, request, filter));
  }

  async run(steps: number, sink: ScanSink): Promise<ScanProgress> {
    try {
      return await this.#run(steps, sink);
    } catch (error) {
      if (error instanceof QueryTooLong) return "too-much";
      throw error;
    }
  }

  async #run(steps: number, sink: ScanSink): Promise<ScanProgress> {
    if (this.#caughtUp === undefined) {
      this.#caughtUp = this.#catchUp();
      this.#caughtUp.catch(() => {});
    }
    for (let step = 0; step < steps; step++) {
      const first = await this.#first();
      if (first === "too-much") return first;
      if (first === undefined) {
        await this.#caughtUp;
        return "done";
      }
      const found = first.head!;
      first.take();
      if (!found.wanted) continue;
      if (this.#last !== undefined && compare(this.#last, found) === 0) continue;
      this.#last = found;
      const record = found.record ?? (await this.#load(found));
      const { viewer } = this.#request;
      // Asked already by the statement; who may see what is too important to be asked in one place in another language.
      if (record === undefined || !(viewer === "operator" || record.visibleTo(viewer))) continue;
      if (sink(record)) continue;
      for (const filter of this.#filters) filter.forget();
      return "paused";
    }
    return "more";
  }

  /** The filter whose head is answered first; undefined at the end. */
  async #first(): Promise<FilterPages | "too-much" | undefined> {
    let first: FilterPages | undefined;
    for (const filter of this.#filters) {
      while (filter.head === undefined && !filter.isDone) {
        this.#work += await filter.read();
        if (this.#work > this.#request.maxWork) return "too-much";
      }
      if (filter.head === undefined) continue;
      if (first === undefined || compare(filter.head, first.head!) < 0) first = filter;
    }
    return first;
  }

  async #load({ id, rank }: Candidate): Promise<StoredRecord | undefined> {
    const [row] = await this.#database.read<{ record: Buffer }>(RECORD, [id, rank]);
    return row && new StoredRecord(row.record);
  }
}
