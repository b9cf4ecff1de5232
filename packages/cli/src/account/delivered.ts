/**
 * An act, and what became of what it sent: which relays have it, which refused and why, which are still waited for.
 *
 * The act is durable before anything goes out, so what a relay did not take now goes out with a later command. Where every
 * relay refused something, the command fails, whatever else went well.
 */
import { type Delivery, standingOf } from "@subrosa/client/session/delivery";
import type { EventId } from "@subrosa/core/bytes";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Tools } from "../command.ts";
import { Failure } from "../failure.ts";
import type { Given } from "../given.ts";
import type { Result } from "../screen.ts";
import type { OpenSession } from "./opened.ts";
import { patiently } from "./session.ts";

export interface Sent {
  readonly published: readonly RelayUrl[];
  readonly rejected: readonly { readonly relay: RelayUrl; readonly reason: string }[];
  readonly waiting: readonly RelayUrl[];
  readonly isRefused: boolean;
}

export async function acted<T>(
  { session }: OpenSession,
  given: Given,
  tools: Tools,
  act: () => Promise<T>,
): Promise<{ readonly answer: T; readonly sent: Sent }> {
  const { outbox } = session;
  const before = new Set(outbox.deliveries.current.keys());
  const answer = await act();
  await patiently(given, tools, (signal) => session.settled(signal));
  const fresh = [...outbox.deliveries.current].flatMap(([id, delivery]) => (before.has(id) ? [] : [delivery]));
  return { answer, sent: sentOf(fresh) };
}

export function sentOf(deliveries: readonly Delivery[]): Sent {
  const published = new Set<RelayUrl>();
  const waiting = new Set<RelayUrl>();
  const rejected = new Map<RelayUrl, string>();
  for (const { relays } of deliveries) {
    for (const [relay, each] of relays) {
      if (each.kind === "accepted") published.add(relay);
      else if (each.kind === "waiting") waiting.add(relay);
      else rejected.set(relay, each.reason);
    }
  }
  return {
    published: [...published],
    rejected: [...rejected].map(([relay, reason]) => ({ relay, reason })),
    waiting: [...waiting],
    isRefused: deliveries.some((each) => standingOf(each) === "refused"),
  };
}

/** Says it, and fails where nobody has it. */
export function showSent(result: Result, sentence: string, sent: Sent, { screen }: Tools): void {
  const { published, rejected, waiting, isRefused } = sent;
  screen.result(
    { ...result, published_to: published, rejected_by: rejected, waiting_for: waiting },
    sentence,
    ...rejected.map(({ relay, reason }): [string, "bad"] => [`  refused by ${relay}: ${reason}`, "bad"]),
    ...waiting.map((relay) => `  not at ${relay} yet; it is tried again with the next command`),
  );
  if (isRefused) throw new Failure("publish-refused", "No relay took it.", { rejected_by: rejected });
}

/** Everything that is done is forgotten, so that what is left is what waits or was refused. */
export async function tidy({ session }: OpenSession): Promise<void> {
  const done: EventId[] = [];
  for (const [id, { relays }] of session.outbox.deliveries.current) {
    if ([...relays.values()].every(({ kind }) => kind === "accepted")) done.push(id);
  }
  for (const id of done) await session.outbox.forget(id);
}
