/**
 * The JSON form of `or` and `or-link` proofs, as it stands in draft 1's tag (docs/spec/rings.md §3).
 *
 *     {"ringSize":n,"keyImage":"","signature":[{"c":"<64 hex>","r":"<64 hex>"},…],"v":1,"alg":"or"}
 *     {"ringSize":n,"keyImage":"<66 hex>","signature":[…],"v":1,"alg":"or-link","scope":"…"}
 *
 * Read strictly: one of three encodings, every field named is required, `pow` is optional, nothing else. What is read
 * here is the form; the ranges of the numbers, and that the proof holds, are the schemes' to say.
 */
import { base64 } from "@scure/base";
import { concat, fromHex, fromUtf8, isWellFormed, toHex, utf8 } from "../bytes.ts";
import { WireError } from "../errors.ts";
import { hexText, integer, list, object, parseJson, type Shape, type ShapeValue, writeShape } from "../json.ts";
import { rowAt } from "./mask.ts";
import type { ProofReason } from "./reasons.ts";
import { MAX_RING } from "./ring.ts";
import type { OrProof } from "./scheme-or.ts";
import type { OrLinkProof } from "./scheme-or-link.ts";
import { isScope } from "./scope.ts";

export type RingProof = OrProof | OrLinkProof;

export type ProofReading =
  | { readonly ok: true; readonly proof: RingProof; readonly pow?: string }
  | { readonly ok: false; readonly reason: ProofReason };

/** Any text; a scope that is not well-formed has a reason of its own. */
const anyText: Shape<string> = {
  read: (value, path) => {
    if (typeof value !== "string") throw new WireError("wire/type", path);
    return value;
  },
  write: (value) => value,
};

/** PROOF-12: what a miner varies. */
const POW = /^[0-9a-z]{1,16}$/;

const powText: Shape<string> = {
  read: (value, path) => {
    if (typeof value !== "string" || !POW.test(value)) throw new WireError("wire/text", path);
    return value;
  },
  write: (value) => value,
};

const form = object(
  {
    ringSize: integer(),
    keyImage: anyText,
    signature: list(object({ c: hexText(32), r: hexText(32) }), { max: 10 * MAX_RING }),
    v: integer(),
    alg: anyText,
  },
  { optional: { scope: anyText, pow: powText } },
);
type Form = ShapeValue<typeof form>;

/** Lowercase hex of the JSON, as we emit it. */
export function writeProof(proof: RingProof, pow?: string): string {
  const ringSize = proof.c.length / 32;
  const signature = Array.from({ length: ringSize }, (_, i) => ({
    c: toHex(rowAt(proof.c, i, 32)),
    r: toHex(rowAt(proof.r, i, 32)),
  }));
  const linked = proof.alg === "or-link" ? proof : undefined;
  const written = writeShape(form, {
    ...{ ringSize, keyImage: linked ? toHex(linked.keyImage) : "", signature, v: 1, alg: proof.alg },
    ...(linked ? { scope: linked.scope } : {}),
    ...(pow === undefined ? {} : { pow }),
  });
  return toHex(utf8(written));
}

/** Reads what may be a proof for a ring of `ringSize` keys; never throws on a stranger's text. */
export function readProof(text: string, ringSize: number): ProofReading {
  const limit = 200 * Math.min(ringSize, MAX_RING) + 2048;
  if (text.length > 2 * limit || decodedLength(text) > limit) return refuse("proof-size");
  const json = decode(text);
  if (json === undefined || json[0] !== "{") return refuse("proof-encoding");
  try {
    checkNumbers(json);
    return check(form.read(parseJson(json, "proof", { maxLength: limit, maxDepth: 3 }), "proof"), ringSize);
  } catch (error) {
    if (error instanceof WireError) return refuse("proof-json");
    throw error;
  }
}

function refuse(reason: ProofReason): ProofReading {
  return { ok: false, reason };
}

const HEX_TEXT = /^(?:[0-9a-f]{2})*$/;

/** Of the JSON text in bytes, without decoding it. */
function decodedLength(text: string): number {
  if (text.startsWith("{")) return isWellFormed(text) ? utf8(text).length : text.length;
  return HEX_TEXT.test(text) ? text.length / 2 : Math.floor((text.replace(/=+$/, "").length * 3) / 4);
}

function decode(text: string): string | undefined {
  if (text.startsWith("{")) return isWellFormed(text) ? text : undefined;
  const bytes = HEX_TEXT.test(text) ? fromHex(text) : fromBase64(text);
  return bytes && fromUtf8(bytes);
}

/** Canonical and padded, or undefined. */
function fromBase64(text: string): Uint8Array | undefined {
  try {
    return base64.decode(text);
  } catch {
    return undefined;
  }
}

const STRINGS = /"(?:[^"\\]|\\.)*"/gs;
const NUMBERS = /[-+.\d][^\s,:[\]{}]*/g;

/** Every number is a token `0|[1-9][0-9]{0,8}`: JSON.parse would read 1e2 and 100.0 as the same 100. */
function checkNumbers(json: string): void {
  for (const [token] of json.replace(STRINGS, "").matchAll(NUMBERS)) {
    if (!/^(?:0|[1-9][0-9]{0,8})$/.test(token)) throw new WireError("wire/non-canonical", "proof");
  }
}

function check({ ringSize: claimed, keyImage, signature, v, alg, scope, pow }: Form, ringSize: number): ProofReading {
  if (v !== 1 || (alg !== "or" && alg !== "or-link")) return refuse("proof-alg");
  const linked = alg === "or-link";
  const image = fromHex(keyImage, linked ? 33 : 0);
  if (image === undefined || linked !== (scope !== undefined)) return refuse("proof-json");
  if (claimed !== ringSize || signature.length !== ringSize) return refuse("proof-ring-size");
  const c = concat(...signature.map((pair) => fromHex(pair.c)!));
  const r = concat(...signature.map((pair) => fromHex(pair.r)!));
  const work = pow === undefined ? {} : { pow };
  if (scope === undefined) return { ok: true, proof: { alg: "or", c, r }, ...work };
  if (!isScope(scope)) return refuse("proof-scope");
  return { ok: true, proof: { alg: "or-link", c, r, keyImage: image, scope }, ...work };
}
