/**
 * nostringer's compact string: `ringA` and the base64url of a small CBOR map (docs/spec/rings.md §4).
 *
 *     {"v": "sag" | "blsag", "c": bytes(32), "s": [[32 integers], …], "i": [33 integers], "l": [1–256 integers]}
 *
 * `i` on bLSAG only, `l` on bLSAG only and where a flag was used. One value has one spelling: what is read is written
 * again and compared, so heads are minimal, spare bits zero, and nothing trails.
 */
import { base64urlnopad } from "@scure/base";
import { concat, fromUtf8, utf8 } from "../bytes.ts";
import { type Blsag, MAX_FLAG } from "./blsag.ts";
import type { RingSignatureReason } from "./reasons.ts";
import { MAX_RING } from "./ring.ts";
import type { Sag } from "./sag.ts";

export type RingSignature = Sag | Blsag;

export type RingAReading =
  | { readonly ok: true; readonly signature: RingSignature }
  | { readonly ok: false; readonly reason: RingSignatureReason };

const PREFIX = "ringA";

export function writeRingA(signature: RingSignature): string {
  const rows = Array.from({ length: signature.s.length / 32 }, (_, i) =>
    integers(signature.s.subarray(32 * i, 32 * i + 32)),
  );
  const linked = signature.scheme === "blsag" ? signature : undefined;
  const entries = [
    [text("v"), text(signature.scheme)],
    [text("c"), head(BYTES, 32), signature.c0],
    [text("s"), head(ARRAY, rows.length), ...rows],
    ...(linked === undefined ? [] : [[text("i"), integers(linked.keyImage)]]),
    ...(linked?.flag === undefined ? [] : [[text("l"), integers(linked.flag)]]),
  ];
  return PREFIX + base64urlnopad.encode(concat(head(MAP, entries.length), ...entries.flat()));
}

/** Reads what may be a signature for a ring of `ringSize` keys; never throws on a stranger's text. */
export function readRingA(encoded: string, ringSize: number): RingAReading {
  if (encoded.length > 100 * Math.min(ringSize, MAX_RING) + 1024) return refuse("ringsig-size");
  const bytes = encoded.startsWith(PREFIX) ? fromBase64Url(encoded.slice(PREFIX.length)) : undefined;
  if (bytes === undefined) return refuse("ringsig-encoding");
  const reader: Reader = { bytes, at: 0 };
  if (readHead(reader, MAP) === undefined || readText(reader) !== "v") return refuse("ringsig-encoding");
  const scheme = readText(reader);
  if (scheme === undefined) return refuse("ringsig-encoding");
  if (scheme !== "sag" && scheme !== "blsag") return refuse("ringsig-alg");
  const signature = readFields(reader, scheme);
  if (signature === undefined || writeRingA(signature) !== encoded) return refuse("ringsig-encoding");
  return signature.s.length === 32 * ringSize ? { ok: true, signature } : refuse("ringsig-ring-size");
}

function refuse(reason: RingSignatureReason): RingAReading {
  return { ok: false, reason };
}

function fromBase64Url(encoded: string): Uint8Array | undefined {
  try {
    return base64urlnopad.decode(encoded);
  } catch {
    return undefined;
  }
}

// CBOR (RFC 8949), as much of it as this form uses.

const UNSIGNED = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;

function head(major: number, value: number): Uint8Array {
  const type = major << 5;
  if (value < 24) return Uint8Array.of(type | value);
  return value < 256 ? Uint8Array.of(type | 24, value) : Uint8Array.of(type | 25, value >>> 8, value);
}

function text(value: string): Uint8Array {
  return concat(head(TEXT, value.length), utf8(value));
}

function integers(bytes: Uint8Array): Uint8Array {
  return concat(head(ARRAY, bytes.length), ...Array.from(bytes, (byte) => head(UNSIGNED, byte)));
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

/** The value in a head of this type; minimal or not is settled by writing it again. */
function readHead(from: Reader, major: number): number | undefined {
  const first = from.bytes[from.at++];
  if (first === undefined || first >> 5 !== major) return undefined;
  const short = first & 0x1f;
  if (short < 24) return short;
  const one = from.bytes[from.at++];
  if (one === undefined || short === 24) return one;
  const two = from.bytes[from.at++];
  return two === undefined || short !== 25 ? undefined : (one << 8) | two;
}

function take(from: Reader, length: number | undefined): Uint8Array | undefined {
  if (length === undefined || from.at + length > from.bytes.length) return undefined;
  from.at += length;
  return from.bytes.slice(from.at - length, from.at);
}

function readText(from: Reader): string | undefined {
  const bytes = take(from, readHead(from, TEXT));
  return bytes && fromUtf8(bytes);
}

/** An array of integers below 256, of this length or of any up to the longest flag. */
function readIntegers(from: Reader, length?: number): Uint8Array | undefined {
  const count = readHead(from, ARRAY);
  if (count === undefined || count > MAX_FLAG || count !== (length ?? count)) return undefined;
  const values = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const value = readHead(from, UNSIGNED);
    if (value === undefined || value > 255) return undefined;
    values[i] = value;
  }
  return values;
}

function readRows(from: Reader): Uint8Array | undefined {
  const count = readHead(from, ARRAY);
  if (count === undefined || count > MAX_RING) return undefined;
  const rows = new Uint8Array(32 * count);
  for (let i = 0; i < count; i++) {
    const row = readIntegers(from, 32);
    if (row === undefined) return undefined;
    rows.set(row, 32 * i);
  }
  return rows;
}

/** What follows `v`. What is left unread would be missing from what is written again. */
function readFields(from: Reader, scheme: "sag" | "blsag"): RingSignature | undefined {
  const c0 = readText(from) === "c" ? take(from, readHead(from, BYTES)) : undefined;
  const s = readText(from) === "s" ? readRows(from) : undefined;
  if (c0?.length !== 32 || s === undefined) return undefined;
  if (scheme === "sag") return { scheme, c0, s };
  const keyImage = readText(from) === "i" ? readIntegers(from, 33) : undefined;
  if (keyImage === undefined) return undefined;
  if (from.at === from.bytes.length) return { scheme, c0, s, keyImage };
  const flag = readText(from) === "l" ? readIntegers(from) : undefined;
  return flag === undefined || flag.length === 0 ? undefined : { scheme, c0, s, keyImage, flag };
}
