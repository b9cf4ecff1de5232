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
import { integer, list, object, parseJson, type Shape, type ShapeValue, writeShape } from "../json.ts";
import { rowAt } from "./mask.ts";
import { readPlainProof } from "./plain-proof.ts";
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

interface Pair {
  readonly c: string;
  readonly r: string;
}

const SCALAR = /^[0-9a-f]{64}$/;

/** As `object({ c: hexText(32), r: hexText(32) })`, which at a thousand a proof is too slow. */
const pair: Shape<Pair> = {
  read: (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new WireError("wire/type", path);
    const { c, r } = value as Readonly<Record<string, unknown>>;
    if (typeof c !== "string" || typeof r !== "string") throw new WireError("wire/type", path);
    if (Object.keys(value).length !== 2) throw new WireError("wire/unknown-field", path);
    if (!SCALAR.test(c) || !SCALAR.test(r)) throw new WireError("wire/hex", path);
    return { c, r };
  },
  write: ({ c, r }) => ({ c, r }),
};

const form = object(
  {
    ringSize: integer(),
    keyImage: anyText,
    signature: list(pair, { max: 10 * MAX_RING }),
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
  const plain = readPlainProof(text, ringSize);
  return plain === undefined ? readStrictly(text, ringSize) : { ok: true, proof: { alg: "or", ...plain } };
}

function readStrictly(text: string, ringSize: number): ProofReading {
  const limit = 200 * Math.min(ringSize, MAX_RING) + 2048;
  const { json, length } = text.length > 2 * limit ? { json: undefined, length: text.length } : decode(text);
  if (length > limit) return refuse("proof-size");
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

interface Decoded {
  /** Absent where the text is in none of the three encodings. */
  readonly json: string | undefined;
  /** In bytes, of the JSON. */
  readonly length: number;
}

/** All lowercase hex of even length is hex: never base64, even where it could be read as that too. */
function decode(text: string): Decoded {
  if (text.startsWith("{")) {
    return isWellFormed(text) ? { json: text, length: utf8(text).length } : { json: undefined, length: text.length };
  }
  const bytes = (text.length % 2 === 0 ? fromHex(text) : undefined) ?? fromBase64(text);
  const length = bytes?.length ?? Math.floor((text.replace(/=+$/, "").length * 3) / 4);
  return { json: bytes && fromUtf8(bytes), length };
}

/** Canonical and padded, or undefined. */
function fromBase64(text: string): Uint8Array | undefined {
  try {
    return base64.decode(text);
  } catch {
    return undefined;
  }
}

const DIGIT = /[-+.\d]/;
const TOKEN = /^(?:0|[1-9][0-9]{0,8})$/;

/** Every number is a token `0|[1-9][0-9]{0,8}`: JSON.parse would read 1e2 and 100.0 as the same 100. */
function checkNumbers(json: string): void {
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at);
    const between = json.slice(at, quote === -1 ? json.length : quote);
    if (DIGIT.test(between)) checkTokens(between);
    if (quote === -1) return;
    at = endOfString(json, quote);
  }
}

function checkTokens(between: string): void {
  for (const [token] of between.matchAll(/[-+.\d][^\s,:[\]{}]*/g)) {
    if (!TOKEN.test(token)) throw new WireError("wire/non-canonical", "proof");
  }
}

/** Behind the closing quote. */
function endOfString(json: string, quote: number): number {
  let end = json.indexOf('"', quote + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end === -1 ? json.length : end + 1;
}

function isEscaped(json: string, at: number): boolean {
  let slashes = 0;
  while (json[at - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}

function check({ ringSize: claimed, keyImage, signature, v, alg, scope, pow }: Form, ringSize: number): ProofReading {
  if (v !== 1 || (alg !== "or" && alg !== "or-link")) return refuse("proof-alg");
  const linked = alg === "or-link";
  const image = fromHex(keyImage, linked ? 33 : 0);
  if (image === undefined || linked !== (scope !== undefined)) return refuse("proof-json");
  if (claimed !== ringSize || signature.length !== ringSize) return refuse("proof-ring-size");
  const c = fromHex(signature.map((one) => one.c).join(""))!;
  const r = fromHex(signature.map((one) => one.r).join(""))!;
  const work = pow === undefined ? {} : { pow };
  if (scope === undefined) return { ok: true, proof: { alg: "or", c, r }, ...work };
  if (!isScope(scope)) return refuse("proof-scope");
  return { ok: true, proof: { alg: "or-link", c, r, keyImage: image, scope }, ...work };
}
