/**
 * One connection as a pure machine: `step(session, input, rules)` gives the next state and what is to be done.
 *
 *            REQ, COUNT, NEG-OPEN ─► the shell scans ─► scanned / counted ─► EOSE / COUNT
 *   open ──  AUTH ─► the shell verifies ─► authenticated ─► OK
 *            AUTH with a proof ─► the shell judges, one at a time ─► admitted ─► OK
 *            EVENT ─► the shell ingests and answers it
 *     └── disconnected ─► closed (terminal)
 *
 * Spec: NIP-01, NIP-42 (several keys per connection), NIP-45, NIP-77, PROOF-14. Total: every state has an answer to every input;
 * what changes nothing says why in `ignored`. A scan's answer names the generation of its subscription, so an answer
 * that comes after its subscription was replaced or closed is known to be late.
 */

import type { EventId } from "@subrosa/core/bytes";
import type { ClientMessage } from "@subrosa/core/nostr/client-message";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { FrameSubject, SubscriptionId } from "@subrosa/core/nostr/frame";
import type { RelayMessage } from "@subrosa/core/nostr/relay-message";
import { type AdmissionRules, isNamed, type Present, wouldName } from "./admissions.ts";
import { type AuthRules, authenticationFault } from "./authentication.ts";
import { type QuestionRules, refusedQuestion } from "./questions.ts";

export type Session =
  | (Present & {
      readonly kind: "open";
      readonly challenge: string;
      /** The anonymous answer whose proof is being judged. */
      readonly admitting?: EventId;
      readonly subscriptions: ReadonlyMap<SubscriptionId, Subscription>;
      /** Counts and negotiations at work. */
      readonly tasks: ReadonlyMap<SubscriptionId, Task>;
      readonly nextGeneration: number;
    })
  | { readonly kind: "closed" };
type Open = Extract<Session, { kind: "open" }>;

export interface Subscription {
  readonly generation: number;
  /** `stored`: its scan is at work; `live`: EOSE was sent. */
  readonly phase: "stored" | "live";
}

export interface Task {
  readonly generation: number;
  readonly work: "count" | "negotiation";
}

export type SessionInput =
  | ClientMessage
  | { readonly type: "malformed"; readonly subject: FrameSubject; readonly why: string }
  | { readonly type: "authenticated"; readonly event: SignedEvent }
  | { readonly type: "admitted"; readonly event: SignedEvent; readonly image: string; readonly until: number }
  | { readonly type: "not-authenticated"; readonly event: SignedEvent; readonly reason: string }
  | {
      readonly type: "scanned";
      readonly subscription: SubscriptionId;
      readonly generation: number;
      readonly fault?: string;
    }
  | {
      readonly type: "counted";
      readonly subscription: SubscriptionId;
      readonly generation: number;
      readonly result: { readonly count: number } | { readonly fault: string };
    }
  | {
      readonly type: "negotiated";
      readonly subscription: SubscriptionId;
      readonly generation: number;
      readonly result: { readonly message: string } | { readonly fault: string };
    }
  | { readonly type: "disconnected" };

export type SessionEffect =
  | { readonly do: "reply"; readonly message: RelayMessage }
  | { readonly do: "ingest"; readonly event: SignedEvent }
  | { readonly do: "authenticate"; readonly event: SignedEvent }
  /** The same for an anonymous answer. */
  | { readonly do: "admit"; readonly event: SignedEvent }
  | {
      readonly do: "subscribe";
      readonly subscription: SubscriptionId;
      readonly generation: number;
      readonly filters: readonly Filter[];
    }
  | {
      readonly do: "count";
      readonly subscription: SubscriptionId;
      readonly generation: number;
      readonly filters: readonly Filter[];
    }
  | {
      readonly do: "negotiate";
      readonly subscription: SubscriptionId;
      readonly generation: number;
      readonly filter: Filter;
      readonly message: string;
    }
  | {
      readonly do: "continue";
      readonly subscription: SubscriptionId;
      readonly generation: number;
      readonly message: string;
    }
  /** Forget whatever works under this name. */
  | { readonly do: "stop"; readonly subscription: SubscriptionId; readonly generation: number };

export type SessionIgnored = "closed" | "unknown-subscription" | "late";

export interface Step {
  readonly session: Session;
  readonly effects: readonly SessionEffect[];
  readonly ignored?: SessionIgnored;
}

export interface SessionRules extends AuthRules, QuestionRules {
  /** PROOF-14; absent where nobody is admitted without a name. */
  readonly admission?: AdmissionRules;
}

export function openSession(challenge: string): Step {
  const session: Session = {
    kind: "open",
    challenge,
    keys: new Set(),
    images: new Map(),
    subscriptions: new Map(),
    tasks: new Map(),
    nextGeneration: 1,
  };
  return { session, effects: [reply({ type: "AUTH", challenge })] };
}

export function step(session: Session, input: SessionInput, rules: SessionRules, now: number): Step {
  if (session.kind === "closed") return { session, effects: [], ignored: "closed" };
  switch (input.type) {
    case "EVENT":
      return { session, effects: [{ do: "ingest", event: input.event }] };
    case "AUTH":
      return authenticate(session, input.event, rules, now);
    case "authenticated":
      return authenticated(session, input.event, rules);
    case "admitted":
      return admitted(session, input, rules);
    case "not-authenticated":
      return { session: settled(session, input.event), effects: [ok(input.event, false, input.reason)] };
    case "REQ":
      return request(session, input, rules, now);
    case "COUNT":
      return count(session, input, rules, now);
    case "NEG-OPEN":
      return negotiate(session, input, rules, now);
    case "NEG-MSG":
      return continueNegotiation(session, input.subscription, input.message);
    case "CLOSE":
      return close(session, input.subscription);
    case "NEG-CLOSE":
      return closeTask(session, input.subscription);
    case "scanned":
      return scanned(session, input.subscription, input.generation, input.fault);
    case "counted":
    case "negotiated":
      return taskAnswered(session, input);
    case "malformed":
      return { session, effects: [refusal(input.subject, input.why)] };
    case "disconnected":
      return { session: { kind: "closed" }, effects: [...stopAll(session.subscriptions), ...stopAll(session.tasks)] };
    default:
      return input satisfies never;
  }
}

function authenticate(session: Open, event: SignedEvent, rules: SessionRules, now: number): Step {
  const { admission } = rules;
  const fault = authenticationFault(event, session.challenge, rules, now);
  if (fault !== undefined) return { session, effects: [ok(event, false, fault)] };
  if (admission?.isAnonymous(event) === true) return admit(session, event, admission);
  const why = wouldName(session, event.pubkey, admission);
  if (why !== undefined) return { session, effects: [ok(event, false, why)] };
  return { session, effects: [{ do: "authenticate", event }] };
}

function admit(session: Open, event: SignedEvent, admission: AdmissionRules): Step {
  const isBusy = session.admitting !== undefined;
  const fault = isBusy ? "rate-limited: one proof at a time" : (isNamed(session, admission) ?? admission.fault(event));
  if (fault !== undefined) return { session, effects: [ok(event, false, fault)] };
  return { session: { ...session, admitting: event.id }, effects: [{ do: "admit", event }] };
}

/** NIP-42: "relays MUST treat all pubkeys as authenticated". */
function authenticated(session: Open, event: SignedEvent, rules: SessionRules): Step {
  const why = wouldName(session, event.pubkey, rules.admission);
  if (why !== undefined) return { session, effects: [ok(event, false, why)] };
  const keys = session.keys.has(event.pubkey) ? session.keys : new Set([...session.keys, event.pubkey]);
  return { session: { ...session, keys }, effects: [ok(event, true, "")] };
}

function admitted(session: Open, input: Extract<SessionInput, { type: "admitted" }>, rules: SessionRules): Step {
  const { event, image, until } = input;
  if (session.admitting !== event.id || rules.admission === undefined) return { session, effects: [], ignored: "late" };
  const done = settled(session, event);
  // A member's key may have come while the proof was judged.
  const why = isNamed(session, rules.admission);
  if (why !== undefined) return { session: done, effects: [ok(event, false, why)] };
  return { session: { ...done, images: new Map(done.images).set(image, until) }, effects: [ok(event, true, "")] };
}

/** The proof of this answer is no longer being judged. */
function settled(session: Open, event: SignedEvent): Open {
  if (session.admitting !== event.id) return session;
  const { admitting: _, ...rest } = session;
  return rest;
}

type Asked<T extends SessionInput["type"]> = Extract<SessionInput, { type: T }>;

function request(session: Open, { subscription, filters }: Asked<"REQ">, rules: SessionRules, now: number): Step {
  const { before, effects } = replace(session, subscription);
  const refused = refusedQuestion(before, filters, rules, now);
  if (refused !== undefined) {
    const closed = reply({ type: "CLOSED", subscription, reason: refused });
    return { session: before, effects: [...effects, ...askedAgain(before, refused), closed] };
  }
  const generation = before.nextGeneration;
  const subscriptions = new Map(before.subscriptions).set(subscription, { generation, phase: "stored" });
  return {
    session: { ...before, subscriptions, nextGeneration: generation + 1 },
    effects: [...effects, { do: "subscribe", subscription, generation, filters }],
  };
}

function count(session: Open, { subscription, filters }: Asked<"COUNT">, rules: SessionRules, now: number): Step {
  const { before, effects } = replace(session, subscription);
  const refused = refusedQuestion(before, filters, rules, now);
  if (refused !== undefined) {
    const closed = reply({ type: "CLOSED", subscription, reason: refused });
    return { session: before, effects: [...effects, ...askedAgain(before, refused), closed] };
  }
  const { session: after, generation } = withTask(before, subscription, "count");
  return { session: after, effects: [...effects, { do: "count", subscription, generation, filters }] };
}

function negotiate(session: Open, input: Asked<"NEG-OPEN">, rules: SessionRules, now: number): Step {
  const { subscription, filter, message } = input;
  const { before, effects } = replace(session, subscription);
  const refused = refusedQuestion(before, [filter], rules, now);
  if (refused !== undefined) {
    const error = reply({ type: "NEG-ERR", subscription, reason: refused });
    return { session: before, effects: [...effects, ...askedAgain(before, refused), error] };
  }
  const { session: after, generation } = withTask(before, subscription, "negotiation");
  return { session: after, effects: [...effects, { do: "negotiate", subscription, generation, filter, message }] };
}

function withTask(
  session: Open,
  subscription: SubscriptionId,
  work: Task["work"],
): { readonly session: Open; readonly generation: number } {
  const generation = session.nextGeneration;
  const tasks = new Map(session.tasks).set(subscription, { generation, work });
  return { session: { ...session, tasks, nextGeneration: generation + 1 }, generation };
}

function continueNegotiation(session: Open, subscription: SubscriptionId, message: string): Step {
  const task = session.tasks.get(subscription);
  if (task?.work !== "negotiation") {
    const reason = "closed: no negotiation is open under this name";
    return { session, effects: [reply({ type: "NEG-ERR", subscription, reason })] };
  }
  return { session, effects: [{ do: "continue", subscription, generation: task.generation, message }] };
}

function close(session: Open, subscription: SubscriptionId): Step {
  const known = session.subscriptions.get(subscription);
  if (known === undefined) return closeTask(session, subscription, "count");
  const subscriptions = new Map(session.subscriptions);
  subscriptions.delete(subscription);
  return {
    session: { ...session, subscriptions },
    effects: [{ do: "stop", subscription, generation: known.generation }],
  };
}

function closeTask(session: Open, subscription: SubscriptionId, work: Task["work"] = "negotiation"): Step {
  const task = session.tasks.get(subscription);
  if (task?.work !== work) return { session, effects: [], ignored: "unknown-subscription" };
  return {
    session: { ...session, tasks: without(session.tasks, subscription) },
    effects: [{ do: "stop", subscription, generation: task.generation }],
  };
}

function scanned(session: Open, subscription: SubscriptionId, generation: number, fault: string | undefined): Step {
  const known = session.subscriptions.get(subscription);
  if (known?.generation !== generation || known.phase === "live") return { session, effects: [], ignored: "late" };
  if (fault !== undefined) {
    return {
      session: { ...session, subscriptions: without(session.subscriptions, subscription) },
      effects: [{ do: "stop", subscription, generation }, reply({ type: "CLOSED", subscription, reason: fault })],
    };
  }
  const subscriptions = new Map(session.subscriptions).set(subscription, { generation, phase: "live" });
  return { session: { ...session, subscriptions }, effects: [reply({ type: "EOSE", subscription })] };
}

function taskAnswered(session: Open, input: Extract<SessionInput, { type: "counted" | "negotiated" }>): Step {
  const { subscription, generation } = input;
  const work = input.type === "counted" ? "count" : "negotiation";
  const task = session.tasks.get(subscription);
  if (task?.generation !== generation || task.work !== work) return { session, effects: [], ignored: "late" };
  if (input.type === "negotiated" && "message" in input.result) {
    return { session, effects: [reply({ type: "NEG-MSG", subscription, message: input.result.message })] };
  }
  const ended = { ...session, tasks: without(session.tasks, subscription) };
  if (input.type === "counted" && "count" in input.result) {
    return { session: ended, effects: [reply({ type: "COUNT", subscription, result: input.result })] };
  }
  const reason = "fault" in input.result ? input.result.fault : "";
  const type = work === "count" ? "CLOSED" : "NEG-ERR";
  return {
    session: ended,
    effects: [{ do: "stop", subscription, generation }, reply({ type, subscription, reason })],
  };
}

/** A name in use again means: forget the old one. Names of requests, counts and negotiations are one space. */
function replace(session: Open, subscription: SubscriptionId): { before: Open; effects: SessionEffect[] } {
  const old = session.subscriptions.get(subscription) ?? session.tasks.get(subscription);
  if (old === undefined) return { before: session, effects: [] };
  const subscriptions = without(session.subscriptions, subscription);
  const tasks = without(session.tasks, subscription);
  return {
    before: { ...session, subscriptions, tasks },
    effects: [{ do: "stop", subscription, generation: old.generation }],
  };
}

/**
 * NIP-42: the challenge may be sent whenever the relay wants. The first one comes with the handshake, and a client that
 * began to listen a moment later did not hear it.
 */
export function askedAgain({ challenge }: { readonly challenge: string }, reason: string): SessionEffect[] {
  return reason.startsWith("auth-required: ") ? [reply({ type: "AUTH", challenge })] : [];
}

/** An answer where the sender waits for it. */
function refusal(subject: FrameSubject, why: string): SessionEffect {
  const reason = `invalid: ${why}`;
  if (subject.about === "event") return reply({ type: "OK", id: subject.id, accepted: false, reason });
  if (subject.about === "subscription") {
    if (subject.verb === "REQ" || subject.verb === "COUNT") {
      return reply({ type: "CLOSED", subscription: subject.id, reason });
    }
    if (subject.verb === "NEG-OPEN" || subject.verb === "NEG-MSG") {
      return reply({ type: "NEG-ERR", subscription: subject.id, reason });
    }
  }
  return reply({ type: "NOTICE", text: reason });
}

function reply(message: RelayMessage): SessionEffect {
  return { do: "reply", message };
}

function ok(event: SignedEvent, accepted: boolean, reason: string): SessionEffect {
  return reply({ type: "OK", id: event.id, accepted, reason });
}

function without<V>(map: ReadonlyMap<SubscriptionId, V>, key: SubscriptionId): ReadonlyMap<SubscriptionId, V> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

function* stopAll(map: ReadonlyMap<SubscriptionId, { readonly generation: number }>): Iterable<SessionEffect> {
  for (const [subscription, { generation }] of map) yield { do: "stop", subscription, generation };
}
