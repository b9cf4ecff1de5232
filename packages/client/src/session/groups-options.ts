/** What the groups of one person are opened with. */
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import type { RelayLimits } from "@subrosa/core/group/size";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Clock } from "../ports.ts";
import type { Network, Presence } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import type { Identity } from "./identity.ts";
import type { Outbox } from "./outbox.ts";
import type { Miner } from "./work.ts";

export interface GroupsOptions {
  /** With a signer elsewhere each group has a key of its own, which the signer introduces once (GROUP-23). */
  readonly identity: Identity;
  /** Our own sockets, and where what is ours is kept: for the list that our other devices read. */
  readonly own: () => Presence;
  readonly homes: () => readonly string[];
  readonly store: Store;
  readonly outbox: Outbox;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
  readonly miner: Miner;
  /** Milliseconds that the list for our other devices waits for more to say. Default 5,000. */
  readonly saveDelay?: number;
  /** What a relay says of itself (NIP-11); undefined where it says nothing. */
  readonly limitsOf: (relay: RelayUrl) => Promise<Omit<RelayLimits, "url"> | undefined>;
}

/** For a bar: `tried` of about 2^`target`, `best` bits so far. Nobody knows when it ends: 2^target tries are the mean. */
export interface Mining {
  readonly target: number;
  readonly tried: number;
  readonly best: number;
}
