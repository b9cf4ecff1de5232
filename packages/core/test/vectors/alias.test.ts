import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { describe, expect } from "vitest";
import { STRANGER, step } from "../../src/alias/alias.ts";
import { deriveAlias } from "../../src/alias/derive.ts";
import { type Fact, factShape, mirrorFact } from "../../src/alias/fact.ts";
import { bindDigest } from "../../src/alias/inner.ts";
import { AliasKeyring } from "../../src/alias/keyring.ts";
import { aliasCandidates } from "../../src/alias/oxchat-v1.ts";
import { readPlain, readSealed } from "../../src/alias/read-exchange.ts";
import { mirrorRelation, type Relation, relationOf } from "../../src/alias/relation.ts";
import { fromHex, type PubkeyHex, toHex } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { type SignedEvent, VerifiedEvent } from "../../src/nostr/event.ts";
import { secretOf } from "../alias-cast.ts";
import { type Letter, view } from "../laws/alias-dumb-model.ts";
import { relationFor } from "../laws/alias-facts.ts";

interface Derived {
  readonly secret: string;
  readonly peer: PubkeyHex;
  readonly index: number;
  readonly alias_secret: string;
  readonly alias: string;
}
interface Bound {
  readonly real_secret: string;
  readonly kind: number;
  readonly created_at: number;
  readonly alias: PubkeyHex;
  readonly recipient: PubkeyHex;
  readonly content: string;
  readonly digest: string;
  readonly bind_aux_zero: string;
}
interface Candidate {
  readonly reader: string;
  readonly peer: PubkeyHex;
  readonly peer_alias: string;
}
interface Read {
  readonly mode: "plain" | "sealed";
  readonly reader: string;
  readonly knows: readonly PubkeyHex[];
  readonly imports?: readonly PubkeyHex[];
  readonly difficulty: number;
  readonly event: SignedEvent;
  readonly value?: { readonly peer: string; readonly words: string; readonly fact: Fact };
  readonly error?: string;
}
interface State {
  readonly now: number;
  readonly facts: readonly unknown[];
  readonly relation: Relation;
}
interface AliasFile {
  readonly derive: readonly Derived[];
  readonly bind: readonly Bound[];
  readonly candidates: readonly Candidate[];
  readonly read: readonly Read[];
  readonly state: readonly State[];
}
const file = readVectors<AliasFile>("alias.json");

describe("alias.json", () => {
  vectorTests("ALIAS-1 derive", file.derive, ({ secret, peer, index, alias_secret, alias }) => {
    const derived = deriveAlias(secretOf(secret), peer, index, curve);
    expect(toHex(derived.pubkey)).toBe(alias);
    expect(toHex(derived.expose())).toBe(toHex(secretOf(alias_secret).expose()));
  });

  vectorTests(
    "ALIAS-2 bind",
    file.bind,
    ({ real_secret, kind, created_at, alias, recipient, content, digest, bind_aux_zero }) => {
      const bound = bindDigest({ kind, created_at, pubkey: alias, recipient }, content);
      expect(toHex(bound)).toBe(digest);
      const real = secretOf(real_secret);
      expect(toHex(curve.signSchnorr(bound, real.expose(), new Uint8Array(32)))).toBe(bind_aux_zero);
      expect(curve.verifySchnorr(fromHex(bind_aux_zero)!, bound, real.pubkey)).toBe(true);
    },
  );

  vectorTests("ALIAS-4 candidates", file.candidates, ({ reader, peer, peer_alias }) => {
    expect(aliasCandidates(secretOf(reader), peer, curve)).toContain(peer_alias);
  });

  vectorTests("ALIAS-4 read", file.read, ({ mode, reader, knows, imports = [], difficulty, event, value, error }) => {
    const keys = new AliasKeyring(secretOf(reader), curve);
    for (const peer of knows) keys.add(peer);
    for (const peer of imports) keys.importFrom0xchatV1(peer);
    const verdict = VerifiedEvent.check(event, curve);
    if (!verdict.ok) throw new Error(verdict.reason);
    const read = (mode === "plain" ? readPlain : readSealed)(verdict.event, keys, { difficulty }, curve);
    if (value === undefined) expect(read).toEqual({ ok: false, reason: error });
    else expect(read).toEqual({ ok: true, variant: value.fact.variant, ...value });
    if (value !== undefined) expect(factShape.write(factShape.read(value.fact, "fact"))).toEqual(value.fact);
  });

  vectorTests("ALIAS-6 to 9 state", file.state, ({ now, facts: raw, relation }) => {
    const facts = raw.map((fact) => factShape.read(fact, "fact"));
    expect(relationOf(facts, now)).toEqual(relation);
    expect(relationOf(facts.map(mirrorFact), now)).toEqual(mirrorRelation(relation));
    for (const order of [facts, [...facts].reverse()]) {
      const end = order.reduce((state, fact) => step(state, { kind: "learned", fact, now }).state, STRANGER);
      expect(end.relation).toEqual(relation);
    }
    expect(relationFor("A", view(facts.map(letterOf), now))).toEqual(relation);
  });
});

/** For the dumb model: "me" is A. */
function letterOf(fact: Fact): Letter {
  const what = ({ request: "ask", accept: "yes", reject: "no", remove: "end" } as const)[fact.kind];
  const { id, by, alias, at, variant } = fact;
  return {
    ...{ id, what, alias, at, from: by === "me" ? "A" : "B", old: variant === "0xchat-v1" },
    ...("to" in fact ? { to: fact.to } : {}),
    ...("request" in fact && fact.request !== undefined ? { names: fact.request } : {}),
    ...("expires" in fact && fact.expires !== undefined ? { until: fact.expires } : {}),
  };
}
