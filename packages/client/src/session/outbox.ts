/**
 * The delivery machine on a store and a network: what `send` has taken goes out, whatever happens to this process.
 *
 * A relay that is away or does not answer is tried again with back-off, for ever; one that says no for good is recorded
 * and waits for the user. Each event goes out on the sockets of the identity it was given for; what goes out as nobody
 * has new sockets for every relay and every event.
 */
import type { EventId } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { plain, VerifiedEvent } from "@subrosa/core/nostr/event";
import { parseReason } from "@subrosa/core/nostr/reason";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { type Driver, type DriverFailure, openDriver } from "../driver/driver.ts";
import { machineStore } from "../driver/machine-store.ts";
import { type Backoff, type Clock, orAborted } from "../ports.ts";
import type { Hearing } from "../relay/hearing.ts";
import type { Network, Presence } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import { Cell } from "./cell.ts";
import {
  type Deliveries,
  type Delivery,
  type DeliveryEvent,
  deliveryMachine,
  type IgnoredDelivery,
  type Publish,
  type Sender,
} from "./delivery.ts";
import { deliveryKeeping } from "./delivery-keeping.ts";
import { type Live, live } from "./live.ts";

export interface OutboxOptions {
  readonly store: Store;
  readonly network: Network;
  /** The sockets of one of our identities; undefined where it is none any more, and then nothing goes out as it. */
  readonly presence: (sender: Exclude<Sender, "nobody">) => Presence | undefined;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
  readonly backoff?: Backoff;
  readonly onFailure?: (failure: DriverFailure<Publish>) => void;
}

export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { store, clock, random, backoff, onFailure } = options;
  // Effects of an earlier life begin while the driver opens, so what they need is read from the state when it is there.
  const place: { driver?: Driver<Deliveries, DeliveryEvent, Publish, IgnoredDelivery> } = {};
  const opened = deferred();
  const trying = new Cell(0);
  /** Not over before what became of it is durable, and can be seen. */
  const answered = new Set<Publish>();
  const driver = await openDriver({
    machine: deliveryMachine,
    store: machineStore(store, "deliveries", deliveryKeeping),
    perform: async (effect, signal) => {
      trying.set(trying.state + 1);
      let isAnswered = false;
      try {
        await opened.promise;
        const answer = await publish(effect, place.driver?.state.get(effect.id), options, signal);
        isAnswered = answer !== undefined && isWaiting(place.driver?.state, effect);
        if (isAnswered) answered.add(effect);
        return answer;
      } finally {
        if (!isAnswered) trying.set(trying.state - 1);
      }
    },
    clock,
    random,
    ...(backoff === undefined ? {} : { backoff }),
    ...(onFailure === undefined ? {} : { onFailure }),
  });
  place.driver = driver;
  driver.watch((state) => {
    for (const effect of [...answered]) {
      if (isWaiting(state, effect)) continue;
      answered.delete(effect);
      trying.set(trying.state - 1);
    }
  });
  opened.resolve();
  return new Outbox(driver, trying, options.network.hearing);
}

export class Outbox implements AsyncDisposable {
  readonly #driver: Driver<Deliveries, DeliveryEvent, Publish, IgnoredDelivery>;
  readonly #trying: Cell<number>;
  readonly #hearing: Hearing;

  /** Only `openOutbox` makes one. @internal */
  constructor(
    driver: Driver<Deliveries, DeliveryEvent, Publish, IgnoredDelivery>,
    trying: Cell<number>,
    hearing: Hearing,
  ) {
    this.#driver = driver;
    this.#trying = trying;
    this.#hearing = hearing;
  }

  /** How many publications are being tried now; one that waits for its next try is none. */
  get trying(): Live<number> {
    return live(this.#trying, (trying) => trying);
  }

  /** What is on its way and what became of it, until it is forgotten. */
  get deliveries(): Live<Deliveries> {
    return live(this.#driver, (state) => state);
  }

  /**
   * Resolves when it is durable: from then on it goes out. Says why where it was not taken. `again`: these relays had it
   * once, and have lost it.
   */
  send(
    event: VerifiedEvent,
    as: Sender,
    relays: readonly string[],
    again = false,
  ): Promise<IgnoredDelivery | undefined> {
    const urls = relays.map((text): RelayUrl => {
      const url = relayUrl(text);
      if (url === undefined) throw new UsageError("usage/template", "give relays as ws:// or wss:// URLs");
      return url;
    });
    return this.#hearing.during(this.#driver.send({ kind: "send", event: plain(event), as, relays: urls, again }));
  }

  /** Tries the relays that refused it again. */
  resend(id: EventId): Promise<IgnoredDelivery | undefined> {
    return this.#driver.send({ kind: "resend", id });
  }

  /** Ends it, delivered or not. */
  forget(id: EventId): Promise<IgnoredDelivery | undefined> {
    return this.#driver.send({ kind: "forget", id });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#driver[Symbol.asyncDispose]();
  }
}

function isWaiting(state: Deliveries | undefined, { id, relay }: Publish): boolean {
  return state?.get(id)?.relays.get(relay)?.kind === "waiting";
}

/** Answers of a relay that may be another tomorrow. */
const PASSING: readonly unknown[] = ["rate-limited", "error"];

async function publish(
  { id, relay }: Publish,
  delivery: Delivery | undefined,
  { network, presence, curve }: OutboxOptions,
  signal: AbortSignal,
): Promise<DeliveryEvent | undefined> {
  // Forgotten meanwhile.
  if (delivery?.relays.get(relay)?.kind !== "waiting") return undefined;
  const verdict = VerifiedEvent.check(delivery.event, curve);
  if (!verdict.ok) return { kind: "answered", id, relay, answer: { kind: "refused", reason: "invalid: not signed" } };
  const isNobody = delivery.as === "nobody";
  const sockets = delivery.as === "nobody" ? network.anonymously() : presence(delivery.as);
  if (sockets === undefined) {
    return { kind: "answered", id, relay, answer: { kind: "refused", reason: "closed: this identity is over" } };
  }
  try {
    const [result] = await orAborted(sockets.publish([relay], verdict.event), signal);
    if (result?.outcome === "accepted") return { kind: "answered", id, relay, answer: { kind: "accepted" } };
    if (result?.outcome === "refused" && !PASSING.includes(parseReason(result.reason).prefix)) {
      return { kind: "answered", id, relay, answer: { kind: "refused", reason: result.reason } };
    }
    throw new NotDelivered(result?.outcome ?? "unreachable");
  } finally {
    if (isNobody) sockets[Symbol.dispose]();
  }
}

/** Tried again by the driver. */
export class NotDelivered extends Error {
  override readonly name = "NotDelivered";
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
