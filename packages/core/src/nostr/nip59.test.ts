import { seededRandom } from "@subrosa/testkit/random";
import { strictRandom } from "@subrosa/testkit/strict-random";
import { expect, test } from "vitest";
import { fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { Secret } from "../secret.ts";
import { type EventTemplate, plain, type Rumor, signEvent, toRumor, type VerifiedEvent } from "./event.ts";
import { ConversationKey, encrypt } from "./nip44.ts";
import { backdate, EPHEMERAL_GIFT_WRAP, GIFT_WRAP, openSeal, openWrap, SEAL, seal, unwrap, wrap } from "./nip59.ts";

const random = seededRandom("nip59");
const newSecret = (): Secret => Secret.from(random(32), curve);
const [alice, bob, eve, oneTime] = [newSecret(), newSecret(), newSecret(), newSecret()];
const pubkey = (secret: Secret): PubkeyHex => toHex(secret.pubkey) as PubkeyHex;
const template: EventTemplate = { kind: 14, created_at: 1_700_000_000, tags: [["t", "rose"]], content: "sub rosa 🌹" };
const rumor = toRumor(template, pubkey(alice));
const toBob = { recipient: pubkey(bob), created_at: 1_699_900_000 };

function sealed(inner: Rumor = rumor): VerifiedEvent {
  return seal(inner, { author: alice, ...toBob }, random, curve);
}
function wrapped(inner: string): VerifiedEvent {
  return wrap(inner, { oneTime, ...toBob }, random, curve);
}
/** A seal with parts of our choice, as a forger makes it. */
function forgedSeal(change: Partial<EventTemplate>, text: string, author: Secret = alice): string {
  const key = ConversationKey.between(author, bob.pubkey, curve)!;
  const content = encrypt(text, key, random(32));
  return JSON.stringify(
    plain(signEvent({ kind: SEAL, created_at: 1, tags: [], content, ...change }, author, random(32), curve)),
  );
}
const json = (event: VerifiedEvent): string => JSON.stringify(plain(event));
const open = (inner: string) => openWrap(wrapped(inner), bob, curve);

test("NIP-59: what is sealed and wrapped is opened by its recipient", () => {
  const event = sealed();
  expect(open(json(event))).toEqual({ ok: true, rumor, seal: event });
});

test("NIP-59: outside there is a one-time key, the recipient and a time of its own; nothing of the author", () => {
  const inner = sealed();
  const outer = wrapped(json(inner));
  expect(outer).toMatchObject({
    kind: GIFT_WRAP,
    pubkey: pubkey(oneTime),
    tags: [["p", pubkey(bob)]],
    created_at: 1_699_900_000,
  });
  expect(JSON.stringify(outer)).not.toContain(pubkey(alice));
  expect(inner).toMatchObject({ kind: SEAL, pubkey: pubkey(alice), tags: [] });
  expect(JSON.stringify(inner)).not.toContain(pubkey(bob));
});

test("NIP-59: the ephemeral kind and further tags are the caller's to choose", () => {
  const extraTags = [["expiration", "1700000000"]];
  const inputs = { oneTime, ...toBob, kind: EPHEMERAL_GIFT_WRAP, extraTags } as const;
  const outer = wrap(json(sealed()), inputs, random, curve);
  expect(outer).toMatchObject({ kind: EPHEMERAL_GIFT_WRAP, tags: [["p", pubkey(bob)], ...extraTags] });
  expect(openWrap(outer, bob, curve).ok).toBe(true);
});

test("NIP-59: a seal and a wrap draw a nonce and BIP-340's auxiliary bytes each, 32 of them, and nothing else", () => {
  const strict = strictRandom([32, 32, 32, 32], random);
  const inner = seal(rumor, { author: alice, ...toBob }, strict.source, curve);
  wrap(json(inner), { oneTime, ...toBob }, strict.source, curve);
  strict.finish();
});

const other = signEvent(
  { kind: GIFT_WRAP, created_at: 1, tags: [["p", pubkey(bob)]], content: "rose" },
  oneTime,
  random(32),
  curve,
);
const outside: readonly [string, () => VerifiedEvent, Secret, string][] = [
  ["an event of another kind", () => signEvent(template, alice, random(32), curve), bob, "wrap-kind"],
  ["a wrap for somebody else", () => wrapped(json(sealed())), eve, "wrap-recipient"],
  [
    "a wrap for nobody",
    () => signEvent({ ...plain(other), tags: [] }, oneTime, random(32), curve),
    bob,
    "wrap-recipient",
  ],
  [
    "a wrap for two",
    () =>
      signEvent(
        {
          ...plain(other),
          tags: [
            ["p", pubkey(bob)],
            ["p", pubkey(eve)],
          ],
        },
        oneTime,
        random(32),
        curve,
      ),
    bob,
    "wrap-recipient",
  ],
  ["a wrap whose content is no payload", () => other, bob, "wrap-decrypt"],
];
for (const [what, make, recipient, reason] of outside) {
  test(`NIP-59 refuses ${what} as ${reason}`, () => {
    const event = make();
    expect(openWrap(event, recipient, curve)).toEqual({ ok: false, reason });
    expect(unwrap(event, recipient, curve)).toEqual({ ok: false, reason });
  });
}

const rumorText = JSON.stringify(rumor);
const { id: _, ...withoutId } = rumor;
const inside: readonly [string, () => string, string][] = [
  ["no JSON", () => "rose", "seal-shape"],
  ["a seal with a field twice", () => json(sealed()).replace('"kind":13', '"kind":13,"kind":13'), "seal-shape"],
  [
    "a seal whose signature is another's",
    () => JSON.stringify({ ...plain(sealed()), sig: sealed().sig }),
    "seal-shape",
  ],
  ["a rumor without seal", () => rumorText, "seal-shape"],
  ["a seal of another kind", () => forgedSeal({ kind: 14 }, rumorText), "seal-kind"],
  ["a seal with a tag", () => forgedSeal({ tags: [["p", pubkey(bob)]] }, rumorText), "seal-tags"],
  [
    "a seal that is not for the recipient",
    () => json(seal(rumor, { author: alice, ...toBob, recipient: pubkey(eve) }, random, curve)),
    "seal-decrypt",
  ],
  ["a seal around no JSON", () => forgedSeal({}, "rose"), "rumor-shape"],
  ["a rumor without id", () => forgedSeal({}, JSON.stringify(withoutId)), "rumor-shape"],
  ["a rumor with another's id", () => forgedSeal({}, JSON.stringify({ ...rumor, content: "forged" })), "rumor-shape"],
  ["a rumor with a field twice", () => forgedSeal({}, rumorText.replace("{", '{"kind":1,')), "rumor-shape"],
  ["a rumor whose author differs from its seal", () => forgedSeal({}, rumorText, eve), "seal-author"],
];
for (const [what, make, reason] of inside) {
  test(`NIP-59 refuses ${what} as ${reason}`, () => {
    expect(open(make())).toEqual({ ok: false, reason });
  });
}

test("NIP-59: a signature left on a rumor is not carried on, so that the author may deny it", () => {
  const signed = JSON.stringify(plain(signEvent(template, alice, random(32), curve)));
  const opened = openSeal(forgedSeal({}, signed), bob, curve);
  expect(opened).toMatchObject({ ok: true, rumor: { content: template.content } });
  expect(opened.ok && "sig" in opened.rumor).toBe(false);
});

test("NIP-59: sealing another's rumor and wrapping for a key off the curve are the caller's mistakes", () => {
  expect(() => seal(rumor, { author: eve, ...toBob }, random, curve)).toThrow(
    expect.objectContaining({ code: "usage/secret" }),
  );
  const offCurve = `${"0".repeat(63)}5` as PubkeyHex;
  expect(() => wrap("x", { oneTime, ...toBob, recipient: offCurve }, random, curve)).toThrow(
    expect.objectContaining({ code: "usage/point" }),
  );
});

test("NIP-59: times are moved up to two days into the past, never into the future, and evenly", () => {
  const now = 1_700_000_000;
  expect(backdate(now, new Uint8Array(8))).toBe(now);
  expect(backdate(now, new Uint8Array(8).fill(255))).toBeGreaterThanOrEqual(now - 172_800);
  expect(backdate(now, fromHex("0000000000000080")!)).toBe(now - 86_400);
  const days = [0, 0, 0, 0];
  for (let i = 0; i < 4_000; i++) {
    const back = now - backdate(now, random(8));
    expect(back).toBeGreaterThanOrEqual(0);
    days[Math.min(3, Math.floor(back / 43_200))]!++;
  }
  for (const count of days) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  expect(() => backdate(now, new Uint8Array(7))).toThrow(expect.objectContaining({ code: "usage/length" }));
});
