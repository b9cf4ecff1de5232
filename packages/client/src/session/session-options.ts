/** What a session is opened with. */
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import type { Backoff, Clock } from "../ports.ts";
import type { Fetch } from "../relay/information.ts";
import type { Network } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import type { Fetch as MediaFetch } from "./blossom.ts";
import type { Identity } from "./identity.ts";
import type { Judge } from "./judge.ts";
import type { Miner } from "./work.ts";

export interface SessionOptions {
  readonly store: Store;
  readonly identity: Identity;
  readonly network: Network;
  /** Where this person reads and writes, and where others are looked for who have not said where they read. */
  readonly relays: readonly string[];
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
  readonly backoff?: Backoff;
  /** Who does proof of work. Default: this thread, in slices. */
  readonly miner?: Miner;
  /** Who verifies members' proofs. Absent: no feed, no polls, no pseudonyms, no rings. */
  readonly judge?: Judge;
  /** To ask relays for their limits (NIP-11). Absent: nobody asks, and what is to disappear cannot be published. */
  readonly fetch?: Fetch;
  /** To reach media servers. Absent: no files. */
  readonly mediaFetch?: MediaFetch;
  /** Bits of work that a stranger's request must show (ALIAS-9). Default: none. */
  readonly difficulty?: number;
  /** Milliseconds that lists for our other devices wait for more to say. Default 5,000; 0 for a program that runs once. */
  readonly saveDelay?: number;
  /** Relays of others inside our own network are dialled too: for tests, and for networks that are their own. */
  readonly allowPrivateRelays?: boolean;
}
