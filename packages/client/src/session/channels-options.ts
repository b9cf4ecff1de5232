/** What the channels of one person are opened with. */
import type { PubkeyHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import type { Clock } from "../ports.ts";
import type { AskRelay } from "../relay/information.ts";
import type { Network } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import type { Identity } from "./identity.ts";
import type { Outbox } from "./outbox.ts";

export interface ChannelsOptions {
  readonly identity: Identity;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly network: Network;
  /** Where this person reads what is sent to him, ourselves included. */
  readonly reach: (person: PubkeyHex) => Promise<readonly string[]>;
  /** What a relay says of itself (NIP-11). */
  readonly ask: AskRelay;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
}
