/**
 * Filters: which events a subscription asks for.
 *
 * Spec: NIP-01 (`ids`, `authors`, `kinds`, `#x`, `since`, `until`, `limit`), NIP-50 (`search`). Read strictly: unknown
 * fields are refused, because a condition that one side does not know makes it send what was not asked for.
 *
 * Deviation: NIP-01 wants one value at least in a list. An empty list is read here as what it says, a condition that
 * nothing meets; clients whose list of follows is empty send it. What a filter selects is in filter-match.ts.
 */
import { type EventId, eventId, type PubkeyHex, pubkeyHex } from "../bytes.ts";
import { WireError } from "../errors.ts";
import { integer, list, object, type Shape, text } from "../json.ts";

type Lowercase26 =
  | ("a" | "b" | "c" | "d" | "e" | "f" | "g" | "h" | "i" | "j" | "k" | "l" | "m")
  | ("n" | "o" | "p" | "q" | "r" | "s" | "t" | "u" | "v" | "w" | "x" | "y" | "z");
/** The names of tags that relays index. */
export type TagLetter = Lowercase26 | Uppercase<Lowercase26>;
export type TagField = `#${TagLetter}`;

export const TAG_LETTERS: readonly TagLetter[] = Object.freeze(
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"].map((letter) => letter as TagLetter),
);

/** All conditions that are present must hold. The same object, as JSON, is the wire form. */
export type Filter = {
  readonly ids?: readonly EventId[];
  readonly authors?: readonly PubkeyHex[];
  readonly kinds?: readonly number[];
  readonly since?: number;
  readonly until?: number;
  /** How many stored events at most; says nothing about later ones. */
  readonly limit?: number;
  readonly search?: string;
} & { readonly [F in TagField]?: readonly string[] };

export interface FilterLimits {
  /** Values in one list. */
  readonly maxValues: number;
  /** Different `#x` in one filter. */
  readonly maxTagFields: number;
  readonly maxTagValue: number;
  readonly maxSearch: number;
}

export const DEFAULT_FILTER_LIMITS: FilterLimits = Object.freeze({
  maxValues: 5_000,
  maxTagFields: 8,
  maxTagValue: 1_024,
  maxSearch: 512,
});

/** Build it once for one set of limits. Fields are written in the order given here. */
export function filterShape(limits: FilterLimits = DEFAULT_FILTER_LIMITS): Shape<Filter> {
  const many = { max: limits.maxValues };
  const ids = identifiers(eventId, limits.maxValues);
  const authors = identifiers(pubkeyHex, limits.maxValues);
  const tagValues = list(text({ max: limits.maxTagValue }), many);
  // NIP-01: "The `ids`, `authors`, `#e` and `#p` filter lists MUST contain exact 64-character lowercase hex values."
  const valuesOf = (letter: TagLetter): Shape<readonly string[]> =>
    letter === "e" ? ids : letter === "p" ? (authors as Shape<readonly string[]>) : tagValues;
  const tagFields = Object.fromEntries(TAG_LETTERS.map((letter) => [`#${letter}`, valuesOf(letter)]));
  const fields = object(
    {},
    {
      optional: {
        ids,
        authors,
        kinds: list(integer({ max: 65_535 }), many),
        ...tagFields,
        since: integer(),
        until: integer(),
        limit: integer(),
        search: text({ max: limits.maxSearch }),
      },
    },
  ) as Shape<Filter>;
  return {
    read: (value, path) => {
      const filter = fields.read(value, path);
      if (tagConditions(filter).length > limits.maxTagFields) throw new WireError("wire/too-many", path);
      return filter;
    },
    write: (filter) => fields.write(filter),
  };
}

/** The `#x` conditions as pairs of letter and values. */
export function tagConditions(filter: Filter): readonly (readonly [TagLetter, readonly string[]])[] {
  const conditions: [TagLetter, readonly string[]][] = [];
  for (const [name, values] of Object.entries(filter)) {
    if (name.startsWith("#")) conditions.push([name.slice(1) as TagLetter, values as readonly string[]]);
  }
  return conditions;
}

/** A list of ids or keys. It names an item only where it refuses it: lists of thousands are common. */
function identifiers<T extends string>(check: (value: unknown) => T | undefined, max: number): Shape<readonly T[]> {
  return {
    read: (value, path) => {
      if (!Array.isArray(value)) throw new WireError("wire/type", path);
      if (value.length > max) throw new WireError("wire/too-many", path);
      const found: T[] = [];
      for (const item of value as unknown[]) {
        const one = check(item);
        if (one === undefined) {
          throw new WireError(typeof item === "string" ? "wire/hex" : "wire/type", `${path}[${found.length}]`);
        }
        found.push(one);
      }
      return Object.freeze(found);
    },
    write: (values) => values,
  };
}
