/**
 * Pieces of an index as SQL: of several ranges (planner.ts) at once, what comes after one position, each up to so many,
 * with the records of those that a filter wants.
 *
 * What the filter leaves to be checked is checked by the database, so that what is not wanted does not travel; the
 * rule who may see what is event/viewer.ts, asked again of everything that arrives. Long records are sent for one by one.
 */
import { PRIVATE_KINDS } from "../../event/kind.ts";
import { tagKey } from "../../event/tag-key.ts";
import type { Viewer } from "../../event/viewer.ts";
import { AUTHOR, AUTHOR_KIND, KIND, TAG, TIME } from "../keys.ts";
import { type Conditions, type IndexRange, LOOK } from "../planner.ts";
import type { Row, Statement } from "./database.ts";

/** Where a scan stands: everything after this is still to come. */
export interface After {
  readonly rank: number;
  readonly id: Buffer;
}

export interface Checks {
  readonly conditions: Conditions;
  readonly viewer: Viewer | "operator";
  readonly now: number;
  readonly before: number | undefined;
}

/** One candidate; `wanted` says whether the filter takes it, and `record` is null where it is long. */
export interface PageRow extends Row {
  readonly n: number;
  readonly rank: string;
  readonly id: Buffer;
  readonly wanted: boolean;
  readonly record: Buffer | null;
}

/** Records up to this length travel with their page. */
const INLINE = 8_192;
const NOTHING = Buffer.alloc(0);

/** Parameters in the order in which they are named. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** The ranges of one plan are all of one index. */
export function page(
  ranges: readonly IndexRange[],
  after: After | undefined,
  each: number,
  checks: Checks,
): { readonly statement: Statement; readonly values: readonly unknown[] } {
  const { prefix, since, until } = ranges[0]!;
  const index = prefix[0]!;
  const parameters = new Parameters();
  const from = after ?? { rank: -until, id: NOTHING };
  const rank = parameters.add(from.rank, "bigint");
  const id = parameters.add(from.id, "bytea");
  const end = parameters.add(-since, "bigint");
  const limit = parameters.add(each, "integer");
  const keys = keysOf(ranges, parameters);
  const { text: wanted, shape } = wish(checks, parameters);
  const positions = `rank >= ${rank} and (rank, id) > (${rank}, ${id}) and rank <= ${end} order by rank, id limit ${limit}`;
  const chosen = `case when w.wanted and e.length <= ${INLINE} then e.record end as record`;
  const text =
    index === TAG
      ? `select r.n::integer, p.rank, p.id, w.wanted, ${chosen}
         from unnest(${keys[0]}) with ordinality r(tag, n)
         cross join lateral (select rank, id from event_tag where tag = r.tag and ${positions}) p
         join event e on e.rank = p.rank and e.id = p.id
         cross join lateral (select ${wanted} as wanted offset 0) w`
      : `select r.n::integer, e.rank, e.id, w.wanted, ${chosen}
         from ${SOURCES[index]!(keys)}
         cross join lateral (select * from event where ${TESTS[index]} ${positions}) e
         cross join lateral (select ${wanted} as wanted offset 0) w`;
  return { statement: { name: `page-${index}${shape}`, text }, values: parameters.values };
}

/** How the ranges of an index are named, and how one of them is found. */
const SOURCES: Readonly<Record<number, (keys: readonly string[]) => string>> = {
  [TIME]: () => "(select 1 as n) r",
  [AUTHOR]: ([pubkeys]) => `unnest(${pubkeys}) with ordinality r(pubkey, n)`,
  [KIND]: ([kinds]) => `unnest(${kinds}) with ordinality r(kind, n)`,
  [AUTHOR_KIND]: ([pubkeys, kinds]) => `unnest(${pubkeys}, ${kinds}) with ordinality r(pubkey, kind, n)`,
};
const TESTS: Readonly<Record<number, string>> = {
  [TIME]: "",
  [AUTHOR]: "pubkey = r.pubkey and",
  [KIND]: "kind = r.kind and",
  [AUTHOR_KIND]: "pubkey = r.pubkey and kind = r.kind and",
};

function keysOf(ranges: readonly IndexRange[], parameters: Parameters): string[] {
  const part = (start: number, end?: number): Buffer[] => ranges.map(({ prefix }) => prefix.subarray(start, end));
  const kinds = (at: number): string =>
    parameters.add(
      ranges.map(({ prefix }) => prefix.readUInt16BE(at)),
      "integer[]",
    );
  switch (ranges[0]!.prefix[0]) {
    case TIME:
      return [];
    case AUTHOR:
      return [parameters.add(part(1), "bytea[]")];
    case KIND:
      return [kinds(1)];
    case AUTHOR_KIND:
      return [parameters.add(part(1, 33), "bytea[]"), kinds(33)];
    case TAG:
      return [parameters.add(part(1), "bytea[]")];
    default:
      throw new Error("a plan names an index that this store has not");
  }
}

/** What a candidate `e` must be, and a name for the form of that, since each form is a statement of its own. */
function wish(
  { conditions, viewer, now, before }: Checks,
  parameters: Parameters,
): { readonly text: string; readonly shape: string } {
  const { ids, authors, kinds, tags } = conditions;
  const texts = [`(e.expires is null or e.expires > ${parameters.add(now, "bigint")})`, NOT_VANISHING];
  let shape = "";
  const also = (name: string, text: string): void => {
    shape += `-${name}`;
    texts.push(text);
  };
  const hex = (values: Iterable<string>): Buffer[] => [...values].map((value) => Buffer.from(value, "hex"));
  const hasTag = (keys: readonly Buffer[]): string => `exists (select from event_tag t
    where t.tag = any(${parameters.add(keys, "bytea[]")}) and t.rank = e.rank and t.id = e.id)`;
  if (before !== undefined) also("before", `e.seq < ${parameters.add(before, "bigint")}`);
  if (ids !== undefined) also("ids", `e.id = any(${parameters.add(hex(ids), "bytea[]")})`);
  if (authors !== undefined) also("authors", `e.pubkey = any(${parameters.add(hex(authors), "bytea[]")})`);
  if (kinds !== undefined) also("kinds", `e.kind = any(${parameters.add([...kinds], "integer[]")})`);
  if (viewer !== "operator" && viewer.size === 0) also("nobody", IS_OPEN);
  else if (viewer !== "operator") {
    const own = parameters.add(hex(viewer), "bytea[]");
    const addressed = hasTag([...viewer].map((key) => tagKey("p", key)));
    also("viewer", `(${IS_OPEN} or e.pubkey = any(${own}) or ${addressed})`);
  }
  for (const { keys } of tags) also("tag", hasTag([...keys].map((key) => Buffer.from(key, "latin1"))));
  return { text: texts.join(" and "), shape };
}

const IS_OPEN = `e.kind not in (${[...PRIVATE_KINDS].join(", ")})`;
const NOT_VANISHING = `not exists (select from vanishing v
  where v.pubkey = e.pubkey and v.until >= -e.rank and e.kind <> 62)`;

/** Events by id, wherever they stand in time. */
export function byIds(
  ids: readonly string[],
  since: number,
  until: number,
  checks: Checks,
): { readonly statement: Statement; readonly values: readonly unknown[] } {
  const parameters = new Parameters();
  const wantedIds = parameters.add(
    ids.map((id) => Buffer.from(id, "hex")),
    "bytea[]",
  );
  const from = parameters.add(-until, "bigint");
  const end = parameters.add(-since, "bigint");
  const { text: wanted, shape } = wish(checks, parameters);
  const text = `select 1 as n, e.rank, e.id, true as wanted, case when e.length <= ${INLINE} then e.record end as record
    from event e where e.id = any(${wantedIds}) and e.rank >= ${from} and e.rank <= ${end} and ${wanted}`;
  return { statement: { name: `by-ids${shape}`, text }, values: parameters.values };
}

/** One long record. */
export const RECORD: Statement = {
  name: "record",
  text: "select record from event where id = $1::bytea and rank = $2::bigint",
};

/** The first positions of ranges of one index, for the planner to choose by. */
export function look(ranges: readonly IndexRange[]): {
  readonly statement: Statement;
  readonly values: readonly unknown[];
} {
  const { prefix, since, until } = ranges[0]!;
  const index = prefix[0]!;
  const parameters = new Parameters();
  const from = parameters.add(-until, "bigint");
  const end = parameters.add(-since, "bigint");
  const limit = parameters.add(LOOK, "integer");
  const keys = keysOf(ranges, parameters);
  const positions = `rank >= ${from} and rank <= ${end} order by rank, id limit ${limit}`;
  const text =
    index === TAG
      ? `select r.n::integer, p.rank from unnest(${keys[0]}) with ordinality r(tag, n)
         cross join lateral (select rank from event_tag where tag = r.tag and ${positions}) p`
      : `select r.n::integer, p.rank from ${SOURCES[index]!(keys)}
         cross join lateral (select rank from event where ${TESTS[index]} ${positions}) p`;
  return { statement: { name: `look-${index}`, text }, values: parameters.values };
}
