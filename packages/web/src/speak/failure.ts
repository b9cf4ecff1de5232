/** Why a proof failed, in a few words of the reader's language; the exact check by its name for whoever wants it. */
import type { PostFault } from "@subrosa/client/session/post";
import type { Key, Say } from "../frame/words.ts";

const GROUPS: readonly (readonly [pattern: RegExp, key: Key])[] = [
  [/^event-/, "fault.event"],
  [/^pseudonym-/, "fault.pseudonym"],
  [/missing|many/, "fault.missing"],
  [/ring/, "fault.ring"],
  [/image|scope|link/, "fault.image"],
];

export function failureIn(say: Say, reason: PostFault): string {
  const key = GROUPS.find(([pattern]) => pattern.test(reason))?.[1] ?? "fault.proof";
  return `${say(key)} (${reason})`;
}
