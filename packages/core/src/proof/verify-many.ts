/**
 * A feed of events with proofs (docs/spec/member-proofs.md, PROOF-8): those of one ring share its tables, those seen
 * before come from the cache. A generator: it yields after every event and, in a large ring, within one; to cancel is
 * not to ask for more. Meant to run off the main thread.
 */
import { VerifiedEvent } from "../nostr/event.ts";
import { type Progress, runAll } from "../ring/progress.ts";
import type { RingShelf } from "../ring/ring-shelf.ts";
import type { ProofCache } from "./cache.ts";
import { type MemberVerdict, verifyMemberProofInSteps } from "./verify.ts";

export function verifyFeed(
  events: readonly unknown[],
  shelf: RingShelf,
  cache?: ProofCache,
): Generator<Progress<MemberVerdict>, readonly MemberVerdict[]> {
  return runAll(events, (event) => verifyOne(event, shelf, cache));
}

function* verifyOne(value: unknown, shelf: RingShelf, cache: ProofCache | undefined): Generator<number, MemberVerdict> {
  const checked = VerifiedEvent.is(value)
    ? ({ ok: true, event: value } as const)
    : VerifiedEvent.check(value, shelf.curve);
  if (!checked.ok) return { ok: false, reason: checked.reason };
  const known = cache?.get(checked.event);
  if (known !== undefined) return known;
  const verdict = yield* verifyMemberProofInSteps(checked.event, shelf);
  cache?.set(checked.event, verdict);
  return verdict;
}
