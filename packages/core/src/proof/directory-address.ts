/** The address of a group directory: `30097:<author>:<d>` (docs/spec/member-proofs.md, PROOF-10). */
import { type Brand, isWellFormed, pubkeyHex } from "../bytes.ts";
import type { EventTemplate, UnsignedEvent } from "../nostr/event.ts";
import { onlyTag } from "../nostr/tags.ts";

export const DIRECTORY_KIND = 30_097;

export type DirectoryAddress = Brand<string, "DirectoryAddress">;

const PREFIX = `${DIRECTORY_KIND}:`;

export function directoryAddress(text: string): DirectoryAddress | undefined {
  const author = pubkeyHex(text.slice(PREFIX.length, PREFIX.length + 64));
  const isAddress = text.startsWith(PREFIX) && author !== undefined && text[PREFIX.length + 64] === ":";
  return isAddress && isWellFormed(text) ? (text as DirectoryAddress) : undefined;
}

/** The address that this event stands at, where it is a directory with one `d`. */
export function addressOf(event: Pick<UnsignedEvent, "pubkey"> & EventTemplate): DirectoryAddress | undefined {
  const d = onlyTag(event.tags, "d")?.[1];
  return event.kind === DIRECTORY_KIND && d !== undefined
    ? directoryAddress(`${PREFIX}${event.pubkey}:${d}`)
    : undefined;
}
