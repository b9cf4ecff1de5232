/**
 * Three matchers over the same filters and events: `matches`, the compiled one, and a deliberately dumb one that was
 * written from the sentences of NIP-01 and imports nothing.
 */
import fc from "fast-check";
import { matchFilter } from "nostr-tools/filter";
import { expect, test, vi } from "vitest";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import type { Filter } from "../../src/nostr/filter.ts";
import { compileFilters, matches } from "../../src/nostr/filter-match.ts";
import { filter, hex32, rumor } from "./arbitraries.ts";

vi.setConfig({ testTimeout: 600_000 });

type Loose = Readonly<Record<string, unknown>>;

/** Every condition by itself, in a loop, with no set and no shortcut. */
function dumbMatches(conditions: Loose, event: Loose): boolean {
  let all = true;
  for (const [name, wanted] of Object.entries(conditions)) {
    let met = false;
    if (name === "limit" || name === "search") met = true;
    else if (name === "since") met = Number(event["created_at"]) >= Number(wanted);
    else if (name === "until") met = Number(event["created_at"]) <= Number(wanted);
    else {
      const present: unknown[] = [];
      if (name === "ids") present.push(event["id"]);
      if (name === "authors") present.push(event["pubkey"]);
      if (name === "kinds") present.push(event["kind"]);
      for (const tag of event["tags"] as string[][]) {
        if (name.startsWith("#") && name.slice(1) === tag[0] && tag.length > 1) present.push(tag[1]);
      }
      for (const value of wanted as unknown[]) for (const other of present) if (value === other) met = true;
    }
    if (!met) all = false;
  }
  return all;
}

/** An event, and a filter whose values are its own more often than not, so that both answers are common. */
const pairs = rumor.chain((event) => {
  const near = <T>(own: T, other: fc.Arbitrary<T>) =>
    fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(own) }, { weight: 1, arbitrary: other }), { maxLength: 2 });
  const times = fc.integer({ min: -1, max: 1 }).map((step) => Math.max(0, event.created_at + step));
  const tags = fc.subarray([...event.tags]).chain((chosen) => {
    const conditions = chosen
      .slice(0, 2)
      .flatMap(([name = "", value = ""]) =>
        /^[a-zA-Z]$/.test(name) ? [fc.tuple(fc.constant(`#${name}`), near(value, fc.constantFrom("rose", "")))] : [],
      );
    return fc.tuple(...conditions).map((entries) => Object.fromEntries(entries));
  });
  const fields = fc.record(
    {
      ids: near(event.id, hex32 as fc.Arbitrary<EventId>),
      authors: near(event.pubkey, hex32 as fc.Arbitrary<PubkeyHex>),
      kinds: near(event.kind, fc.nat(3)),
      since: times,
      until: times,
      limit: fc.nat(3),
      search: fc.constant("rose"),
    },
    { requiredKeys: [] },
  );
  return fc.tuple(fields, tags).map(([some, tagged]) => ({ event, conditions: { ...some, ...tagged } as Filter }));
});

const numRuns = process.env["SUBROSA_LONG"] === undefined ? 5_000 : 100_000;

test("NIP-01: the matcher, the compiled matcher and the dumb one agree; both answers occur often", () => {
  let matched = 0;
  fc.assert(
    fc.property(pairs, ({ event, conditions }) => {
      const expected = dumbMatches(conditions, event as unknown as Loose);
      if (expected) matched++;
      expect(matches(conditions, event)).toBe(expected);
      expect(compileFilters([conditions])(event)).toBe(expected);
    }),
    { numRuns },
  );
  expect(matched).toBeGreaterThan(numRuns / 20);
  expect(matched).toBeLessThan(numRuns - numRuns / 20);
});

test("NIP-01: the three agree on filters that have nothing to do with the event, too", () => {
  fc.assert(
    fc.property(filter, rumor, (conditions, event) => {
      const expected = dumbMatches(conditions, event as unknown as Loose);
      expect(matches(conditions, event)).toBe(expected);
      expect(compileFilters([conditions])(event)).toBe(expected);
    }),
    { numRuns: numRuns / 5 },
  );
});

test("NIP-01: several filters are the or of each, however many and in whatever order", () => {
  fc.assert(
    fc.property(fc.array(filter, { maxLength: 5 }), rumor, (filters, event) => {
      const expected = filters.some((conditions) => dumbMatches(conditions, event as unknown as Loose));
      expect(compileFilters(filters)(event)).toBe(expected);
      expect(compileFilters([...filters].reverse())(event)).toBe(expected);
    }),
    { numRuns: numRuns / 5 },
  );
});

test("nostr-tools' matcher agrees, where no bound is 0 and no list of tag values empty, which it passes over", () => {
  fc.assert(
    fc.property(pairs, ({ event, conditions }) => {
      const loose = JSON.parse(JSON.stringify(conditions));
      const theirs = { ...JSON.parse(JSON.stringify(event)), sig: "" };
      fc.pre(Object.entries(loose).every(([name, value]) => !name.startsWith("#") || (value as []).length > 0));
      fc.pre(conditions.since !== 0 && conditions.until !== 0);
      fc.pre(event.tags.every((tag) => tag.length > 1));
      expect(matches(conditions, event)).toBe(matchFilter(loose, theirs));
    }),
    { numRuns: numRuns / 5 },
  );
});
