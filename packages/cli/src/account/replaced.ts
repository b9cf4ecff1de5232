/** What became of an event that replaces another: one that would be as it is already is no failure. */
import { NOT_REPLACED, type Replaced } from "@subrosa/client/session/replaceable";
import { Failure } from "../failure.ts";

export function replacedOrAsItWas(replaced: Replaced): void {
  if (replaced.ok || replaced.reason === "unchanged") return;
  throw new Failure("refused", NOT_REPLACED[replaced.reason], { reason: replaced.reason });
}
