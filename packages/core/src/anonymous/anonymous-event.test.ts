import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { sha256 } from "../hash.ts";
import { plain, signEvent, VerifiedEvent } from "../nostr/event.ts";
import { mine } from "../nostr/nip13.ts";
import { ConversationKey, encrypt } from "../nostr/nip44.ts";
import { Secret } from "../secret.ts";
import { type AnonymousTemplate, anonymousEvent, jittered, OpenedEvent, openAnonymous } from "./anonymous-event.ts";
import { writeInner } from "./inner.ts";

const random = seededRandom("anonymous");
const [real, alias, receiver] = [1, 2, 3].map(() => Secret.from(random(32), curve)) as [Secret, Secret, Secret];
const to = toHex(receiver.pubkey) as PubkeyHex;
const template: AnonymousTemplate = {
  kind: 482,
  created_at: 1_700_000_000,
  tags: [
    ["p", to],
    ["e", "ab".repeat(32), "root"],
    ["p", to, "other"],
  ],
  text: 'quoted "words", 🌹',
  t: 1_700_000_050,
};
const unsigned = anonymousEvent(template, { real, alias }, random, curve);
const event = signEvent(unsigned, alias, random(32), curve);

test("GROUP-1: the receiver learns who spoke, and nobody else sees him in the event", () => {
  const result = openAnonymous(event, receiver, curve);
  expect(result).toMatchObject({
    ok: true,
    opened: { pubkey: toHex(real.pubkey), content: template.text, t: template.t },
  });
  expect(JSON.stringify(plain(event))).not.toContain(toHex(real.pubkey));
});

test("GROUP-1: golden: h is the NIP-01 id around the draft's two fields, in their order", () => {
  const c2 = `{"pubkey":"${toHex(real.pubkey)}","content":"quoted \\"words\\", 🌹"}`;
  const tags = `[["p","${to}"],["e","${"ab".repeat(32)}","root"],["p","${to}","other"]]`;
  const text = `[0,"${toHex(alias.pubkey)}",1700000000,482,${tags},${JSON.stringify(c2)}]`;
  const opened = openAnonymous(event, receiver, curve);
  const sig = opened.ok ? opened.opened.sig : "";
  const hash = sha256(new Uint8Array(Buffer.from(text, "utf8")));
  expect(curve.verifySchnorr(new Uint8Array(Buffer.from(sig, "hex")), hash, real.pubkey)).toBe(true);
});

test("GROUP-1, G-06: every part that the real key signed is bound: moved into another frame it is refused", () => {
  const result = openAnonymous(event, receiver, curve);
  if (!result.ok) throw new Error(result.reason);
  const { alias: a, created_at, kind, tags, pubkey, content, sig } = result.opened;
  const parts = { alias: a, created_at, kind, tags, pubkey, content, sig };
  expect(OpenedEvent.check(parts, curve)).toBeDefined();
  const other = toHex(receiver.pubkey) as PubkeyHex;
  const bent = [
    { ...parts, alias: other },
    { ...parts, created_at: created_at + 1 },
    { ...parts, kind: 483 },
    { ...parts, pubkey: other },
    { ...parts, content: `${content} ` },
    { ...parts, sig: sig.replace(/^./, (c) => (c === "0" ? "1" : "0")) },
    ...tags.flatMap((tag, i) =>
      tag.map((_, k) => ({
        ...parts,
        tags: tags.map((t, j) => (j === i ? t.map((x, l) => (l === k ? `${x}x` : x)) : t)),
      })),
    ),
    { ...parts, tags: tags.slice(1) },
    { ...parts, tags: [...tags].reverse() },
  ];
  for (const one of bent) expect(OpenedEvent.check(one, curve)).toBeUndefined();
});

test("GROUP-2, G-16: work is mined around the signature: the nonce tag is outside h", () => {
  const mined = mine(unsigned, 6, { from: 0, count: 10_000 });
  if (!mined.done) throw new Error("no nonce in the range");
  const worked = signEvent(mined.event, alias, random(32), curve);
  expect(worked.tags.at(-1)?.[0]).toBe("nonce");
  expect(openAnonymous(worked, receiver, curve).ok).toBe(true);
});

test("GROUP-3, G-25: alias and real key differ, or it is refused on both sides", () => {
  expect(() => anonymousEvent(template, { real, alias: real }, random, curve)).toThrow(
    expect.objectContaining({ code: "usage/secret" }),
  );
});

test("GROUP-1: refuses what is not addressed to this key, another cipher, another shape", () => {
  const refuse = (content: string, tags = template.tags) =>
    openAnonymous(signEvent({ kind: 482, created_at: 1, tags, content }, alias, random(32), curve), receiver, curve);
  const key = ConversationKey.between(alias, receiver.pubkey, curve)!;
  const seal = (text: string) => encrypt(text, key, random(32));
  const inner = { pubkey: toHex(real.pubkey), content: "x", sig: "00".repeat(64) };
  expect(refuse(event.content, [["p", to, "hint"]])).toEqual({ ok: false, reason: "anonymous-receiver" });
  expect(refuse("#v3")).toEqual({ ok: false, reason: "nip44-version" });
  expect(refuse("AAAA?iv=AAAA")).toEqual({ ok: false, reason: "nip44-length" });
  expect(refuse(event.content.replace(/.{8}$/, "AAAAAAA="))).toMatchObject({ ok: false });
  expect(refuse(seal("[]"))).toEqual({ ok: false, reason: "anonymous-shape" });
  expect(refuse(seal(JSON.stringify({ ...inner, more: 1 })))).toEqual({ ok: false, reason: "anonymous-shape" });
  expect(refuse(seal(JSON.stringify({ ...inner, content: { a: 1 } })))).toEqual({
    ok: false,
    reason: "anonymous-shape",
  });
  expect(refuse(seal(writeInner(inner)))).toEqual({ ok: false, reason: "anonymous-sig" });
  expect(refuse(seal(writeInner({ ...inner, pubkey: toHex(alias.pubkey) })))).toEqual({
    ok: false,
    reason: "anonymous-alias",
  });
});

test("GROUP-4: jitter is 0 to 120 seconds into the past, each equally", () => {
  const counts = new Array<number>(121).fill(0);
  for (let i = 0; i < 12_100; i++) counts[1_000 - jittered(1_000, random)]!++;
  expect(Math.min(...counts)).toBeGreaterThan(50);
});

test("an opened event cannot be forged by copying", () => {
  const result = openAnonymous(event, receiver, curve);
  expect(result.ok && OpenedEvent.is(result.opened)).toBe(true);
  expect(result.ok && OpenedEvent.is({ ...result.opened, content: "forged" })).toBe(false);
  expect(VerifiedEvent.is(event)).toBe(true);
});
