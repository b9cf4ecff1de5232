/**
 * Fills the gaps that resumption leaves: what a relay holds for one filter, however it is dated, and we do not.
 *
 *     NIP-77 where the relay has it: only what is missing is transferred ─┐
 *     otherwise page by page, all of it                                   ┴─► what we lack, and what the relay lacks
 *
 * A relay's list is its word: ids that it names and does not give make the answer incomplete. Talks and lists are bounded,
 * and where they are not enough the pages are asked for.
 */
import { type EventId, fromHex, toHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Clock } from "../ports.ts";
import { type Item, Reconciliation } from "./negentropy.ts";
import type { Negotiation } from "./negotiations.ts";
import { pageBack } from "./pages.ts";
import type { RelaySocket } from "./relay-socket.ts";

export interface FillOptions {
  readonly clock: Clock;
  /** What we have for this filter. */
  readonly known: Iterable<Item>;
  readonly onEvent: (event: VerifiedEvent, relay: RelayUrl) => unknown;
  readonly signal: AbortSignal;
  /** Milliseconds for a connection, and for each answer. Default 15,000. */
  readonly timeout?: number;
}

export interface Filled {
  readonly relay: RelayUrl;
  readonly how: "reconciled" | "pages" | "unreachable" | "aborted";
  /** True: of what this relay says it holds we have everything now. */
  readonly complete: boolean;
  /** What it did not have; undefined where that was not found out. */
  readonly lacks: readonly EventId[] | undefined;
}

const MAX_ROUNDS = 200;
const MAX_NEED = 100_000;
const AT_ONCE = 250;

export async function fillFrom(relay: RelaySocket, filter: Filter, options: FillOptions): Promise<Filled> {
  const { signal, clock, timeout = 15_000 } = options;
  const done = (how: Filled["how"], complete = false, lacks?: readonly EventId[]): Filled => {
    return { relay: relay.url, how: signal.aborted ? "aborted" : how, complete: complete && !signal.aborted, lacks };
  };
  if (!(await isConnected(relay, clock, timeout, signal))) return done("unreachable");
  const known = [...options.known];
  const difference = await negotiate(relay, filter, new Reconciliation(known), { clock, timeout, signal });
  const onEvent = (event: VerifiedEvent): void => {
    options.onEvent(event, relay.url);
  };
  if (difference !== undefined) {
    const { have, need } = difference;
    const missing = new Set(need);
    for (let at = 0; at < need.length && !signal.aborted; at += AT_ONCE) {
      const ids = need.slice(at, at + AT_ONCE);
      const take = (event: VerifiedEvent): void => {
        if (missing.delete(event.id)) onEvent(event);
      };
      await pageBack(relay, { ids }, { clock, onEvent: take, signal, pageTimeout: timeout, maxPages: 20 });
    }
    return done("reconciled", missing.size === 0, have);
  }
  if (signal.aborted) return done("aborted");
  const seen = new Set<EventId>();
  const ours = new Set(known.map(({ id }) => id));
  const page = (event: VerifiedEvent): void => {
    seen.add(event.id);
    if (!ours.has(event.id)) onEvent(event);
  };
  const paged = await pageBack(relay, filter, { clock, onEvent: page, signal, pageTimeout: timeout });
  const isAll = paged.end === "all" && paged.complete;
  return done("pages", isAll, isAll ? [...ours].filter((id) => !seen.has(id)) : undefined);
}

interface Bounds {
  readonly clock: Clock;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Undefined where the relay does not do it, or not to its end. */
function negotiate(
  relay: RelaySocket,
  filter: Filter,
  reconciliation: Reconciliation,
  { clock, timeout, signal }: Bounds,
): Promise<{ readonly have: readonly EventId[]; readonly need: readonly EventId[] } | undefined> {
  if (!relay.isConnected || signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const [have, need] = [new Set<EventId>(), new Set<EventId>()];
    let rounds = 0;
    let callOff = (): void => undefined;
    let talk: Negotiation | undefined;
    const finish = (isDone: boolean): void => {
      callOff();
      signal.removeEventListener("abort", giveUp);
      talk?.close();
      resolve(isDone ? { have: [...have], need: [...need] } : undefined);
    };
    const giveUp = (): void => finish(false);
    const wait = (): void => {
      callOff();
      callOff = clock.after(timeout, giveUp);
    };
    const said = (message: string): void => {
      wait();
      const answer = readAnswer(reconciliation, message);
      for (const id of answer?.have ?? []) have.add(id);
      for (const id of answer?.need ?? []) need.add(id);
      if (answer === undefined || ++rounds > MAX_ROUNDS || need.size > MAX_NEED) giveUp();
      else if (answer.message === undefined) finish(true);
      else talk?.say(toHex(answer.message));
    };
    signal.addEventListener("abort", giveUp);
    wait();
    talk = relay.negotiate(filter, toHex(reconciliation.opening()), { said, ended: giveUp });
  });
}

function readAnswer(reconciliation: Reconciliation, message: string): ReturnType<Reconciliation["heard"]> | undefined {
  try {
    return reconciliation.heard(fromHex(message) ?? new Uint8Array(0));
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function isConnected(relay: RelaySocket, clock: Clock, timeout: number, signal: AbortSignal): Promise<boolean> {
  if (relay.isConnected) return Promise.resolve(true);
  return new Promise((resolve) => {
    let stop = (): void => undefined;
    const finish = (): void => {
      callOff();
      signal.removeEventListener("abort", finish);
      stop();
      resolve(relay.isConnected);
    };
    const callOff = clock.after(timeout, finish);
    signal.addEventListener("abort", finish);
    stop = relay.whenConnected(() => queueMicrotask(finish));
  });
}
