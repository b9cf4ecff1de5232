/**
 * Verification by workers, so that a relay's backlog never holds up the thread that draws. A relay is read no faster than
 * the workers verify: what waits, waits in its inbox, which is bounded.
 */
import type { VerifierPool } from "@subrosa/curve/verifier-pool";
import { orAborted } from "../ports.ts";
import type { Verify } from "./inbox.ts";

/** The pool stays the caller's, who closes it after the network. */
export function verifyInPool(pool: VerifierPool): Verify {
  return async (items, signal) => {
    await orAborted(pool.ready(), signal);
    return pool.verify(items, signal);
  };
}
