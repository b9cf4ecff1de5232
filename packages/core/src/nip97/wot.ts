/**
 * The weakest link (docs/spec/member-proofs.md, NIP97-4; review finding R-06): a ring is worth what its least trusted
 * member is worth, because that one may have signed.
 *
 *     RS_WoT(viewer) = min over members of score(viewer, member), scores in [0, 1]
 *
 * Unknown, missing and NaN count 0 and are never skipped. Adding a member never raises it; order never matters.
 */
import type { BindingLevel } from "./message.ts";

/** What the viewer thinks of a key, from 0 to 1; undefined where he does not know it. Muted keys are 0. */
export type Score = (pubkey: string) => number | undefined;

/** No score for words that anyone can repost, nor for fewer than two members. */
export function ringScore(level: BindingLevel, members: readonly string[], score: Score): number | undefined {
  if (level === "content" || new Set(members).size < 2) return undefined;
  return members.reduce((least, member) => Math.min(least, worth(score(member))), 1);
}

function worth(score: number | undefined): number {
  return score === undefined || Number.isNaN(score) ? 0 : Math.min(Math.max(score, 0), 1);
}
