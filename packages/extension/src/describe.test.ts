import { toHex, utf8 } from "@subrosa/core/bytes";
import { sha256 } from "@subrosa/core/hash";
import type { DirectoryAddress } from "@subrosa/core/proof/directory-address";
import { ringName } from "@subrosa/core/ring/ring";
import { Secret } from "@subrosa/core/secret";
import { fastCurve } from "@subrosa/testkit/curves";
import { expect, test } from "vitest";
import { type Call, readCall } from "./call.ts";
import { describe, type Knowledge } from "./describe.ts";
import { METHOD_WORDS, METHODS } from "./method.ts";
import { viewShape } from "./view.ts";

const people = Array.from({ length: 6 }, (_, i) => Secret.from(sha256(utf8(`reader ${i}`)), fastCurve).pubkey);
const keys = people.map(toHex);
const nobody: Knowledge = { nameOf: () => undefined, memory: new Map() };
const friends: Knowledge = { nameOf: (key) => `Friend ${keys.indexOf(key)}`, memory: new Map() };
const event = { kind: 1, created_at: 1_700_000_000, tags: [], content: "words" };

function member(ring: readonly string[], options?: unknown, tags: readonly (readonly string[])[] = []): Call {
  const template = { ...event, tags: [...tags, ["group-member-proof", null, ...ring]] };
  return readCall("signEventAsGroupMember", JSON.stringify(options === undefined ? [template] : [template, options]));
}

test("a member's proof is shown as one of N, with the names the user gave", () => {
  const words = describe(member(keys), friends);
  expect(words.title).toBe("Publish a public note as one of 6");
  expect(words.members.map(({ name }) => name).sort()).toEqual(keys.map((_, i) => `Friend ${i}`));
  expect(words.warnings).toEqual([]);
  const rows = words.rows.map(({ value }) => value).join(" ");
  expect(rows).toContain("Nobody can tell whether two such posts");
  expect(rows).toContain("Publish it later, and not on the connection where you are signed in");
});

test("the ring's people are named where the user named them, and counted beyond eight", () => {
  const value = (known: Knowledge, ring: readonly string[]) => describe(member(ring), known).rows[0]?.value ?? "";
  const two: Knowledge = { ...nobody, nameOf: (key) => new Map(keys.slice(0, 2).map((k, i) => [k, `F${i}`])).get(key) };
  expect(value(nobody, keys)).toBe("6 people, of whom you named 0");
  expect(value(two, keys)).toMatch(/^6 people, of whom you named 2: (F0, F1|F1, F0)$/);
  const many = Array.from({ length: 12 }, (_, i) => toHex(sha256(utf8(`key ${i}`))));
  expect(value({ ...nobody, nameOf: () => "Friend" }, many)).toMatch(/named 12: (Friend, ){8}and 4 more$/);
});

test("whether the user is in the ring changes no word: the words know the ring alone", () => {
  expect(describe(member(keys), nobody)).toEqual(describe(member([...keys].reverse()), nobody));
});

test("few people and strangers are warned about, each for its reason", () => {
  expect(describe(member(keys), nobody).warnings.join(" ")).toMatch(/may own all the others/);
  expect(describe(member(keys.slice(0, 4)), friends).warnings.join(" ")).toMatch(/Fewer than 5 people/);
  expect(describe(member(keys.slice(0, 2)), friends).warnings.join(" ")).toMatch(/would hide nobody/);
});

test("what would become linkable, and through which scope, stands first (PROOF-7)", () => {
  const app = describe(member(keys, { scope: { app: "chess" } }), friends).warnings;
  expect(app[0]).toMatch(/Linkable: posts for “chess” on this site/);
  const poll = describe(member(keys, { scope: { poll: "ab".repeat(32) } }), friends).warnings;
  expect(poll[0]).toMatch(/Linkable within this poll/);
});

test("a group signed for with other members before is warned about (PROOF-7)", () => {
  const author = keys[0] as string;
  const directory = {
    ...event,
    kind: 30_097,
    tags: [["d", "roses"]],
    id: author,
    pubkey: author,
    sig: "0".repeat(128),
  };
  const address = `30097:${author}:roses` as DirectoryAddress;
  const call = member(keys, { scope: { group: directory } });
  const earlier = (ring: readonly Uint8Array[]): Knowledge => ({
    ...friends,
    memory: new Map([[address, [ringName(ring)]]]),
  });
  expect(describe(call, earlier(people)).warnings.join(" ")).not.toMatch(/other members/);
  expect(describe(call, earlier(people.slice(1))).warnings.join(" ")).toMatch(/other members/);
});

test("hostile texts are cut between characters and always make a view that can be read", () => {
  const rose = "\u{1f339}";
  for (const pad of ["", "x"]) {
    const long = pad + rose.repeat(3_000);
    const tags = [[long, long], ["p", long], ["e"], ...Array.from({ length: 40 }, (_, i) => [`t${i}`, long])];
    const calls = [
      readCall("signEvent", JSON.stringify([{ ...event, tags, content: long }])),
      member([rose + keys[0]?.slice(2), ...keys], undefined, tags),
      readCall("subrosa.anonymousSign", JSON.stringify([{ ...event, tags, content: long }])),
    ];
    for (const call of calls) {
      const view = {
        ...describe(call, nobody),
        origin: "https://site.example",
        account: { name: "", npub: "" },
        needs: "consent",
        isLocked: false,
        remember: { allow: true, everything: true },
      };
      expect(() => viewShape.read(JSON.parse(JSON.stringify(view)), "view")).not.toThrow();
    }
  }
});

test("every method has words", () => {
  expect(Object.keys(METHOD_WORDS).sort()).toEqual([...METHODS].sort());
});
