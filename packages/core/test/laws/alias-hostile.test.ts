/**
 * Whatever a stranger signs, seals or puts inside is answered with a reason, never with an exception; and what our
 * shapes accept they write again as it was.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { encryptBody } from "../../src/alias/body.ts";
import { type Fact, factShape } from "../../src/alias/fact.ts";
import { ALIAS_FAULTS } from "../../src/alias/fault.ts";
import { readSessionEvent } from "../../src/alias/oxchat-v2.ts";
import { type ReadExchange, readPlain, readSealed } from "../../src/alias/read-exchange.ts";
import { relationOf } from "../../src/alias/relation.ts";
import { wrapTo } from "../../src/alias/wrap-to.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { WireError } from "../../src/errors.ts";
import { signEvent, toRumor } from "../../src/nostr/event.ts";
import { OPEN, Player, randomFrom, T0 } from "../alias-cast.ts";

const RUNS = process.env["SUBROSA_LONG"] === undefined ? 60 : 2_000;
const alice = new Player("alice");
const bob = new Player("bob");
const aliceAlias = alice.knows(bob);
const bobAlias = bob.knows(alice);
const aliceKey = alice.alias(bob).secret;
const stranger = new Player("mallory").alias(alice).secret;
const random = randomFrom("hostile");
const genuine = bob.write(
  alice,
  { kind: "remove", to: aliceAlias, created_at: T0, content: "remove" },
  "nip04",
).content;

const known = fc.constantFrom<string>(alice.pubkey, aliceAlias, bob.pubkey, bobAlias, "", "00", "f".repeat(64));
const tag = fc.oneof(
  fc.tuple(fc.constantFrom("p", "e", "expiration", "nonce"), known),
  fc.tuple(fc.constantFrom("p", "e"), known, known),
  fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
);
const content = fc.oneof(
  fc.string(),
  fc.json(),
  fc.nat(genuine.length).map((end) => genuine.slice(0, end)),
  fc.base64String().map((text) => `${text}?iv=${text}`),
  fc.base64String({ minLength: 132, maxLength: 400 }),
);
const kind = fc.integer({ min: 10_099, max: 10_104 });
const template = fc.record({ kind, tags: fc.array(tag, { maxLength: 4 }), content, created_at: fc.nat() });
const isAnswered = (read: ReadExchange): boolean => read.ok || Object.hasOwn(ALIAS_FAULTS, read.reason);

test("ALIAS-4: any signed event is answered, plain or as the rumor of a wrap", () => {
  fc.assert(
    fc.property(template, (event) => {
      const plain = readPlain(signEvent(event, stranger, random(32), curve), alice.keys, OPEN, curve);
      const rumor = toRumor(event, aliceAlias);
      const wrapped = wrapTo(rumor, aliceKey, alice.pubkey, T0, [], random, curve);
      const sealed = readSealed(wrapped, alice.keys, OPEN, curve);
      const session = readSessionEvent(wrapped, alice.keys, curve);
      expect([plain, sealed].every(isAnswered) && (session.ok || Object.hasOwn(ALIAS_FAULTS, session.reason))).toBe(
        true,
      );
    }),
    { numRuns: RUNS },
  );
}, 900_000);

test("ALIAS-4: any text inside a well-encrypted event is answered", () => {
  const inner = fc.oneof(
    fc.json(),
    fc
      .record({ p: known, content: fc.string(), sig: fc.constantFrom("0".repeat(128), "f".repeat(128)), bind: known })
      .map((value) => JSON.stringify(value)),
    fc.string({ minLength: 1 }),
  );
  fc.assert(
    fc.property(inner, fc.constantFrom("nip04", "nip44" as const), (text, cipher) => {
      const body = encryptBody(text, cipher, stranger, alice.pubkey, random, curve);
      const event = { kind: 10_100, created_at: T0, tags: [["p", alice.pubkey]], content: body };
      const read = readPlain(signEvent(event, stranger, random(32), curve), alice.keys, OPEN, curve);
      expect(!read.ok && ["inner-shape", "inner-sig"].includes(read.reason)).toBe(true);
    }),
    { numRuns: RUNS },
  );
}, 900_000);

const hex32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const said = {
  id: hex32,
  by: fc.constantFrom("me", "peer"),
  alias: hex32,
  at: fc.nat(),
  variant: fc.constantFrom("bound", "0xchat-v1"),
  cipher: fc.constantFrom("nip04", "nip44"),
};
const factJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({ kind: fc.constant("request"), ...said, expires: fc.nat() }, { requiredKeys: ["kind", ...keysOf(said)] }),
  fc.record(
    { kind: fc.constantFrom("accept", "reject"), ...said, to: hex32, request: hex32 },
    { requiredKeys: ["kind", ...keysOf(said), "to"] },
  ),
  fc.record({ kind: fc.constant("remove"), ...said, to: hex32 }),
);

function keysOf<T extends object>(value: T): (keyof T)[] {
  return Object.keys(value) as (keyof T)[];
}

test("a fact is written as it was read, and anything else is refused with WireError", () => {
  fc.assert(
    fc.property(factJson, (json) => {
      expect(factShape.write(factShape.read(json, "fact"))).toEqual(json);
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(() => factShape.read(json, "fact")).toThrow(WireError);
    }),
  );
});

test("A-09: thousands of facts from a hostile peer are read in one pass, and the state is still a state", () => {
  const id = (n: number): string => n.toString(16).padStart(64, "0");
  const base = { by: "peer", alias: bobAlias, at: T0, variant: "0xchat-v1", cipher: "nip04" } as const;
  const facts = Array.from({ length: 20_000 }, (_, n) =>
    n % 2 === 0
      ? { kind: "request", ...base, id: id(n), by: "me", alias: aliceAlias }
      : { kind: n % 3 === 0 ? "accept" : "reject", ...base, id: id(n), to: aliceAlias, at: T0 + (n % 7) },
  ) as unknown as Fact[];
  expect(relationOf(facts, T0 + 10).kind).toBe("rejected");
});
