/**
 * bech32 of whole bytes, as NIP-19 uses it: lower case only, one spelling for one value.
 *
 * Spec: BIP-173 without its limit of 90 characters; NIP-19 says 5,000. Upper case, which BIP-173 allows for QR codes,
 * is for whoever reads from people to lower (keys.ts does).
 */
import { bech32 } from "@scure/base";
import { UsageError, WireError } from "../errors.ts";

/** NIP-19: "limit bech32 string lengths to 5000 characters" */
const MAX_LENGTH = 5_000;

export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const text = bech32.encode(prefix, bech32.toWords(bytes), false);
  if (text.length > MAX_LENGTH) throw new UsageError("usage/too-long", "give fewer relays; NIP-19 ends at 5,000");
  return text;
}

export interface Bech32 {
  readonly prefix: string;
  readonly bytes: Uint8Array;
}

/** Throws WireError; its path never holds the text, which may be a secret. */
export function decodeBech32(text: string, path: string): Bech32 {
  if (text.length > MAX_LENGTH) throw new WireError("wire/too-long", path);
  const words = wordsOf(text);
  if (words === undefined) throw new WireError("wire/text", path);
  return words;
}

function wordsOf(text: string): Bech32 | undefined {
  if (!/^[a-z]+1[02-9ac-hj-np-z]+$/.test(text)) return undefined;
  try {
    const { prefix, words } = bech32.decode(text as `${string}1${string}`, false);
    return { prefix, bytes: bech32.fromWords(words) };
  } catch {
    return undefined;
  }
}
