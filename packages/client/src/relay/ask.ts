/**
 * A question with an end: what several relays hold for one filter now, and which of them did not answer.
 *
 * Who asks decides what silence means. For a list that may be replaced it means "do not write"; for a tally it means
 * "perhaps not all".
 */
import type { EventId } from "@subrosa/core/bytes";
import { UsageError } from "@subrosa/core/errors";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import type { Clock } from "../ports.ts";
import type { Answered } from "./hearing.ts";
import type { Presence } from "./network.ts";

export interface Asked {
  readonly events: readonly VerifiedEvent[];
  readonly relays: ReadonlyMap<RelayUrl, Answered>;
}

export interface AskOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Milliseconds. Default 15,000. */
  readonly timeout?: number;
  /** Events taken at most; with more, no relay counts as having answered fully. Default 50,000. */
  readonly max?: number;
  readonly onEvent?: (event: VerifiedEvent, relay: RelayUrl) => void;
}

/** Resolves when all have answered, at the timeout, or when it is aborted. */
export function ask(
  presence: Presence,
  relays: readonly string[],
  filter: Filter,
  { clock, signal, timeout = 15_000, max = 50_000, onEvent }: AskOptions,
): Promise<Asked> {
  const answers = new Map<RelayUrl, Answered>();
  for (const text of relays) {
    const url = relayUrl(text);
    if (url === undefined) throw new UsageError("usage/template", "give relays as ws:// or wss:// URLs");
    answers.set(url, "silent");
  }
  if (answers.size === 0 || signal?.aborted === true) return Promise.resolve({ events: [], relays: answers });
  return new Promise((resolve) => {
    const events = new Map<EventId, VerifiedEvent>();
    const open = new Set(answers.keys());
    let isCut = false;
    let following: Disposable | undefined;
    const finish = (): void => {
      callOff();
      signal?.removeEventListener("abort", finish);
      following?.[Symbol.dispose]();
      resolve({ events: [...events.values()], relays: answers });
    };
    const answer = (relay: RelayUrl, how: Answered): void => {
      if (!open.delete(relay)) return;
      answers.set(relay, isCut && how === "fully" ? "partly" : how);
      // Not now: `follow` may not have returned yet.
      if (open.size === 0) queueMicrotask(finish);
    };
    // May throw, where these sockets are closed or the question is not theirs; nothing is left behind then.
    following = presence.follow([...answers.keys()], {
      filter,
      onEvent: (event, relay) => {
        onEvent?.(event, relay);
        if (events.has(event.id)) return;
        if (events.size < max) events.set(event.id, event);
        else isCut = true;
      },
      onCaughtUp: ({ relay, complete }) => answer(relay, complete ? "fully" : "partly"),
      onRefused: ({ relay }) => answer(relay, "refused"),
    });
    const callOff = clock.after(timeout, finish);
    signal?.addEventListener("abort", finish);
  });
}
