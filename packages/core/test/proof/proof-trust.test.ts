/** Whose ring is it (PROOF-6)? Directories and their versions (PROOF-10). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PubkeyHex, toHex } from "../../src/bytes.ts";
import { signEvent, type VerifiedEvent } from "../../src/nostr/event.ts";
import { DirectoryBook, type DirectoryContent, writeDirectory } from "../../src/proof/directory.ts";
import { addressOf, type DirectoryAddress, directoryAddress } from "../../src/proof/directory-address.ts";
import { signAsGroupMember } from "../../src/proof/sign.ts";
import { listedKeys, recognise, type TrustSources } from "../../src/proof/trust.ts";
import { verifyMemberProof } from "../../src/proof/verify.ts";
import { curve, members, seeded, shelf } from "../ring/ring-fixtures.ts";

const random = seeded("trust");
const five = members(5, "trust");
const keys = five.keys as PubkeyHex[];
const author = members(2, "authors").secrets[0]!;
const TIME = 1_700_000_000;

const sign = (content: Partial<DirectoryContent> & { readonly d: string }): VerifiedEvent =>
  signEvent(writeDirectory({ members: [], createdAt: TIME, ...content }), author, random(32), curve);
const at = (d: string): DirectoryAddress => directoryAddress(`30097:${toHex(author.pubkey)}:${d}`)!;
const bookOf = (...events: readonly VerifiedEvent[]): DirectoryBook => {
  const book = new DirectoryBook();
  for (const event of events) book.add(event);
  return book;
};
const memberKeys = () => ({ secret: five.secrets[0]!, oneTimeSecret: random(32), fresh: random(32), aux: random(32) });

describe("PROOF-10: directories", () => {
  test("the ring is the sorted union; one directory by two paths is no cycle", () => {
    const book = bookOf(
      sign({ d: "all", members: [keys[4]!], includes: [at("left"), at("right")] }),
      sign({ d: "left", members: [keys[1]!], includes: [at("base")] }),
      sign({ d: "right", members: [keys[0]!, keys[1]!], includes: [at("base")] }),
      sign({ d: "base", members: [keys[3]!] }),
    );
    const resolved = book.resolve(at("all"));
    expect(resolved).toMatchObject({ ok: true, keys: [keys[0], keys[1], keys[3], keys[4]].sort() });
  });

  test("cycles, missing directories, wrong keys and wrong sizes are refused", () => {
    const cases: readonly (readonly [string, VerifiedEvent[], string])[] = [
      ["itself", [sign({ d: "x", members: keys, includes: [at("x")] })], "directory-cycle"],
      [
        "a longer way",
        [sign({ d: "x", members: keys, includes: [at("y")] }), sign({ d: "y", includes: [at("x")] })],
        "directory-cycle",
      ],
      ["not found", [], "directory-missing"],
      ["an included one not found", [sign({ d: "x", members: keys, includes: [at("y")] })], "directory-missing"],
      [
        "a key in uppercase",
        [sign({ d: "x", members: [keys[0]!, keys[1]!.toUpperCase() as PubkeyHex] })],
        "directory-key",
      ],
      [
        "another kind included",
        [sign({ d: "x", members: keys, includes: ["30000:x:y" as DirectoryAddress] })],
        "directory-key",
      ],
      ["one member", [sign({ d: "x", members: [keys[0]!, keys[0]!] })], "directory-size"],
      [
        "too many",
        [
          sign({
            d: "x",
            members: Array.from({ length: 1001 }, (_, i) => i.toString(16).padStart(64, "0") as PubkeyHex),
          }),
        ],
        "directory-size",
      ],
    ];
    for (const [why, events, reason] of cases) {
      expect(bookOf(...events).resolve(at("x")), why).toEqual({ ok: false, reason });
    }
  });

  test("the named directory is depth 1; depth 8 is the last one that is read", () => {
    const chain = (length: number): DirectoryBook =>
      bookOf(
        ...Array.from({ length }, (_, i) =>
          sign({
            d: `d${i}`,
            members: i === length - 1 ? keys : [],
            includes: i === length - 1 ? [] : [at(`d${i + 1}`)],
          }),
        ),
      );
    expect(chain(8).resolve(at("d0"))).toMatchObject({ ok: true });
    expect(chain(9).resolve(at("d0"))).toEqual({ ok: false, reason: "directory-depth" });
    expect(chain(9).resolve(at("d1"))).toMatchObject({ ok: true });
  });

  test("a directory of directories, each including all below it, is read once each", () => {
    const d = (i: number): string => `w${i}`;
    const events = Array.from({ length: 8 }, (_, i) =>
      sign({ d: d(i), members: [keys[i % 5]!], includes: Array.from({ length: 7 - i }, (_, k) => at(d(i + 1 + k))) }),
    );
    expect(bookOf(...events).resolve(at("w0"))).toMatchObject({ ok: true, keys: [...keys].sort() });
  });

  test("versions: what is newest is; what was stays checkable; the order of arrival makes no difference", () => {
    const old = sign({ d: "club", members: keys.slice(0, 4), createdAt: TIME });
    const now = sign({ d: "club", members: keys, createdAt: TIME + 9 });
    const inner = [
      sign({ d: "outer", includes: [at("inner")], members: [keys[0]!], createdAt: TIME }),
      sign({ d: "inner", members: keys.slice(1, 3), createdAt: TIME + 1 }),
      sign({ d: "inner", members: keys.slice(3, 5), createdAt: TIME + 2 }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray([old, now, ...inner], { minLength: 5 }), (events) => {
        const book = bookOf(...events, ...events);
        const before = bookOf(old).resolve(at("club"));
        const after = bookOf(now).resolve(at("club"));
        const earlier = bookOf(...inner.slice(0, 2)).resolve(at("outer"));
        if (!before.ok || !after.ok || !earlier.ok) return false;
        return (
          book.standing(at("club"), after.ring) === "is" &&
          book.standing(at("club"), before.ring) === "was" &&
          book.standing(at("outer"), earlier.ring) === "was" &&
          book.standing(at("outer"), after.ring) === "unknown"
        );
      }),
      { numRuns: 40 },
    );
  });

  test("of two versions of one second, the one with the lower id counts (NIP-01)", () => {
    const [a, b] = [sign({ d: "c", members: keys.slice(0, 2) }), sign({ d: "c", members: keys.slice(2, 4) })];
    const lower = a.id < b.id ? keys.slice(0, 2) : keys.slice(2, 4);
    for (const book of [bookOf(a, b), bookOf(b, a)]) {
      expect(book.resolve(at("c"))).toMatchObject({ ok: true, keys: [...lower].sort() });
    }
  });

  test("only a directory with one d is one", () => {
    const { tags, content } = sign({ d: "x", members: keys });
    const other = (change: object) =>
      signEvent({ kind: 30_097, created_at: TIME, tags, content, ...change }, author, random(32), curve);
    expect(new DirectoryBook().add(other({ kind: 30_000 }))).toBe(false);
    expect(new DirectoryBook().add(other({ tags: [] }))).toBe(false);
    expect(
      new DirectoryBook().add(
        other({
          tags: [
            ["d", "a"],
            ["d", "b"],
          ],
        }),
      ),
    ).toBe(false);
    expect(addressOf(other({ tags: [["d", "a:b"]] }))).toBe(at("a:b"));
  });

  test("PROOF-7: a group's pseudonym is signed for exactly the directory's ring, and names it", () => {
    const resolved = bookOf(sign({ d: "club", members: keys })).resolve(at("club"));
    if (!resolved.ok) throw new Error(resolved.reason);
    const template = { kind: 1, created_at: TIME, content: "words", tags: [], keys };
    const event = signAsGroupMember(template, memberKeys(), curve, { group: resolved });
    expect(event.tags[0]).toEqual(["g", at("club"), resolved.ring]);
    expect(verifyMemberProof(event, shelf())).toMatchObject({
      ok: true,
      pseudonym: { scope: { directory: at("club") } },
    });
    const fewer = { ...template, keys: keys.slice(0, 4) };
    expect(() => signAsGroupMember(fewer, memberKeys(), curve, { group: resolved })).toThrow(/usage\/scope/);
    const mislabelled = { ...template, tags: [["g", "club"]] };
    expect(() => signAsGroupMember(mislabelled, memberKeys(), curve, { group: resolved })).toThrow(/usage\/scope/);
  });
});

describe("PROOF-6: what a viewer trusts", () => {
  const event = (ring = keys, tags: string[][] = []): VerifiedEvent =>
    signAsGroupMember({ kind: 1, created_at: TIME, content: "words", tags, keys: ring }, memberKeys(), curve);
  const book = bookOf(
    sign({ d: "club", members: keys, createdAt: TIME + 1 }),
    sign({ d: "club", members: keys.slice(0, 4), createdAt: TIME }),
  );
  const trusted = new Map([[at("club"), "The club"]]);

  test("P-02: five fresh keys and a name in g are an unrecognised ring, whatever the name", () => {
    const sybil = members(5, "sybil");
    const names = ["wallet-developers", "The club", at("club"), five.ring.name, "u4pruydqqvj", ""];
    const sources: TrustSources = {
      pins: new Map([[five.ring.name, "Pinned"]]),
      lists: [{ label: "Friends", keys: new Set(keys) }],
      directories: { book, trusted },
      floor: { score: (key) => (keys.includes(key as PubkeyHex) ? 1 : 0), least: 0.1 },
    };
    for (const name of names) {
      for (const g of [
        ["g", name],
        ["g", name, five.ring.name],
        ["g", at("club"), five.ring.name, name],
      ]) {
        const forged = signAsGroupMember(
          { kind: 1, created_at: TIME, content: "words", tags: [g], keys: sybil.keys },
          { ...memberKeys(), secret: sybil.secrets[0]! },
          curve,
        );
        expect(verifyMemberProof(forged, shelf())).toMatchObject({ ok: true });
        expect(recognise(forged, sources)).toEqual({ by: "nothing" });
      }
    }
  });

  test("a pinned ring, a trusted directory now and earlier, a list that holds the ring, a floor", () => {
    const four = event(keys.slice(0, 4));
    expect(recognise(event(), { pins: new Map([[five.ring.name, "Mine"]]) })).toEqual({ by: "pin", label: "Mine" });
    const directories = { book, trusted };
    const named = { by: "directory", label: "The club", address: at("club") };
    expect(recognise(event(), { directories })).toEqual({ ...named, standing: "is" });
    expect(recognise(four, { directories })).toEqual({ ...named, standing: "was" });
    expect(recognise(event(keys.slice(0, 3)), { directories })).toEqual({ by: "nothing" });
    expect(recognise(four, { lists: [{ label: "Friends", keys: new Set(keys) }] })).toEqual({
      by: "list",
      label: "Friends",
    });
    expect(recognise(event(), { lists: [{ label: "Some", keys: new Set(keys.slice(1)) }] })).toEqual({ by: "nothing" });
    const score = (key: string): number => (key === keys[2] ? 0.5 : 1);
    expect(recognise(event(), { floor: { score, least: 0.5 } })).toEqual({ by: "floor", least: 0.5 });
    expect(recognise(event(), { floor: { score, least: 0.6 } })).toEqual({ by: "nothing" });
    expect(recognise(event(), { floor: { score: () => Number.NaN, least: 0 } })).toEqual({ by: "nothing" });
    expect(recognise(event(), {})).toEqual({ by: "nothing" });
  });

  test("lists of keys are follow lists, follow sets and starter packs; a mute list is none", () => {
    const list = (kind: number) =>
      signEvent(
        { kind, created_at: TIME, tags: keys.map((key) => ["p", key]), content: "" },
        author,
        random(32),
        curve,
      );
    for (const kind of [3, 30_000, 39_089]) expect(listedKeys(list(kind))).toEqual(new Set(keys));
    expect(listedKeys(list(10_000))).toBeUndefined();
  });

  test("an event without a readable ring is recognised by nothing", () => {
    const bare = signEvent({ kind: 1, created_at: TIME, tags: [], content: "" }, author, random(32), curve);
    expect(recognise(bare, { pins: new Map([[five.ring.name, "Mine"]]) })).toEqual({ by: "nothing" });
  });
});
