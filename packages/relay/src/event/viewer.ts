/**
 * Who is asking: the keys that authenticated on a connection (NIP-42), and what they may see.
 *
 * Spec: NIP-17, NIP-59: "relays SHOULD only serve kind 1059 to the marked recipient". The author may read his own.
 * This is the only place that decides it; scans, counts, negentropy and live delivery all ask here.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import type { UnsignedEvent } from "@subrosa/core/nostr/event";
import { isPrivateKind } from "./kind.ts";

export type Viewer = ReadonlySet<string>;

export const NOBODY: Viewer = new Set<PubkeyHex>();

export function maySee(viewer: Viewer, event: UnsignedEvent): boolean {
  if (!isPrivateKind(event.kind)) return true;
  if (viewer.size === 0) return false;
  if (viewer.has(event.pubkey)) return true;
  return event.tags.some((tag) => tag[0] === "p" && tag[1] !== undefined && viewer.has(tag[1]));
}
