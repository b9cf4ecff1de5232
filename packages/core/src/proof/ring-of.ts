/** The ring that an event names in its proof tag: a claim until the proof is verified. */
import { fromHex } from "../bytes.ts";
import type { EventTemplate } from "../nostr/event.ts";
import { onlyTag } from "../nostr/tags.ts";
import { type RingName, ringName } from "../ring/ring.ts";
import { PROOF_TAG } from "./commitment.ts";

export interface NamedRing {
  readonly name: RingName;
  readonly keys: readonly string[];
}

/** Undefined where there is not exactly one proof tag, or a key is not 64 lowercase hex digits. */
export function ringOf(event: Pick<EventTemplate, "tags">): NamedRing | undefined {
  const keys = onlyTag(event.tags, PROOF_TAG)?.slice(2);
  const bytes = keys?.map((key) => fromHex(key, 32));
  if (keys === undefined || bytes === undefined || !bytes.every((key) => key !== undefined)) return undefined;
  return { name: ringName(bytes), keys };
}
