/**
 * Answers filters from ordered indices and records, in steps. Shared by stores that can be read synchronously.
 *
 * Newest first over all filters of a request, each with its own limit, nothing twice (NIP-01). An event that the
 * viewer may not see, that expired, or whose author vanished is passed over before it is counted: it uses up no limit.
 */
import type { Filter } from "@subrosa/core/nostr/filter";
import type { Place } from "./keys.ts";
import { Merge, type ReadRange } from "./merge.ts";
import { type Conditions, chooseOption, LOOK, type Plan, planFilter } from "./planner.ts";
import { comparePositions, type Position } from "./position.ts";
import type { StoredRecord } from "./record.ts";
import type { Scan, ScanProgress, ScanRequest, ScanSink } from "./store.ts";

export interface ScanSource {
  readonly readRange: ReadRange;
  /** Positions of those ids that are stored. */
  findIds(ids: readonly string[]): Position[];
  load(place: Place): StoredRecord | undefined;
  /** Has the author of this event vanished, while its deletion is still at work? */
  isVanishing(record: StoredRecord): boolean;
}

type Found = { readonly position: Position; readonly record: StoredRecord };

/** How many ranges are opened in one step. */
const OPEN_AT_ONCE = 32;

class FilterScan {
  readonly #source: ScanSource;
  readonly #request: ScanRequest;
  readonly #conditions: Conditions;
  readonly #merge: Merge | undefined;
  readonly #positions: readonly Position[];
  readonly #since: number;
  readonly #until: number;
  #nextPosition = 0;
  #left: number;
  #opened = false;
  /** What `step` found and nobody took yet. */
  head: Found | undefined;
  done = false;

  constructor(plan: Exclude<Plan, { kind: "nothing" }>, limit: number, source: ScanSource, request: ScanRequest) {
    this.#source = source;
    this.#request = request;
    this.#left = limit;
    if (plan.kind === "ids") {
      this.#conditions = plan.conditions;
      this.#since = plan.since;
      this.#until = plan.until;
      this.#positions = source.findIds(plan.ids).sort(comparePositions);
      this.#merge = undefined;
    } else {
      const option = chooseOption(plan.options, (range) => source.readRange(range, undefined, LOOK));
      this.#conditions = option.conditions;
      this.#since = 0;
      this.#until = Number.POSITIVE_INFINITY;
      this.#positions = [];
      this.#merge = new Merge(option.ranges, source.readRange, limit);
    }
  }

  /** Looks at one candidate; afterwards there is a head, or it is done, or neither. */
  step(): void {
    if (this.#left === 0) {
      this.done = true;
      return;
    }
    if (this.#merge !== undefined && !this.#opened) {
      this.#opened = this.#merge.open(OPEN_AT_ONCE);
      return;
    }
    const position = this.#merge === undefined ? this.#positions[this.#nextPosition++] : this.#merge.next();
    if (position === undefined) {
      this.done = true;
      return;
    }
    if (this.#request.before !== undefined && position.offset >= this.#request.before) return;
    const record = this.#source.load(position);
    if (record === undefined || !this.#wants(record)) return;
    this.#left--;
    this.head = { position, record };
  }

  #wants(record: StoredRecord): boolean {
    const { ids, authors, kinds, tags } = this.#conditions;
    const { viewer, now } = this.#request;
    const expiration = record.expiration;
    if (expiration !== 0 && expiration <= now) return false;
    if (ids !== undefined && !ids.has(record.id)) return false;
    if (kinds !== undefined && !kinds.has(record.kind)) return false;
    if (authors !== undefined && !authors.has(record.pubkey)) return false;
    for (const tag of tags) if (!record.hasTag(tag.letter, tag.keys)) return false;
    if (this.#merge === undefined) {
      const time = record.createdAt;
      if (time < this.#since || time > this.#until) return false;
    }
    return (viewer === "operator" || record.visibleTo(viewer)) && !this.#source.isVanishing(record);
  }
}

export class UnionScan implements Scan {
  readonly #request: ScanRequest;
  readonly #source: ScanSource;
  #filters: FilterScan[] | undefined;
  #work = 0;
  #lastOffset = -1;

  constructor(source: ScanSource, request: ScanRequest) {
    this.#source = source;
    this.#request = request;
  }

  run(steps: number, sink: ScanSink): ScanProgress {
    this.#filters ??= this.#request.filters.flatMap((filter) => this.#begin(filter) ?? []);
    const filters = this.#filters;
    for (let step = 0; step < steps; ) {
      let first: FilterScan | undefined;
      for (const filter of filters) {
        while (filter.head === undefined && !filter.done) {
          if (step++ >= steps) return "more";
          if (this.#work++ >= this.#request.maxWork) return "too-much";
          filter.step();
        }
        if (filter.head === undefined) continue;
        if (first === undefined || comparePositions(filter.head.position, first.head!.position) < 0) first = filter;
      }
      const found = first?.head;
      if (first === undefined || found === undefined) return "done";
      first.head = undefined;
      if (found.position.offset === this.#lastOffset) continue;
      this.#lastOffset = found.position.offset;
      if (!sink(found.record)) return "paused";
    }
    return "more";
  }

  #begin(filter: Filter): FilterScan | undefined {
    const plan = planFilter(filter);
    if (plan.kind === "nothing") return undefined;
    return new FilterScan(plan, filter.limit ?? this.#request.defaultLimit, this.#source, this.#request);
  }
}
