import { describe, expect, test } from "vitest";
import { OPEN, Player, randomFrom, secretOf, T0 } from "../../test/alias-cast.ts";
import { type PubkeyHex, toHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { type EventTemplate, type Rumor, signEvent, toRumor, type VerifiedEvent } from "../nostr/event.ts";
import { mine } from "../nostr/nip13.ts";
import { Secret } from "../secret.ts";
import { encryptBody } from "./body.ts";
import { ACCEPT, publishPlain, REJECT, REQUEST, sealExchange, writeExchange } from "./exchange.ts";
import type { Cipher } from "./fact.ts";
import { type Inner, signBoundInner, signInner, writeInner } from "./inner.ts";
import { type ReadExchange, readPlain, readSealed } from "./read-exchange.ts";
import { wrapTo } from "./wrap-to.ts";

const [alice, bob, carol, mallory] = ["alice", "bob", "carol", "mallory"].map((name) => new Player(name)) as [
  Player,
  Player,
  Player,
  Player,
];
const aliceAlias = alice.knows(bob);
const bobAlias = bob.knows(alice);
carol.knows(alice);
const random = randomFrom("read-exchange");

const request = alice.write(bob, { kind: "request", to: bob.pubkey, created_at: T0, content: "It is Alice" });
const accept = bob.write(alice, {
  kind: "accept",
  to: aliceAlias,
  created_at: T0 + 5,
  content: "accept",
  request: request.id,
});
const sealedBy = (from: Player, to: Player, rumor: Rumor) =>
  sealExchange(rumor, { real: from.real, alias: from.alias(to).secret }, T0, random, curve);
const plainBy = (from: Player, to: Player, rumor: Rumor): VerifiedEvent =>
  publishPlain(rumor, from.alias(to).secret, random, curve);
const ok = (read: ReadExchange) => (read.ok ? { peer: read.peer, ...read.fact } : read.reason);

/** An alias event made from parts, as a stranger might. */
function bent(
  alias: Secret,
  to: PubkeyHex,
  kind: number,
  inner: Inner | string,
  more: { at?: number; tags?: string[][]; cipher?: Cipher } = {},
): VerifiedEvent {
  const { at = T0, tags = [], cipher = "nip44" } = more;
  const text = typeof inner === "string" ? inner : writeInner(inner);
  const content = encryptBody(text, cipher, alias, to, random, curve);
  return signEvent({ kind, created_at: at, tags: [["p", to], ...tags], content }, alias, random(32), curve);
}
const boundInner = (real: Secret, alias: Secret, to: PubkeyHex, kind: number, content = "hello"): Inner => {
  const pubkey = toHex(alias.pubkey) as PubkeyHex;
  return signBoundInner({ kind, created_at: T0, pubkey, recipient: to }, content, real, random, curve);
};
/** The alias that the old code would have given `from` towards `to`. */
function oldAlias(from: Player, to: Player): Secret {
  const t = curve.scalarReduce(curve.ecdh(from.real.expose(), to.real.pubkey)!);
  return Secret.from(curve.scalarAdd(from.real.expose(), t), curve);
}

describe("a request and its answer", () => {
  const asked = { kind: "request", by: "peer", alias: aliceAlias, id: request.id, at: T0, variant: "bound" };

  test.each(["nip04", "nip44"] as const)("ALIAS-3: plain, with %s", (cipher) => {
    const rumor = alice.write(bob, { kind: "request", to: bob.pubkey, created_at: T0, content: "plain" }, cipher);
    const read = readPlain(plainBy(alice, bob, rumor), bob.keys, OPEN, curve);
    expect(read).toMatchObject({
      ok: true,
      peer: alice.pubkey,
      words: "plain",
      fact: { ...asked, id: rumor.id, cipher },
    });
  });

  test("ALIAS-3: sealed, for the peer and for our own other devices", () => {
    const { toPeer, toSelf } = sealedBy(alice, bob, request);
    expect(ok(readSealed(toPeer, bob.keys, OPEN, curve))).toEqual({ ...asked, peer: alice.pubkey, cipher: "nip44" });
    expect(ok(readSealed(toSelf, alice.keys, OPEN, curve))).toMatchObject({
      peer: bob.pubkey,
      by: "me",
      id: request.id,
    });
    expect(ok(readSealed(toPeer, carol.keys, OPEN, curve))).toBe("not-for-us");
  });

  test("ALIAS-6: the answer goes from alias to alias and names the request", () => {
    const read = readSealed(sealedBy(bob, alice, accept).toPeer, alice.keys, OPEN, curve);
    expect(ok(read)).toMatchObject({
      peer: bob.pubkey,
      kind: "accept",
      alias: bobAlias,
      to: aliceAlias,
      request: request.id,
    });
  });

  test("ALIAS-7: a request carries its own expiry, outside too", () => {
    const rumor = alice.write(bob, { kind: "request", to: bob.pubkey, created_at: T0, content: "", expires: T0 + 60 });
    const { toPeer } = sealedBy(alice, bob, rumor);
    expect(toPeer.tags).toContainEqual(["expiration", String(T0 + 60)]);
    expect(ok(readSealed(toPeer, bob.keys, OPEN, curve))).toMatchObject({ expires: T0 + 60 });
  });

  test("ALIAS-9: the kind decides, not the literal content", () => {
    const alias = bob.alias(alice).secret;
    const inner = boundInner(bob.real, alias, aliceAlias, ACCEPT, "reject");
    const event = bent(alias, aliceAlias, ACCEPT, inner, { tags: [["e", request.id]] });
    expect(ok(readPlain(event, alice.keys, OPEN, curve))).toMatchObject({ kind: "accept" });
  });

  test("our own plain events, met on a relay, are read as ours", () => {
    expect(ok(readPlain(plainBy(bob, alice, accept), bob.keys, OPEN, curve))).toMatchObject({
      by: "me",
      peer: alice.pubkey,
    });
  });
});

describe("0xchat-v1", () => {
  const old = oldAlias(alice, bob);
  const draftInner = signInner(T0, "hi", alice.real, random(32), curve);

  test("ALIAS-4: an event without bind is read when its author is an alias of the old derivation, and named", () => {
    const event = bent(old, bob.pubkey, REQUEST, draftInner, { cipher: "nip04" });
    expect(ok(readPlain(event, bob.keys, OPEN, curve))).toMatchObject({ variant: "0xchat-v1", peer: alice.pubkey });
  });

  test("ALIAS-6: its answers name no request, and need not", () => {
    const oldBob = oldAlias(bob, alice);
    const inner = signInner(T0, "accept", bob.real, random(32), curve);
    const read = ok(readPlain(bent(oldBob, aliceAlias, ACCEPT, inner, { cipher: "nip04" }), alice.keys, OPEN, curve));
    expect(read).toMatchObject({ variant: "0xchat-v1", kind: "accept", to: aliceAlias });
    expect(read).not.toHaveProperty("request");
  });

  test("ALIAS-3: what we answer in plain mode has the draft's three fields first, as the old reader wants", () => {
    const fields = Object.keys(JSON.parse(writeInner(boundInner(bob.real, old, aliceAlias, ACCEPT))) as object);
    expect(fields).toEqual(["p", "content", "sig", "bind"]);
  });
});

describe("A-04: a signed inner JSON forwarded to a third person is refused (unbound)", () => {
  const toMallory = mallory.alias(carol).secret;
  const aliceToBob = alice.alias(bob).secret;
  const signed = boundInner(alice.real, aliceToBob, bob.pubkey, REQUEST, "hello");
  const { bind: _, ...unbound } = signed;

  test.each([
    ["with its bind", signed],
    ["without its bind, as if from 0xchat-v1", unbound],
    ["as 0xchat-v1 wrote it", signInner(T0, "hello", alice.real, random(32), curve)],
  ])("%s", (_title, inner) => {
    const event = bent(toMallory, carol.pubkey, REQUEST, inner);
    expect(ok(readPlain(event, carol.keys, OPEN, curve))).toBe("unbound");
    const rumor = toRumor({ ...event }, event.pubkey);
    const sealed = wrapTo(rumor, toMallory, carol.pubkey, T0, [], random, curve);
    expect(ok(readSealed(sealed, carol.keys, OPEN, curve))).toBe("unbound");
  });

  test("nor does the old derivation help: an alias made for one person is no candidate towards another", () => {
    const old = oldAlias(alice, bob);
    const event = bent(old, carol.pubkey, REQUEST, unbound);
    expect(ok(readPlain(event, carol.keys, OPEN, curve))).toBe("unbound");
  });

  test.each([
    ["kind", { kind: REJECT }],
    ["created_at", { created_at: T0 + 1 }],
    ["alias", { pubkey: bobAlias }],
    ["recipient", { recipient: carol.pubkey }],
  ])("ALIAS-2: bind made for another %s", (_field, change) => {
    const bound = {
      kind: REQUEST,
      created_at: T0,
      pubkey: toHex(aliceToBob.pubkey) as PubkeyHex,
      recipient: bob.pubkey,
    };
    const { bind } = signBoundInner({ ...bound, ...change }, "hello", alice.real, random, curve);
    const inner = { ...signInner(T0, "hello", alice.real, random(32), curve), bind: bind! };
    expect(ok(readPlain(bent(aliceToBob, bob.pubkey, REQUEST, inner), bob.keys, OPEN, curve))).toBe("unbound");
  });

  test("ALIAS-2: bind made for another content", () => {
    const { bind } = boundInner(alice.real, aliceToBob, bob.pubkey, REQUEST, "hallo");
    const inner = { ...signInner(T0, "hello", alice.real, random(32), curve), bind: bind! };
    expect(ok(readPlain(bent(aliceToBob, bob.pubkey, REQUEST, inner), bob.keys, OPEN, curve))).toBe("unbound");
  });
});

describe("refused, with its reason", () => {
  const aliceToBob = alice.alias(bob).secret;
  const fine = boundInner(alice.real, aliceToBob, bob.pubkey, REQUEST);
  const read = (event: VerifiedEvent, by = bob): unknown => ok(readPlain(event, by.keys, OPEN, curve));

  test("wrong-peer: somebody else accepts what was asked of Bob (ALIAS-4)", () => {
    const alias = mallory.alias(alice).secret;
    const inner = boundInner(mallory.real, alias, aliceAlias, ACCEPT);
    expect(read(bent(alias, aliceAlias, ACCEPT, inner, { tags: [["e", request.id]] }), alice)).toBe("wrong-peer");
  });

  test("names-no-request: an answer of ours that does not say what it answers (ALIAS-6)", () => {
    const alias = bob.alias(alice).secret;
    for (const tags of [
      [],
      [["e", "x"]],
      [
        ["e", request.id],
        ["e", request.id],
      ],
    ]) {
      expect(
        read(bent(alias, aliceAlias, ACCEPT, boundInner(bob.real, alias, aliceAlias, ACCEPT), { tags }), alice),
      ).toBe("names-no-request");
    }
  });

  test("inner-sig: the inner signature is another person's, or of another second (ALIAS-4)", () => {
    expect(read(bent(aliceToBob, bob.pubkey, REQUEST, { ...fine, p: carol.pubkey }))).toBe("inner-sig");
    expect(read(bent(aliceToBob, bob.pubkey, REQUEST, fine, { at: T0 + 1 }))).toBe("inner-sig");
    expect(read(bent(aliceToBob, bob.pubkey, REQUEST, { ...fine, content: "other" }))).toBe("inner-sig");
  });

  test("inner-shape: A-14, the content is JSON with p, content and sig, each of its type", () => {
    const texts = [
      "hello",
      "[]",
      "{}",
      JSON.stringify({ p: alice.pubkey, content: "x" }),
      JSON.stringify({ ...fine, content: 1 }),
      JSON.stringify({ ...fine, p: alice.pubkey.toUpperCase() }),
      `{"p":"${alice.pubkey}",${JSON.stringify(fine).slice(1)}`,
    ];
    for (const text of texts) expect(read(bent(aliceToBob, bob.pubkey, REQUEST, text))).toBe("inner-shape");
  });

  test("fields that we do not know are passed over", () => {
    const text = JSON.stringify({ ...fine, later: 1 });
    expect(read(bent(aliceToBob, bob.pubkey, REQUEST, text))).toMatchObject({ variant: "bound" });
  });

  test("own-key: a real key as alias, or a request from ourselves", () => {
    expect(read(bent(alice.real, bob.pubkey, REQUEST, boundInner(alice.real, alice.real, bob.pubkey, REQUEST)))).toBe(
      "own-key",
    );
    const alias = secretOf("7".repeat(64));
    expect(read(bent(alias, bob.pubkey, REQUEST, boundInner(bob.real, alias, bob.pubkey, REQUEST)))).toBe("own-key");
  });

  test("not-for-us and form: another's key, no p, two p, a third element that is a key", () => {
    expect(read(bent(aliceToBob, carol.pubkey, REQUEST, fine))).toBe("not-for-us");
    const template: EventTemplate = { kind: REQUEST, created_at: T0, tags: [], content: "x".repeat(200) };
    const signed = (tags: string[][]): VerifiedEvent => signEvent({ ...template, tags }, aliceToBob, random(32), curve);
    expect(read(signed([]))).toBe("form");
    expect(
      read(
        signed([
          ["p", bob.pubkey],
          ["p", bob.pubkey],
        ]),
      ),
    ).toBe("form");
    expect(read(signEvent({ ...template, kind: 1 }, aliceToBob, random(32), curve))).toBe("not-an-exchange");
  });

  test("A-15: the later form is refused outside a wrap, and told apart inside one", () => {
    const later: EventTemplate = { kind: REQUEST, created_at: T0, tags: [["p", bob.pubkey, aliceAlias]], content: "" };
    expect(read(signEvent(later, alice.real, random(32), curve))).toBe("unwrapped");
    const rumor = toRumor(later, alice.pubkey);
    const wrapped = wrapTo(rumor, alice.real, bob.pubkey, T0, [], random, curve);
    expect(ok(readSealed(wrapped, bob.keys, OPEN, curve))).toBe("later-form");
    const reject = {
      ...later,
      kind: REJECT,
      tags: [
        ["p", bob.pubkey],
        ["e", request.id],
      ],
    };
    expect(read(signEvent(reject, alice.real, random(32), curve))).toBe("unwrapped");
    const both = { ...later, content: encryptBody("{}", "nip04", aliceToBob, bob.pubkey, random, curve) };
    expect(read(signEvent(both, aliceToBob, random(32), curve))).toBe("form");
  });

  test("wrap: what is not a gift wrap to the key that opens it", () => {
    const rumor = toRumor({ ...request }, request.pubkey);
    const misdirected = wrapTo(rumor, aliceToBob, carol.pubkey, T0, [], random, curve);
    expect(ok(readSealed(misdirected, carol.keys, OPEN, curve))).toBe("not-for-us");
    const noWrap = signEvent(
      { kind: 1, created_at: T0, tags: [["p", bob.pubkey]], content: "" },
      alice.real,
      random(32),
      curve,
    );
    expect(ok(readSealed(noWrap, bob.keys, OPEN, curve))).toBe("wrap");
  });
});

describe("A-06, ALIAS-5: NIP-04 bodies", () => {
  const alias = alice.alias(bob).secret;
  const event = bent(alias, bob.pubkey, REQUEST, boundInner(alice.real, alias, bob.pubkey, REQUEST), {
    cipher: "nip04",
  });
  const [ciphertext, iv] = event.content.split("?iv=") as [string, string];
  const resigned = (content: string): VerifiedEvent => signEvent({ ...event, content }, alias, random(32), curve);
  const spoil = (text: string, at: number): string =>
    text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

  test("every failure of opening is one word, whichever byte was touched", () => {
    const broken = [
      `${ciphertext}?iv=`,
      `?iv=${iv}`,
      `${ciphertext}?iv=${iv}?iv=${iv}`,
      `${spoil(ciphertext, ciphertext.length - 8)}?iv=${iv}`,
      `${ciphertext.slice(0, -4)}?iv=${iv}`,
      `!!!?iv=${iv}`,
      `${ciphertext}?iv=${iv.slice(0, 8)}`,
      "AAAA",
    ];
    for (const content of broken) expect(ok(readPlain(resigned(content), bob.keys, OPEN, curve))).toBe("decrypt");
  });

  test("a malleated text is caught by the inner signature, even when the alias itself signs it", () => {
    const read = ok(readPlain(resigned(`${ciphertext}?iv=${spoil(iv, 3)}`), bob.keys, OPEN, curve));
    expect(["decrypt", "inner-shape", "inner-sig"]).toContain(read);
  });

  test("the signature of the event comes first: a SignedEvent that was not verified is refused by the compiler", () => {
    const forged = { ...event, content: "x?iv=y" };
    // @ts-expect-error only a VerifiedEvent is ever opened
    expect(readPlain(forged, bob.keys, OPEN, curve).ok).toBe(false);
  });
});

describe("A-10, ALIAS-9: work on requests", () => {
  test("a stranger's request with too little work is refused before anything is opened", () => {
    const event = bent(secretOf("5".repeat(64)), bob.pubkey, REQUEST, "never opened");
    expect(ok(readPlain(event, bob.keys, { difficulty: 8 }, curve))).toBe("work");
    expect(ok(readPlain(event, bob.keys, OPEN, curve))).toBe("inner-shape");
  });

  test("the work is mined into the event itself, and counts in both modes", () => {
    const mined = mine(request, 8, { from: 0, count: 20_000 });
    expect(mined.done).toBe(true);
    if (!mined.done) return;
    const policy = { difficulty: 8 };
    expect(ok(readPlain(plainBy(alice, bob, mined.event), bob.keys, policy, curve))).toMatchObject({ kind: "request" });
    expect(ok(readSealed(sealedBy(alice, bob, mined.event).toPeer, bob.keys, policy, curve))).toMatchObject({
      kind: "request",
    });
  });

  test("answers need none: they go to an alias that only the peer knows", () => {
    const sealed = sealedBy(bob, alice, accept).toPeer;
    expect(ok(readSealed(sealed, alice.keys, { difficulty: 64 }, curve))).toMatchObject({ kind: "accept" });
  });
});

test("ALIAS-6: an answer that names no request cannot be written, nor a request that names one", () => {
  const hand = { real: bob.real, alias: bob.alias(alice).secret, cipher: "nip44" } as const;
  const template = { to: aliceAlias, created_at: T0, content: "" };
  expect(() => writeExchange({ ...template, kind: "accept" }, hand, random, curve)).toThrow("usage/template");
  expect(() => writeExchange({ ...template, kind: "remove", request: request.id }, hand, random, curve)).toThrow(
    "usage/template",
  );
});

test("the longest words fit into three layers of encryption", () => {
  const content = "\u0001".repeat(4_096);
  const rumor = alice.write(bob, { kind: "request", to: bob.pubkey, created_at: T0, content });
  const read = readSealed(sealedBy(alice, bob, rumor).toPeer, bob.keys, OPEN, curve);
  expect(read.ok && read.words).toBe(content);
  const tooLong = { kind: "request", to: bob.pubkey, created_at: T0, content: `${content}.` } as const;
  expect(() => alice.write(bob, tooLong)).toThrow("usage/too-long");
});
