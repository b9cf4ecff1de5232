/**
 * The form in which tags are indexed: one byte for the letter, one for the form, then the value.
 *
 *   form 0  UTF-8 of up to 31 bytes: length, bytes      (exact)
 *   form 1  64 lowercase hex digits: 32 bytes           (exact)
 *   form 2  anything longer: its SHA-256                (exact, as far as SHA-256 is)
 *
 * One value has one form, so two keys are equal only for equal tags and a match in the index needs no second look.
 */
import { hash } from "node:crypto";
import type { Tag } from "@subrosa/core/nostr/event";

/** Letter and value as they stand in the index. */
export type IndexedTag = Buffer;

export function tagKey(letter: string, value: string): Buffer {
  if (value.length === 64 && HEX_32.test(value)) {
    const key = Buffer.allocUnsafe(34);
    key[0] = letter.charCodeAt(0);
    key[1] = 1;
    key.write(value, 2, 32, "hex");
    return key;
  }
  const length = Buffer.byteLength(value);
  if (length <= MAX_SHORT) {
    const key = Buffer.allocUnsafe(3 + length);
    key[0] = letter.charCodeAt(0);
    key[1] = 0;
    key[2] = length;
    key.write(value, 3);
    return key;
  }
  const key = Buffer.allocUnsafe(34);
  key[0] = letter.charCodeAt(0);
  key[1] = 2;
  hash("sha256", value, "buffer").copy(key, 2);
  return key;
}

const HEX_32 = /^[0-9a-f]{64}$/;
const MAX_SHORT = 31;

/** Every distinct single-letter tag of an event. */
export function indexedTags(tags: readonly Tag[]): readonly IndexedTag[] {
  const found = new Map<string, Buffer>();
  for (const [name, value] of tags) {
    if (name === undefined || value === undefined || !isLetter(name)) continue;
    const key = tagKey(name, value);
    found.set(key.toString("latin1"), key);
  }
  return [...found.values()];
}

function isLetter(name: string): boolean {
  if (name.length !== 1) return false;
  const code = name.charCodeAt(0) | 0x20;
  return code >= 0x61 && code <= 0x7a;
}
