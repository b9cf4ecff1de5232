/**
 * What goes out, relay by relay, as a pure machine: nothing is lost, and everybody can see where it stands.
 *
 *   send ─► waiting ──answered──► accepted
 *              ▲  └─────────────► refused ──resend──┐
 *              └────────────────────────────────────┘     forget: over, whatever it was
 *
 * One effect for each event and relay, so a relay that is down holds nothing else up. Sending an event again adds the
 * relays that are new and repeats nothing. The event is signed and, where it is private, encrypted before it comes here.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Machine, Step } from "../driver/driver.ts";

/** On whose sockets it goes out. */
export type Sender = PubkeyHex | "nobody";
export type Delivered =
  | { readonly kind: "waiting" }
  | { readonly kind: "accepted" }
  /** In the relay's own words. */
  | { readonly kind: "refused"; readonly reason: string };

export interface Delivery {
  readonly event: SignedEvent;
  readonly as: Sender;
  readonly relays: ReadonlyMap<RelayUrl, Delivered>;
}
export type Deliveries = ReadonlyMap<EventId, Delivery>;

export type DeliveryEvent =
  | {
      readonly kind: "send";
      readonly event: SignedEvent;
      readonly as: Sender;
      readonly relays: readonly RelayUrl[];
      /** To these relays once more, though they have answered: one of them has lost it. */
      readonly again?: boolean;
    }
  | {
      readonly kind: "answered";
      readonly id: EventId;
      readonly relay: RelayUrl;
      readonly answer: Exclude<Delivered, { kind: "waiting" }>;
    }
  | { readonly kind: "resend"; readonly id: EventId }
  | { readonly kind: "forget"; readonly id: EventId };

export interface Publish {
  readonly kind: "publish";
  readonly id: EventId;
  readonly relay: RelayUrl;
}

export const IGNORED_DELIVERY = Object.freeze({
  "known-delivery": "This is already on its way to these relays.",
  "other-sender": "This goes out as somebody else already; two identities must not publish one event.",
  "no-relay": "No relay was named.",
  "too-many": "Too much is waiting to go out; forget what is done.",
  "unknown-delivery": "This is not among what goes out.",
  "nothing-to-resend": "No relay has refused this.",
});
export type IgnoredDelivery = keyof typeof IGNORED_DELIVERY;

const MAX_DELIVERIES = 10_000;
/** Deliveries that are kept for a screen, of those that are done. */
const MAX_SETTLED = 1_000;
const WAITING: Delivered = Object.freeze({ kind: "waiting" });

type DeliveryStep = Step<Deliveries, Publish, IgnoredDelivery>;

export const deliveryMachine: Machine<Deliveries, DeliveryEvent, Publish, IgnoredDelivery> = Object.freeze({
  initial: new Map(),
  step,
});

function step(state: Deliveries, event: DeliveryEvent): DeliveryStep {
  switch (event.kind) {
    case "send":
      return send(state, event);
    case "answered": {
      const known = state.get(event.id);
      if (known?.relays.get(event.relay)?.kind !== "waiting") return ignore(state, "unknown-delivery");
      return changed(state, event.id, { ...known, relays: new Map(known.relays).set(event.relay, event.answer) });
    }
    case "resend": {
      const known = state.get(event.id);
      if (known === undefined) return ignore(state, "unknown-delivery");
      const refused = [...known.relays].flatMap(([relay, { kind }]) => (kind === "refused" ? [relay] : []));
      return refused.length === 0 ? ignore(state, "nothing-to-resend") : waitFor(state, event.id, known, refused);
    }
    case "forget": {
      const rest = new Map(state);
      return rest.delete(event.id) ? { state: rest, effects: [] } : ignore(state, "unknown-delivery");
    }
    default:
      return event satisfies never;
  }
}

function send(state: Deliveries, given: Extract<DeliveryEvent, { kind: "send" }>): DeliveryStep {
  const { event, as, relays, again = false } = given;
  const known = state.get(event.id);
  if (known !== undefined && known.as !== as) return ignore(state, "other-sender");
  const isUnderWay = (relay: RelayUrl): boolean =>
    again ? known?.relays.get(relay)?.kind === "waiting" : known?.relays.has(relay) === true;
  const fresh = [...new Set(relays)].filter((relay) => !isUnderWay(relay));
  if (relays.length === 0) return ignore(state, "no-relay");
  if (fresh.length === 0) return ignore(state, "known-delivery");
  const room = known === undefined ? withRoom(state) : state;
  if (known === undefined && room.size >= MAX_DELIVERIES) return ignore(state, "too-many");
  return waitFor(room, event.id, known ?? { event, as, relays: new Map() }, fresh);
}

/** What was sent long ago is forgotten, oldest first, before a new one would be refused. */
function withRoom(state: Deliveries): Deliveries {
  if (state.size < MAX_SETTLED) return state;
  const sent = [...state].filter(([, delivery]) => isDone(delivery)).map(([id]) => id);
  const over = sent.slice(0, Math.max(0, sent.length - MAX_SETTLED / 2));
  if (over.length === 0) return state;
  const kept = new Map(state);
  for (const id of over) kept.delete(id);
  return kept;
}

function isDone({ relays }: Delivery): boolean {
  const kinds = [...relays.values()].map(({ kind }) => kind);
  return kinds.includes("accepted") && !kinds.includes("waiting");
}

function waitFor(state: Deliveries, id: EventId, delivery: Delivery, fresh: readonly RelayUrl[]): DeliveryStep {
  const relays = new Map([...delivery.relays, ...fresh.map((relay) => [relay, WAITING] as const)]);
  const effects = fresh.map((relay): Publish => ({ kind: "publish", id, relay }));
  return changed(state, id, { ...delivery, relays }, effects);
}

function changed(state: Deliveries, id: EventId, to: Delivery, effects: readonly Publish[] = []): DeliveryStep {
  return { state: new Map(state).set(id, to), effects };
}

function ignore(state: Deliveries, ignored: IgnoredDelivery): DeliveryStep {
  return { state, effects: [], ignored };
}

/** The whole of one delivery, for a list: a publish that every relay refused never counts as sent. */
export function standingOf({ relays }: Delivery): "waiting" | "sent" | "refused" {
  const kinds = [...relays.values()].map(({ kind }) => kind);
  if (kinds.includes("accepted")) return "sent";
  return kinds.includes("waiting") ? "waiting" : "refused";
}
