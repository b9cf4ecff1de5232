/**
 * 100,000 mutated events: the door and an independent checker must say the same of every one.
 *
 * The checker imports nothing from src: shapes by hand, ids by node:crypto. It knows which signatures were made, so it
 * need not verify any; a sample of those that reach the signature is verified by a textbook BIP-340 as well.
 */
import { createHash } from "node:crypto";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import type { Curve } from "../../src/curve/curve.ts";
import { nobleCurve } from "../../src/curve/noble.ts";
import { WireError } from "../../src/errors.ts";
import { parseJson } from "../../src/json.ts";
import { plain, signEvent, VerifiedEvent } from "../../src/nostr/event.ts";
import { Secret } from "../../src/secret.ts";
import { textbookVerify } from "./textbook-bip340.ts";

type Loose = Record<string, unknown>;

const isObject = (value: unknown): value is Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isHex = (value: unknown, digits: number): value is string =>
  typeof value === "string" && value.length === digits && !/[^0-9a-f]/.test(value);
/** As many bytes as characters is ASCII; what is not comes back from UTF-8 unchanged, or was half a surrogate pair. */
const isText = (value: unknown): value is string =>
  typeof value === "string" &&
  (Buffer.byteLength(value) === value.length || Buffer.from(value, "utf8").toString("utf8") === value);
const isWhole = (value: unknown, max: number): value is number =>
  typeof value === "number" &&
  Math.floor(value) === value &&
  value >= 0 &&
  value <= max &&
  1 / value !== Number.NEGATIVE_INFINITY;

function oracleId(event: Loose): string {
  const fields = [0, event["pubkey"], event["created_at"], event["kind"], event["tags"], event["content"]];
  return createHash("sha256").update(JSON.stringify(fields), "utf8").digest("hex");
}

function isTag(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  for (let i = 0; i < value.length; i++) if (!isText(value[i])) return false;
  return true;
}

function wellShaped(value: unknown): value is Loose {
  if (!isObject(value)) return false;
  const own = (name: string): unknown => (Object.keys(value).includes(name) ? value[name] : undefined);
  const tags = own("tags");
  if (!Array.isArray(tags)) return false;
  for (let i = 0; i < tags.length; i++) if (!isTag(tags[i])) return false;
  return (
    isHex(own("id"), 64) &&
    isHex(own("pubkey"), 64) &&
    isHex(own("sig"), 128) &&
    isWhole(own("created_at"), 2 ** 53 - 1) &&
    isWhole(own("kind"), 65_535) &&
    isText(own("content"))
  );
}

/** Verifies no signature twice: most mutants keep the one they had, and the answer is a function of what is asked. */
function remembering(): Curve {
  const known = new Map<string, boolean>();
  const verifySchnorr: Curve["verifySchnorr"] = (signature, message, pubkey) => {
    const question = [signature, message, pubkey].map((bytes) => Buffer.from(bytes).toString("hex")).join();
    const answer = known.get(question) ?? nobleCurve.verifySchnorr(signature, message, pubkey);
    known.set(question, answer);
    return answer;
  };
  return { ...nobleCurve, verifySchnorr };
}

/** Dice that are the same in every run of one seed. */
function dice(seed: string) {
  const random = seededRandom(seed);
  let pool = random(4096);
  let at = 0;
  const below = (n: number): number => {
    if (at + 4 > pool.length) {
      pool = random(4096);
      at = 0;
    }
    const value = ((pool[at]! << 24) | (pool[at + 1]! << 16) | (pool[at + 2]! << 8) | pool[at + 3]!) >>> 0;
    at += 4;
    return value % n;
  };
  return { below, pick: <T>(list: readonly T[]): T => list[below(list.length)]! };
}
type Dice = ReturnType<typeof dice>;

const FIELDS = ["id", "pubkey", "created_at", "kind", "tags", "content", "sig"] as const;
const JUNK: readonly (() => unknown)[] = [
  () => null,
  () => undefined,
  () => true,
  () => 0,
  () => -0,
  () => -1,
  () => 1.5,
  () => 65_535,
  () => 65_536,
  () => 2 ** 53 - 1,
  () => 2 ** 53,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => 10n,
  () => "",
  () => "0",
  () => "a".repeat(64),
  () => "A".repeat(64),
  () => "f".repeat(128),
  () => "\ud83c",
  () => "🌹\u0000\n",
  () => [],
  () => [[]],
  () => [["t"]],
  () => [["t", 1]],
  () => [["t", ["x"]]],
  () => [null],
  () => new Array(2),
  () => [new Array(2)],
  () => [["t", "\udc00"]],
  () => ({}),
  () => ({ length: 0 }),
  () => new String("x"),
  () => Symbol("x"),
  () => new Uint8Array(32),
];

/** One change to a copy of an event. */
const CHANGES: readonly ((event: Loose, roll: Dice) => unknown)[] = [
  (event, roll) => ({ ...event, [roll.pick(FIELDS)]: roll.pick(JUNK)() }),
  (event, roll) => {
    delete event[roll.pick(FIELDS)];
    return event;
  },
  (event, roll) => ({ ...event, [roll.pick(["x", "ID", "__proto__x", "Content"])]: roll.pick(JUNK)() }),
  (event, roll) => {
    const name = roll.pick(["id", "id", "id", "pubkey", "pubkey", "pubkey", "sig"] as const);
    const text = String(event[name]);
    const i = roll.below(text.length);
    const character = roll.pick([..."0123456789abcdefABCDEF g０\n"]);
    return { ...event, [name]: text.slice(0, i) + character + text.slice(i + roll.below(2)) };
  },
  (event, roll) => ({
    ...event,
    created_at: Number(event["created_at"]) + roll.pick([-1, 1, 0.5, -(10 ** 12), 2 ** 53]),
  }),
  (event, roll) => ({ ...event, kind: Number(event["kind"]) + roll.pick([-1, 1, -100_000, 100_000, 0.1]) }),
  (event, roll) => {
    const content = String(event["content"]);
    const i = roll.below(content.length + 1);
    return {
      ...event,
      content:
        content.slice(0, i) +
        roll.pick(["", "a", "\u0000", "\ud83c", "\n", "🌹", "\ufeff"]) +
        content.slice(i + roll.below(2)),
    };
  },
  (event, roll) => {
    const tags = [...(event["tags"] as unknown[])];
    tags.splice(roll.below(tags.length + 1), roll.below(2), roll.pick(JUNK)());
    return { ...event, tags };
  },
  (event, roll) => {
    const tags = (event["tags"] as unknown[][]).map((tag) => [...tag]);
    tags[roll.below(tags.length)]?.splice(roll.below(3), roll.below(2), roll.pick(JUNK)());
    return { ...event, tags };
  },
  (event, roll) => ({ ...event, tags: [...(event["tags"] as unknown[])].reverse(), [roll.pick(FIELDS)]: event["id"] }),
  (event, roll) => {
    const [one, other] = [roll.pick(FIELDS), roll.pick(FIELDS)];
    return { ...event, [one]: event[other], [other]: event[one] };
  },
  (event, roll) =>
    roll.pick([
      () => Object.create(event),
      () => [event],
      () => JSON.stringify(event),
      () => new Map(Object.entries(event)),
    ])(),
  (event) => structuredClone(event),
];

function textChange(event: Loose, roll: Dice): string {
  const text = JSON.stringify(event);
  const i = roll.below(text.length);
  const piece = roll.pick([
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\",
    "0",
    "-",
    "e",
    " ",
    "null",
    '"kind":1,',
    "\\u0000",
    "\\ud800",
    "",
  ]);
  return text.slice(0, i) + piece + text.slice(i + roll.below(3));
}

const TIME = process.env["SUBROSA_LONG"] === undefined ? 300_000 : 3_600_000;
const COUNT = process.env["SUBROSA_LONG"] === undefined ? 100_000 : 2_000_000;

test(
  `NIP-01: of ${COUNT} mutated events none is accepted that the checker refuses, none refused that it accepts`,
  () => {
    const seed = process.env["SUBROSA_SEED"] ?? "mutated events";
    const curve = remembering();
    const roll = dice(seed);
    const random = seededRandom(`${seed}, keys`);
    const secrets = [1, 2, 3].map(() => Secret.from(random(32), curve));
    const signed = new Set<string>();
    const sign = (template: Parameters<typeof signEvent>[0], secret: Secret): Loose => {
      const event = plain(signEvent(template, secret, random(32), curve));
      signed.add(event.id + event.pubkey + event.sig);
      return event as unknown as Loose;
    };
    const originals = Array.from({ length: 40 }, (_, i) =>
      sign(
        {
          kind: i,
          created_at: 1_700_000_000 + i,
          tags: [["t", "rose", `${i}`], ["e", "a".repeat(64)], ["x"]].slice(0, i % 4),
          content: `${i} "🌹"\n`,
        },
        roll.pick(secrets),
      ),
    );
    const accepts = (value: unknown): boolean =>
      wellShaped(value) &&
      oracleId(value) === value["id"] &&
      signed.has(`${value["id"]}${value["pubkey"]}${value["sig"]}`);

    const outcomes = { accepted: 0, "event-shape": 0, "event-id": 0, "event-sig": 0, unread: 0 };
    let verified = 0;
    for (let i = 0; i < COUNT; i++) {
      const original = roll.pick(originals);
      let value: unknown;
      const asText = roll.below(5) === 0;
      if (asText) {
        try {
          value = parseJson(textChange(original, roll), "event", { maxLength: 10_000, maxDepth: 8 });
        } catch (error) {
          if (!(error instanceof WireError))
            throw new Error(`seed ${seed}, mutant ${i}: crashed in JSON`, { cause: error });
          outcomes.unread++;
          continue;
        }
      } else {
        value = roll.pick(CHANGES)({ ...original }, roll);
        // Some mutants get their true id, so that the signature decides.
        if (roll.below(100) === 0 && wellShaped(value)) value = { ...value, id: oracleId(value) };
      }
      let verdict: ReturnType<typeof VerifiedEvent.check>;
      try {
        verdict = VerifiedEvent.check(value, curve);
      } catch (error) {
        throw new Error(`seed ${seed}, mutant ${i}: crashed`, { cause: error });
      }
      if (verdict.ok !== accepts(value)) {
        expect.fail(`seed ${seed}, mutant ${i}: the door says ${verdict.ok}, the checker ${!verdict.ok}`);
      }
      outcomes[verdict.ok ? "accepted" : verdict.reason]++;
      const decidedBySignature = verdict.ok || verdict.reason === "event-sig";
      if (decidedBySignature && isObject(value) && verified < 50 && i % 7 === 0) {
        verified++;
        const { id, pubkey, sig } = value as Record<"id" | "pubkey" | "sig", string>;
        if (textbookVerify(pubkey, id, sig) !== verdict.ok) expect.fail(`seed ${seed}, mutant ${i}: BIP-340 differs`);
      }
    }
    // Every gate was reached, or the mutants prove little.
    for (const [outcome, count] of Object.entries(outcomes))
      expect(count, `${outcome}, seed ${seed}`).toBeGreaterThan(COUNT / 500);
    expect(verified).toBe(50);
  },
  TIME,
);
