/** Valid proofs, changed at random: none that says something else is accepted. */
import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "../../src/bytes.ts";
import { signBlsag } from "../../src/ring/blsag.ts";
import { readProof, writeProof } from "../../src/ring/proof-json.ts";
import { readRingA, writeRingA } from "../../src/ring/ring-a.ts";
import { signSag } from "../../src/ring/sag.ts";
import { signOr } from "../../src/ring/scheme-or.ts";
import { signOrLink } from "../../src/ring/scheme-or-link.ts";
import { verifyProof } from "../../src/ring/verify.ts";
import { verifyRingSignature } from "../../src/ring/verify-ring-signature.ts";
import { long, members, seeded, seededNumbers } from "./ring-fixtures.ts";

const COUNT = long ? 1_000_000 : 20_000;
const SEED = "mutations-1";
const below = seededNumbers(SEED);
const { ring, secrets } = members(2, SEED);
const message = seeded(SEED)(32);
const fresh = seeded(`${SEED}/fresh`)(32);
const input = { ring, message, secret: secrets[1]!, fresh };

const CHARACTERS = '0123456789abcdefABCDEF{}[]",:. \\u-_xyz=+/';

/** One to three small changes: of a character, of a digit, a piece dropped, doubled, moved, or put in. */
function mutate(text: string): string {
  let out = text;
  for (let i = 0; i <= below(3); i++) {
    const [at, length] = [below(out.length + 1), 1 + below(4)];
    const piece = out.slice(at, at + length);
    const character = CHARACTERS[below(CHARACTERS.length)]!;
    switch (below(6)) {
      case 0:
        out = out.slice(0, at) + character + out.slice(at + 1);
        break;
      case 1:
        out = out.slice(0, at) + digitLike(out[at] ?? "0") + out.slice(at + 1);
        break;
      case 2:
        out = out.slice(0, at) + out.slice(at + length);
        break;
      case 3:
        out = out.slice(0, at) + piece + out.slice(at);
        break;
      case 4:
        out = out.slice(0, at) + character + out.slice(at);
        break;
      default:
        out = out.slice(0, at) + out.slice(at + length);
        out = out.slice(0, below(out.length + 1)) + piece + out.slice(below(out.length + 1));
    }
  }
  return out;
}

/** One digit of hex changed, so that the form survives and the mathematics is asked. */
function nudge(text: string): string {
  const at = below(text.length);
  return /[0-9a-f]/.test(text[at]!) ? text.slice(0, at) + digitLike(text[at]!) + text.slice(at + 1) : mutate(text);
}

/** Another character of the same class. */
function digitLike(character: string): string {
  if (/[0-9a-f]/.test(character)) return "0123456789abcdef"[below(16)]!;
  return /[A-Za-z]/.test(character) ? "ABCDEFGHabcdefgh"[below(16)]! : character;
}

/** What a proof says: its numbers, whatever the spelling. `pow` is not covered, on purpose (PROOF-12). */
function meaning(text: string): string {
  const reading = readProof(text, 2);
  if (!reading.ok) return reading.reason;
  const { proof } = reading;
  const linked = proof.alg === "or-link" ? [toHex(proof.keyImage), proof.scope] : [];
  return JSON.stringify([proof.alg, toHex(proof.c), toHex(proof.r), ...linked]);
}

describe(`${COUNT} mutations`, { timeout: 3_600_000 }, () => {
  const json = (hex: string): string => Buffer.from(hex, "hex").toString();
  const or = writeProof(signOr(input));
  const linked = writeProof(signOrLink({ ...input, scope: "poll" }));
  const proofs = [or, json(or), linked, json(linked)];

  test("of or and or-link proofs: 0 accepted", () => {
    let accepted = 0;
    let asked = 0;
    for (let i = 0; i < COUNT / 2; i++) {
      const original = proofs[i % proofs.length]!;
      const mutated = i % 3 === 0 ? mutate(original) : nudge(original);
      const verdict = verifyProof({ proof: mutated, ring, message });
      if (!verdict.ok && verdict.reason === "proof-invalid") asked++;
      if (verdict.ok && meaning(mutated) !== meaning(original)) {
        accepted++;
        expect.soft(mutated, `mutation ${i} of seed ${SEED}`).toBe(original);
      }
    }
    expect(accepted).toBe(0);
    expect(asked).toBeGreaterThan(COUNT / 20);
  });

  test("of the hex that is read without a parser: what it says is what the strict reader says (RING-10)", () => {
    const strict = (text: string) => readProof(Buffer.from(text).toString("base64"), 2);
    expect(readProof(or, 2)).toEqual(strict(json(or)));
    for (let i = 0; i < COUNT / 10; i++) {
      const mutated = i % 3 === 0 ? mutate(json(or)) : nudge(json(or));
      expect(readProof(toHex(utf8(mutated)), 2), `mutation ${i} of seed ${SEED}`).toEqual(strict(mutated));
    }
    // A digit of the outer hex that is none, or looks like one in its lower byte; a ring of another size.
    for (let at = 0; at < or.length; at++) {
      const other = at % 2 === 0 ? "G" : String.fromCharCode(or.charCodeAt(at) + 0x100);
      expect(readProof(or.slice(0, at) + other + or.slice(at + 1), 2).ok, `digit ${at}`).toBe(false);
    }
    for (const size of [0, 1, 3, 1001]) expect(readProof(or, size).ok).toBe(false);
  });

  const sag = writeRingA(signSag({ ...input, dialect: "rs" }));
  const blsag = writeRingA(signBlsag({ ...input, flag: utf8("poll") }));

  test("of SAG and bLSAG strings: 0 accepted", () => {
    let asked = 0;
    for (let i = 0; i < COUNT / 2; i++) {
      const original = i % 2 === 0 ? sag : blsag;
      const mutated = mutate(original);
      if (mutated === original) continue;
      const verdict = verifyRingSignature({ signature: mutated, ring, message });
      if (!verdict.ok && verdict.reason === "ringsig-invalid") asked++;
      // One value has one spelling here, so whatever is accepted and is not the original is a forgery.
      expect(verdict.ok, `mutation ${i} of seed ${SEED}: ${mutated}`).toBe(false);
    }
    expect(asked).toBeGreaterThan(COUNT / 200);
  });

  test("of bytes chosen for the reader: it answers, and never throws", () => {
    for (let i = 0; i < COUNT / 10; i++) {
      const noise = String.fromCharCode(
        ...Array.from({ length: below(80) }, () => below(0x300) + (below(9) ? 0 : 0xd700)),
      );
      for (const text of [noise, `{${noise}`, `ringA${noise}`, toHex(seeded(`${SEED}/${i}`)(below(100)))]) {
        expect(readProof(text, 2).ok || readRingA(text, 2).ok).toBe(false);
      }
    }
  });
});
