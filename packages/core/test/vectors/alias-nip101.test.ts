import { readVectors } from "@subrosa/testkit/vectors";
import { describe, expect, test } from "vitest";
import { innerDigest, signInner, verifyInner, writeInner } from "../../src/alias/inner.ts";
import { AliasKeyring } from "../../src/alias/keyring.ts";
import { aliasCandidates } from "../../src/alias/oxchat-v1.ts";
import { readPlain } from "../../src/alias/read-exchange.ts";
import { fromHex, type PubkeyHex, toHex } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { type SignedEvent, signEvent, VerifiedEvent } from "../../src/nostr/event.ts";
import { encryptNip04 } from "../../src/nostr/nip04.ts";
import { OPEN, secretOf } from "../alias-cast.ts";

interface Nip101File {
  readonly user1_priv: string;
  readonly user2_priv: string;
  readonly PA: string;
  readonly PB: string;
  readonly A_alias_priv: string;
  readonly B_alias_priv: string;
  readonly A_alias_pub: string;
  readonly B_alias_pub: string;
  readonly PA_is_odd_y: boolean;
  readonly inner_digest: string;
  readonly inner_sig_aux_zero: string;
  readonly inner_plaintext: string;
  readonly event_10100: SignedEvent;
  readonly event_10101: SignedEvent;
}

const vectors = readVectors<Nip101File>("nip101.json");
const zero = new Uint8Array(32);
const iv = new Uint8Array(16).fill(7);
const a = secretOf(vectors.user1_priv);
const b = secretOf(vectors.user2_priv);
const aAlias = secretOf(vectors.A_alias_priv);
const bAlias = secretOf(vectors.B_alias_priv);
const request = vectors.event_10100;
const accept = vectors.event_10101;

function verified(event: SignedEvent): VerifiedEvent {
  const verdict = VerifiedEvent.check(event, curve);
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.event;
}

describe("nip101.json, written", () => {
  test("the keys are those of the vectors, whatever the parity of the secret", () => {
    expect([toHex(a.pubkey), toHex(b.pubkey)]).toEqual([vectors.PA, vectors.PB]);
    expect([toHex(aAlias.pubkey), toHex(bAlias.pubkey)]).toEqual([vectors.A_alias_pub, vectors.B_alias_pub]);
  });

  test("the inner signature and its text are reproduced byte for byte (ALIAS-2 without bind)", () => {
    const inner = signInner(request.created_at, "hello Bob, let us be friends", a, zero, curve);
    expect(toHex(innerDigest(request.created_at, inner.p, inner.content))).toBe(vectors.inner_digest);
    expect(inner.sig).toBe(vectors.inner_sig_aux_zero);
    expect(writeInner(inner)).toBe(vectors.inner_plaintext);
  });

  test.each([
    ["10100", request, a, aAlias, "hello Bob, let us be friends"],
    ["10101", accept, b, bAlias, "accept"],
  ] as const)("the whole event %s is reproduced, ciphertext and both signatures", (_, event, real, alias, content) => {
    const to = event.tags[0]![1] as PubkeyHex;
    const inner = writeInner(signInner(event.created_at, content, real, zero, curve));
    const template = { ...event, content: encryptNip04(inner, alias, to, iv, curve) };
    expect({ ...signEvent(template, alias, zero, curve) }).toEqual(event);
  });
});

describe("nip101.json, read", () => {
  test("ALIAS-4: the request is read as 0xchat-v1 by the person it asks", () => {
    const read = readPlain(verified(request), new AliasKeyring(b, curve), OPEN, curve);
    expect(read).toMatchObject({
      ok: true,
      peer: vectors.PA,
      variant: "0xchat-v1",
      words: "hello Bob, let us be friends",
      fact: { kind: "request", by: "peer", alias: vectors.A_alias_pub, at: request.created_at, cipher: "nip04" },
    });
  });

  test("A-05: the aliases of both are among the candidates of the other, though the secret of A has odd y", () => {
    expect(vectors.PA_is_odd_y).toBe(true);
    expect(aliasCandidates(b, vectors.PA as PubkeyHex, curve)).toContain(vectors.A_alias_pub);
    expect(aliasCandidates(a, vectors.PB as PubkeyHex, curve)).toContain(vectors.B_alias_pub);
  });

  test("the accept is for nobody until its reader imports the aliases he had in that app", () => {
    const keys = new AliasKeyring(a, curve);
    expect(readPlain(verified(accept), keys, OPEN, curve)).toEqual({ ok: false, reason: "not-for-us" });
    keys.importFrom0xchatV1(vectors.PB as PubkeyHex);
    const answer = { kind: "accept", by: "peer", alias: vectors.B_alias_pub, to: vectors.A_alias_pub };
    expect(readPlain(verified(accept), keys, OPEN, curve)).toMatchObject({
      ok: true,
      peer: vectors.PB,
      variant: "0xchat-v1",
      fact: answer,
    });
    const asked = readPlain(verified(request), keys, OPEN, curve);
    expect(asked).toMatchObject({ ok: true, peer: vectors.PB, fact: { kind: "request", by: "me" } });
  });

  test("the inner signature of the vectors verifies, and not for another second", () => {
    const inner = JSON.parse(vectors.inner_plaintext) as { p: string; content: string; sig: string };
    expect(verifyInner(request.created_at, inner, curve)).toBe(true);
    expect(verifyInner(request.created_at + 1, inner, curve)).toBe(false);
    expect(fromHex(inner.sig)).toHaveLength(64);
  });
});
