/**
 * The `or` proof exactly as `writeProof` writes it without `pow`, read from its hex without a parser (docs/spec/rings.md
 * §3): everything between the digits is known beforehand. Whatever differs in one character, valid or not, is nothing
 * to this file and left to the strict reader in proof-json.ts, which would read the same numbers from what is read here.
 */
import { hexDigits, toHex, utf8 } from "../bytes.ts";
import { MAX_RING, MIN_RING } from "./ring.ts";

const inHex = (json: string): string => toHex(utf8(json));

const MIDDLE = inHex('","r":"');
const BETWEEN = inHex('"},{"c":"');
const END = inHex('"}],"v":1,"alg":"or"}');
/** A scalar is 64 digits of hex, and each is a character of the JSON that is two digits here. */
const SCALAR = 128;

/** The numbers of a proof for a ring of this size, c and r flat; undefined where the text is not in this one form. */
export function readPlainProof(
  text: string,
  ringSize: number,
): { readonly c: Uint8Array; readonly r: Uint8Array } | undefined {
  if (ringSize < MIN_RING || ringSize > MAX_RING) return undefined;
  const start = inHex(`{"ringSize":${ringSize},"keyImage":"","signature":[{"c":"`);
  const row = 2 * SCALAR + MIDDLE.length + BETWEEN.length;
  if (text.length !== start.length + ringSize * row - BETWEEN.length + END.length || !text.startsWith(start)) {
    return undefined;
  }
  const c = new Uint8Array(32 * ringSize);
  const r = new Uint8Array(32 * ringSize);
  for (let i = 0, at = start.length; i < ringSize; i++, at += row) {
    const middle = at + SCALAR;
    const second = middle + MIDDLE.length;
    const after = second + SCALAR;
    if (!text.startsWith(MIDDLE, middle) || !text.startsWith(i === ringSize - 1 ? END : BETWEEN, after))
      return undefined;
    if (!readScalar(text, at, c, 32 * i) || !readScalar(text, second, r, 32 * i)) return undefined;
  }
  return { c, r };
}

/** 32 bytes from the hex of their hex; false where a digit is wrong. */
function readScalar(text: string, from: number, bytes: Uint8Array, to: number): boolean {
  let wrong = 0;
  for (let i = 0; i < 32; i++) {
    const at = from + 4 * i;
    const high = hexDigits(text.charCodeAt(at), text.charCodeAt(at + 1));
    const low = hexDigits(text.charCodeAt(at + 2), text.charCodeAt(at + 3));
    const value = hexDigits(high, low);
    bytes[to + i] = value;
    wrong |= high | low | value;
  }
  return wrong >= 0;
}
