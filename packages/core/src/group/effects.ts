/**
 * What the machine of a group asks of its host (docs/spec/groups.md), as data: performed at least once, so each is
 * harmless when repeated. A published event is already part of the state that asks for it.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { UnsignedEvent, VerifiedEvent } from "../nostr/event.ts";
import type { Secret } from "../secret.ts";
import type { Means } from "./acts.ts";
import type { Message } from "./reader-memory.ts";
import type { Phase } from "./view.ts";

export type Effect =
  | { readonly kind: "publish"; readonly event: VerifiedEvent }
  | { readonly kind: "wake"; readonly at: number }
  | { readonly kind: "mine"; readonly event: UnsignedEvent; readonly target: number }
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "message"; readonly message: Message }
  /** An owner's lost branch accepted people; he is asked whether to repeat it (GROUP-18). */
  | { readonly kind: "repeat"; readonly add: readonly PubkeyHex[]; readonly tip: EventId };

/** Random bytes, the curve and the real key: what a step uses besides its event. */
export interface GroupMeans extends Means {
  readonly real: Secret;
}
