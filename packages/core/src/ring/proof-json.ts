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
import { fromHex, fromUtf8, isWellFormed, toHex, utf8 } from "../bytes.ts";
import { WireError } from "../errors.ts";
import type { ProofReason } from "./reasons.ts";
import { MAX_RING } from "./ring.ts";
import type { OrProof } from "./scheme-or.ts";
import type { OrLinkProof } from "./scheme-or-link.ts";
import { isScope } from "./scope.ts";
import { type Json, parseStrictJson } from "./strict-json.ts";

export type RingProof = OrProof | OrLinkProof;

export type ProofReading =
  | { readonly ok: true; readonly proof: RingProof; readonly pow?: string }
  | { readonly ok: false; readonly reason: ProofReason };

/** PROOF-12: what a miner varies. */
const POW = /^[0-9a-z]{1,16}$/;

/** Lowercase hex of the JSON, as we emit it. */
export function writeProof(proof: RingProof, pow?: string): string {
  const size = proof.c.length / 32;
  const signature = Array.from({ length: size }, (_, i) => ({
    c: toHex(proof.c.subarray(32 * i, 32 * i + 32)),
    r: toHex(proof.r.subarray(32 * i, 32 * i + 32)),
  }));
  const linked = proof.alg === "or-link";
  const form = {
    ringSize: size,
    keyImage: linked ? toHex(proof.keyImage) : "",
    signature,
    v: 1,
    alg: proof.alg,
    ...(linked ? { scope: proof.scope } : {}),
    ...(pow === undefined ? {} : { pow }),
  };
  return toHex(utf8(JSON.stringify(form)));
}

/** Reads what may be a proof for a ring of `ringSize` keys; never throws on a stranger's text. */
export function readProof(text: string, ringSize: number): ProofReading {
  if (decodedLength(text) > 200 * Math.min(ringSize, MAX_RING) + 2048) return refuse("proof-size");
  const json = decode(text);
  if (json === undefined || json[0] !== "{") return refuse("proof-encoding");
  let form: Form;
  try {
    form = readForm(parseStrictJson(json));
  } catch (error) {
    if (error instanceof WireError) return refuse("proof-json");
    throw error;
  }
  return check(form, ringSize);
}

function refuse(reason: ProofReason): ProofReading {
  return { ok: false, reason };
}

const HEX_TEXT = /^(?:[0-9a-f]{2})*$/;

/** Of the JSON text in bytes, without decoding it. */
function decodedLength(text: string): number {
  if (text.startsWith("{")) return text.length > 300_000 || !isWellFormed(text) ? text.length : utf8(text).length;
  return HEX_TEXT.test(text) ? text.length / 2 : Math.floor((text.length * 3) / 4) - 2;
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

interface Form {
  readonly ringSize: number;
  readonly keyImage: string;
  readonly c: Uint8Array;
  readonly r: Uint8Array;
  readonly v: number;
  readonly alg: string;
  readonly scope: string | undefined;
  readonly pow: string | undefined;
}

const REQUIRED = ["ringSize", "keyImage", "signature", "v", "alg"];

/** The fields with their types, forms and lengths; throws WireError. */
function readForm(json: Json): Form {
  const fields = asObject(json, REQUIRED, ["scope", "pow"]);
  const pairs = asArray(fields.get("signature"));
  const c = new Uint8Array(32 * pairs.length);
  const r = new Uint8Array(32 * pairs.length);
  pairs.forEach((pair, i) => {
    const { c: challenge, r: response } = asPair(pair);
    c.set(challenge, 32 * i);
    r.set(response, 32 * i);
  });
  const form: Form = {
    ringSize: asNumber(fields.get("ringSize")),
    keyImage: asText(fields.get("keyImage")),
    c,
    r,
    v: asNumber(fields.get("v")),
    alg: asText(fields.get("alg")),
    scope: fields.has("scope") ? asText(fields.get("scope")) : undefined,
    pow: fields.has("pow") ? asText(fields.get("pow")) : undefined,
  };
  if (form.pow !== undefined && !POW.test(form.pow)) throw new WireError("wire/text", "proof.pow");
  checkFormOfScheme(form);
  return form;
}

/** Which fields a scheme has, and their lengths. Of a scheme that is not known, nothing is asked. */
function checkFormOfScheme({ alg, keyImage, scope }: Form): void {
  const linked = alg === "or-link";
  if (!linked && alg !== "or") return;
  if (linked !== (scope !== undefined)) throw new WireError("wire/missing-field", "proof.scope");
  if (linked ? fromHex(keyImage, 33) === undefined : keyImage !== "") throw new WireError("wire/hex", "proof.keyImage");
}

function check(form: Form, ringSize: number): ProofReading {
  const { alg, c, r, scope, pow } = form;
  if (form.v !== 1 || (alg !== "or" && alg !== "or-link")) return refuse("proof-alg");
  if (form.ringSize !== ringSize || c.length !== 32 * ringSize) return refuse("proof-ring-size");
  if (scope !== undefined && !isScope(scope)) return refuse("proof-scope");
  const work = pow === undefined ? {} : { pow };
  if (alg === "or") return { ok: true, proof: { alg, c, r }, ...work };
  const keyImage = fromHex(form.keyImage, 33);
  if (scope === undefined || keyImage === undefined) return refuse("proof-json");
  return { ok: true, proof: { alg, c, r, keyImage, scope }, ...work };
}

function asObject(
  value: Json | undefined,
  required: readonly string[],
  optional: readonly string[],
): ReadonlyMap<string, Json> {
  if (!(value instanceof Map)) throw new WireError("wire/type", "proof");
  for (const name of required) if (!value.has(name)) throw new WireError("wire/missing-field", `proof.${name}`);
  for (const name of value.keys()) {
    if (!required.includes(name) && !optional.includes(name)) throw new WireError("wire/unknown-field", "proof");
  }
  return value;
}

function asArray(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new WireError("wire/type", "proof.signature");
  return value as readonly Json[];
}

function asPair(value: Json): { readonly c: Uint8Array; readonly r: Uint8Array } {
  const pair = asObject(value, ["c", "r"], []);
  const c = fromHex(asText(pair.get("c")), 32);
  const r = fromHex(asText(pair.get("r")), 32);
  if (c === undefined || r === undefined) throw new WireError("wire/hex", "proof.signature");
  return { c, r };
}

function asNumber(value: Json | undefined): number {
  if (typeof value !== "number") throw new WireError("wire/type", "proof");
  return value;
}

function asText(value: Json | undefined): string {
  if (typeof value !== "string") throw new WireError("wire/type", "proof");
  return value;
}
