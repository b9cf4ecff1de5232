/** What may name a scope: 1 to 256 bytes of well-formed text, never normalised (docs/spec/rings.md §3). */
import { isWellFormed, utf8 } from "../bytes.ts";

const MAX_SCOPE = 256;

export function isScope(text: string): boolean {
  return text.length >= 1 && text.length <= MAX_SCOPE && isWellFormed(text) && utf8(text).length <= MAX_SCOPE;
}
