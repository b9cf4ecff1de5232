/**
 * Bytes and their two text forms, hex and UTF-8, read strictly: one value has one spelling.
 *
 * Spec: docs/spec/member-proofs.md, first paragraph: strings that are not well-formed Unicode are refused before
 * anything is hashed. TextEncoder would silently replace a lone surrogate, and two texts would share one hash.
 */
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { UsageError } from "./errors.ts";

export { concatBytes as concat };

/** Brands for primitive values: the type says what was checked. Objects are branded by class, see nostr/event.ts. */
declare const brand: unique symbol;
export type Brand<T, B extends string> = T & { readonly [brand]: B };

/** 64 lowercase hex digits naming an x-only public key (BIP-340). Whether it is on the curve is the curve's to say. */
export type PubkeyHex = Brand<string, "PubkeyHex">;
/** 64 lowercase hex digits naming an event. */
export type EventId = Brand<string, "EventId">;

function isHex32(value: unknown): boolean {
  return typeof value === "string" && value.length === 64 && /^[0-9a-f]*$/.test(value);
}

export function pubkeyHex(value: unknown): PubkeyHex | undefined {
  return isHex32(value) ? (value as PubkeyHex) : undefined;
}

export function eventId(value: unknown): EventId | undefined {
  return isHex32(value) ? (value as EventId) : undefined;
}

export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** Of each code, its value as a digit of lowercase hex, or −1: a table, for branches on random digits are guessed wrong. */
const DIGITS = Int8Array.from({ length: 256 }, (_, code) => "0123456789abcdef".indexOf(String.fromCharCode(code)));

/** The byte that two characters are in lowercase hex, by their codes; negative where one is no digit. */
export function hexDigits(high: number, low: number): number {
  // Negative for what is no digit, and for what only looks like one in its lower byte.
  return (DIGITS[high & 0xff]! << 4) | DIGITS[low & 0xff]! | -((high | low) >> 8);
}

/** Lowercase hex of exactly `length` bytes, or undefined. */
export function fromHex(text: string, length = Math.floor(text.length / 2)): Uint8Array | undefined {
  if (text.length !== 2 * length) return undefined;
  const bytes = new Uint8Array(length);
  let wrong = 0;
  for (let i = 0; i < length; i++) {
    const value = hexDigits(text.charCodeAt(2 * i), text.charCodeAt(2 * i + 1));
    bytes[i] = value;
    wrong |= value;
  }
  return wrong < 0 ? undefined : bytes;
}

export function isWellFormed(text: string): boolean {
  // The first test is the fast one, and most texts end there.
  return !/[\ud800-\udfff]/.test(text) || !/\p{Surrogate}/u.test(text);
}

/** UTF-8 of a text that the caller vouches for; a lone surrogate is his mistake, so it throws. */
export function utf8(text: string): Uint8Array {
  if (!isWellFormed(text)) throw new UsageError("usage/ill-formed-text", "the text holds half of a surrogate pair");
  return utf8ToBytes(text);
}

/** The text that these bytes encode, or undefined where they are not shortest-form UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  if (isAscii(bytes)) return fromAscii(bytes);
  let text = "";
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i++]!;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const more = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0;
    if (more === 0 || i + more > bytes.length) return undefined;
    let point = first & (0x3f >> more);
    for (let k = 0; k < more; k++) {
      const next = bytes[i++]!;
      if ((next & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (next & 0x3f);
    }
    const overlong = point < (more === 2 ? 0x800 : more === 3 ? 0x10000 : 0x80);
    const surrogate = point >= 0xd800 && point <= 0xdfff;
    if (overlong || surrogate || point > 0x10ffff) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}

function isAscii(bytes: Uint8Array): boolean {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all |= bytes[i]!;
  return all < 0x80;
}

/** As many arguments as every engine takes in one call. */
const CALL = 4096;

function fromAscii(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CALL) {
    text += String.fromCharCode.apply(undefined, bytes.subarray(at, at + CALL) as unknown as number[]);
  }
  return text;
}

/** Big-endian. */
export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

/** Big-endian. */
export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Big-endian, of a safe integer. */
export function u64(value: number): Uint8Array {
  return concatBytes(u32(Math.floor(value / 0x1_0000_0000)), u32(value % 0x1_0000_0000));
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Bytewise, shorter first on a common prefix: the order of sorted rings. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
