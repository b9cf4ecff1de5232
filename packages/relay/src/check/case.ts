/** One rule of one NIP, as something to try on a relay. Cases make their own keys, so they may run on a relay in use. */
import type { Peer } from "./peer.ts";
import type { Person } from "./person.ts";

export interface CheckCase {
  readonly nip: number;
  /** The rule, as a sentence about relays. */
  readonly title: string;
  /** Throws Fault where the relay breaks the rule. */
  readonly run: (check: Check) => Promise<void>;
}

export interface Check {
  readonly url: string;
  /** Seconds since 1970. */
  readonly now: number;
  connect(): Promise<Peer>;
  person(): Person;
  /** The relay's information document (NIP-11), as it is. */
  information(): Promise<Response>;
}

/** Most cases need one connection. */
export function withPeer(nip: number, title: string, run: (peer: Peer, check: Check) => Promise<void>): CheckCase {
  return {
    nip,
    title,
    run: async (check) => {
      await using peer = await check.connect();
      await run(peer, check);
    },
  };
}
