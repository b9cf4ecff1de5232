/**
 * An act, and what became of what it sent: which relays have it, which refused and why, which are still waited for.
 *
 * The act is durable before anything goes out, so what a relay did not take now goes out with a later command. Where every
 * relay refused something, the command fails, whatever else went well.
 */
import { type Deliveries, type Delivery, standingOf } from "@subrosa/client/session/delivery";
import type { EventId } from "@subrosa/core/bytes";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Tools } from "../command.ts";
import { Failure } from "../failure.ts";
import type { Given } from "../given.ts";
import type { Result } from "../screen.ts";
import type { OpenSession } from "./opened.ts";
import { patienceOf } from "./session.ts";

export interface Sent {
  readonly published: readonly RelayUrl[];
  readonly rejected: readonly { readonly relay: RelayUrl; readonly reason: string }[];
  readonly waiting: readonly RelayUrl[];
  readonly isRefused: boolean;
}

/** `sends` is false for acts that nobody else hears of. Answers with what the act answered. */
export async function acted<T>(
  opened: OpenSession,
  given: Given,
  tools: Tools,
  act: () => Promise<T>,
  { sends = true } = {},
): Promise<{ readonly answer: T; readonly sent: Sent }> {
  const { outbox } = opened.session;
  const before = new Set(outbox.deliveries.current.keys());
  const answer = await act();
  const fresh = (all: Deliveries): readonly Delivery[] =>
    [...all].flatMap(([id, delivery]) => (before.has(id) ? [] : [delivery]));
  const patience = patienceOf(given);
  if (sends) await someFresh(opened, fresh, patience, tools);
  await opened.traffic.quiet(tools.signal, patience);
  return { answer, sent: sentOf(fresh(outbox.deliveries.current)) };
}

/** The outbox hears of an act a moment after the act is durable. */
async function someFresh(
  { session }: OpenSession,
  fresh: (all: Deliveries) => readonly Delivery[],
  patience: number,
  { signal, host }: Tools,
): Promise<void> {
  const over = new AbortController();
  const callOff = host.clock.after(patience, () => over.abort());
  for await (const all of session.outbox.deliveries.values(AbortSignal.any([signal, over.signal]))) {
    const deliveries = fresh(all);
    if (deliveries.length > 0 && deliveries.every((each) => standingOf(each) !== "waiting")) break;
  }
  callOff();
  signal.throwIfAborted();
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
