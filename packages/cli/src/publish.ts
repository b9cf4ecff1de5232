/**
 * What became of an event at every relay it was meant for. Refused everywhere is a failure, whatever else went well: nobody
 * has it. Reached nobody in time is the time's end.
 */
import type { PublishResult } from "@subrosa/client/relay/relay-options";
import type { EventId } from "@subrosa/core/bytes";
import { Failure } from "./failure.ts";
import { noteOf } from "./names.ts";
import type { Screen } from "./screen.ts";

export const RELAY_OPTION = { flags: "-r, --relay <url>", about: "a relay", many: true } as const;

/** True where somebody has it. */
export function showPublished(id: EventId, results: readonly PublishResult[], screen: Screen): boolean {
  const published = results.filter(({ outcome }) => outcome === "accepted").map(({ relay }) => relay);
  const rejected = results.flatMap((result) =>
    result.outcome === "accepted" ? [] : [{ relay: result.relay, reason: reasonOf(result) }],
  );
  screen.result(
    { type: "published", id, published_to: published, rejected_by: rejected },
    noteOf(id),
    ...published.map((relay): [string, "good"] => [`  accepted by ${relay}`, "good"]),
    ...rejected.map(({ relay, reason }): [string, "bad"] => [`  refused by ${relay}: ${reason}`, "bad"]),
  );
  return published.length > 0;
}

/** The relay's own words, or what happened instead of words. */
function reasonOf(result: Exclude<PublishResult, { outcome: "accepted" }>): string {
  if (result.outcome === "refused") return result.reason === "" ? "no reason given" : result.reason;
  return { unanswered: "it did not answer", unreachable: "it cannot be reached", closed: "the connection was closed" }[
    result.outcome
  ];
}

export function refusedEverywhere(refused: number, all: number): Failure {
  return new Failure(
    "publish-refused",
    all === 1 ? "No relay took it." : `${refused} of ${all} events were taken by no relay.`,
  );
}
