/**
 * The life of one group on one device, as a pure machine (docs/spec/groups.md).
 *
 *   events in: received, woke, said, asked, left, changed, decided, mined, refreshed, forgot
 *   effects out: publish, wake, mine, notice
 *
 * `step` is total: hostile events and untimely wishes are answered with `ignored`. It reads no clock and makes no
 * randomness: `now` comes with the event, random bytes and the member's key come in `means`: his own, or one made for
 * this group where his own lies behind a signer (GROUP-23).
 * Which phase one is in is derived from the selection after every step (view.ts), so no order of arrival shows in it.
 */
import { type PubkeyHex, toHex } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import type { Rumor, VerifiedEvent } from "../nostr/event.ts";
import { signEvent } from "../nostr/event.ts";
import { hasWork } from "../nostr/nip13.ts";
import type { Secret } from "../secret.ts";
import {
  type Found,
  joinRequest,
  leave,
  memberRotation,
  message,
  type OwnerChange,
  ownerRotation,
  type Saying,
  type Unsigned,
} from "./acts.ts";
import { MAX_DIFFICULTY } from "./candidates.ts";
import { duties, leavesToPassOn } from "./duties.ts";
import type { Effect, GroupMeans } from "./effects.ts";
import { epochsByKey } from "./epochs.ts";
import type { Viewer } from "./facts.ts";
import type { Introduction } from "./introduction.ts";
import { Ledger } from "./ledger.ts";
import { Reader } from "./reader.ts";
import type { Message, ReaderConfig, Ignored as Unread } from "./reader-memory.ts";
import { type Plan, planName, planned } from "./schedule.ts";
import { mayWrite, type Selection } from "./select.ts";
import { type Phase, phaseOf } from "./view.ts";

interface Core {
  readonly reader: Reader;
  readonly ledger: Ledger;
  /** What was done once and is not done again: complaints, notes, rotations. */
  readonly done: ReadonlySet<string>;
  /** Waiting for work (NIP-13); the alias signs what comes back. */
  readonly mining: readonly Unsigned[];
}
/** One state for each phase; only who belongs to the group can have a rotation planned. */
export type Group =
  | (Core & { readonly kind: "outside" | "leaver" | "removed" })
  | (Core & { readonly kind: "member" | "admin" | "owner"; readonly plan: Plan | undefined });

export type GroupEvent =
  | { readonly kind: "received"; readonly event: VerifiedEvent; readonly now: number }
  | { readonly kind: "woke"; readonly now: number }
  | { readonly kind: "said"; readonly saying: Saying; readonly now: number }
  | {
      readonly kind: "asked";
      readonly key: PubkeyHex;
      readonly text: string;
      /** GROUP-23: where the machine's key is one made for this group. */
      readonly introduction?: Introduction;
      readonly difficulty: number;
      readonly now: number;
    }
  | { readonly kind: "left"; readonly now: number }
  | { readonly kind: "changed"; readonly change: OwnerChange; readonly now: number }
  | { readonly kind: "decided"; readonly viewer: Partial<Omit<Viewer, "me">>; readonly now: number }
  | { readonly kind: "mined"; readonly event: Rumor; readonly now: number }
  | { readonly kind: "refreshed"; readonly encryption: readonly Secret[]; readonly now: number }
  | { readonly kind: "forgot"; readonly keys: readonly PubkeyHex[]; readonly now: number };

export type Ignored =
  | Unread
  | "not-a-member"
  | "not-owner"
  | "may-not-write"
  | "owner-must-hand-over"
  | "nothing-to-do"
  | "too-many-leaves"
  | "not-asked-for";

export interface Step {
  readonly state: Group;
  readonly effects: readonly Effect[];
  /** Present where the event changed nothing that anybody sees, with the reason. */
  readonly ignored?: Ignored;
}

/** Before any event was read. `invitedBy`: the owner that the invite names (GROUP-22). */
export function openGroup(config: ReaderConfig, invitedBy: readonly PubkeyHex[] = []): Group {
  const me = toHex(config.mine.real.pubkey) as PubkeyHex;
  const viewer: Viewer = { me, invitedBy, reinvitedBy: [], chosen: [], insist: false };
  return { kind: "outside", reader: Reader.open(config), ledger: Ledger.of([], viewer), done: new Set(), mining: [] };
}

export function step(state: Group, event: GroupEvent, means: GroupMeans): Step {
  const { now } = event;
  switch (event.kind) {
    case "received":
      return receive(state, event.event, now, means);
    case "woke":
      return wake(state, now, means);
    case "said":
      return say(state, event.saying, now, means);
    case "asked": {
      const { key, difficulty } = event;
      const ek = newestKey(state.reader);
      const made = joinRequest(state.reader.config.create, key, event, ek, means.real, now, means);
      return work(state, made, difficulty, now, means);
    }
    case "left":
      return depart(state, now, means);
    case "changed":
      return change(state, event.change, now, means);
    case "decided":
      return settle({ ...state, ledger: state.ledger.as({ ...state.ledger.viewer, ...event.viewer }) }, [], now, means);
    case "mined":
      return takeMined(state, event.event, now, means);
    case "refreshed":
      return refresh(state, event.encryption, now, means);
    case "forgot":
      return { state: { ...state, reader: state.reader.forget(event.keys) }, effects: [] };
    default:
      return event satisfies never;
  }
}

const ignore = (state: Group, ignored: Ignored): Step => ({ state, effects: [], ignored });

function receive(state: Group, event: VerifiedEvent, now: number, means: GroupMeans): Step {
  const read = state.reader.read(event);
  const next = { ...state, reader: read.reader, ledger: read.facts.reduce((l, fact) => l.add(fact), state.ledger) };
  const said = read.messages.map((one): Effect => ({ kind: "message", message: one }));
  const after = read.facts.length === 0 ? { state: next, effects: said } : settle(next, said, now, means);
  return read.ignored === undefined || after.effects.length > 0 ? after : { ...after, ignored: read.ignored };
}

/** After the set of facts has changed: the phase, what an honest client does by itself, the next rotation. */
function settle(state: Group, effects: readonly Effect[], now: number, means: GroupMeans): Step {
  const { me } = state.ledger.viewer;
  const selection = state.ledger.select(now);
  const phase = phaseOf(selection, me);
  const moved: readonly Effect[] = phase === state.kind ? [] : [{ kind: "phase", phase }];
  let next = inPhase(state, phase, undefined);
  const out = [...effects, ...moved];
  if (selection.kind === "none") return { state: next, effects: out };
  const due = duties(selection, state.reader, state.done, means, now);
  next = { ...next, done: new Set([...state.done, ...due.done]) };
  out.push(...due.ask);
  for (const event of due.publish) {
    const own = absorb(next, event);
    next = own.state;
    out.push(...own.effects);
  }
  if (due.change !== undefined && phase === "owner") {
    const changed = change(next, due.change, now, means);
    return { state: changed.state, effects: [...out, ...changed.effects] };
  }
  const plan = planned(
    "plan" in state ? state.plan : undefined,
    next.done,
    next.ledger.select(now),
    me,
    now,
    means.random,
  );
  next = inPhase(next, phase, plan);
  return { state: next, effects: plan === undefined ? out : [...out, { kind: "wake", at: plan.at }] };
}

function inPhase(state: Group, kind: Phase, plan: Plan | undefined): Group {
  const { reader, ledger, done, mining } = state;
  const core = { reader, ledger, done, mining };
  return kind === "member" || kind === "admin" || kind === "owner" ? { ...core, kind, plan } : { ...core, kind };
}

/** My own event: part of what I hold before it leaves. */
function absorb(state: Group, event: VerifiedEvent): { readonly state: Group; readonly effects: readonly Effect[] } {
  const read = state.reader.read(event);
  const ledger = read.facts.reduce((l, fact) => l.add(fact), state.ledger);
  const said = read.messages.map((one): Effect => ({ kind: "message", message: one }));
  return { state: { ...state, reader: read.reader, ledger }, effects: [...said, { kind: "publish", event }] };
}

function publish(state: Group, { event, alias }: Unsigned, now: number, means: GroupMeans): Step {
  const own = absorb(state, signEvent(event, alias, means.random(32), means.curve));
  return settle(own.state, own.effects, now, means);
}

/** At once, or after work where the group asks for it. */
function work(state: Group, made: Unsigned, target: number, now: number, means: GroupMeans): Step {
  if (target === 0) return publish(state, made, now, means);
  const bits = Math.min(target, MAX_DIFFICULTY);
  const waiting = { ...state, mining: [...state.mining, made] };
  return { state: waiting, effects: [{ kind: "mine", event: made.event, target: bits }] };
}

function takeMined(state: Group, event: Rumor, now: number, means: GroupMeans): Step {
  const made = state.mining.find((one) => one.event.pubkey === event.pubkey);
  if (made === undefined || event.content !== made.event.content) return ignore(state, "not-asked-for");
  const mining = state.mining.filter((one) => one !== made);
  return publish({ ...state, mining }, { event, alias: made.alias }, now, means);
}

function wake(state: Group, now: number, means: GroupMeans): Step {
  const looked = settle(state, [], now, means);
  const plan = "plan" in looked.state ? looked.state.plan : undefined;
  const view = looked.state.ledger.select(now);
  if (plan === undefined || view.kind === "none" || plan.at > now) {
    return looked.effects.length > 0 ? looked : { ...looked, ignored: "nothing-to-do" };
  }
  const done = new Set([...looked.state.done, planName(plan)]);
  const made = memberRotation(view, looked.state.reader, means.real, now, means);
  const effects: Effect[] = looked.effects.filter((effect) => effect.kind !== "wake");
  let next: Group = inPhase({ ...looked.state, done }, looked.state.kind, undefined);
  if (made === undefined) return { state: next, effects, ignored: "too-many-leaves" };
  for (const event of leavesToPassOn(view, next.reader, means, now)) {
    const own = absorb(next, event);
    next = own.state;
    effects.push(...own.effects);
  }
  const after = work(next, made, view.tip.fact.difficulty, now, means);
  return { state: after.state, effects: [...effects, ...after.effects] };
}

function say(state: Group, saying: Saying, now: number, means: GroupMeans): Step {
  const view = state.ledger.select(now);
  if (view.kind === "none" || state.kind === "outside") return ignore(state, "not-a-member");
  if (!mayWrite(view)) return ignore(state, "may-not-write");
  const { create } = state.reader.config;
  return publish(state, message(create, view.choice.current.key, saying, means.real, now, means), now, means);
}

function depart(state: Group, now: number, means: GroupMeans): Step {
  const view = state.ledger.select(now);
  if (state.kind === "owner") return ignore(state, "owner-must-hand-over");
  if (view.kind === "none" || (state.kind !== "member" && state.kind !== "admin")) return ignore(state, "not-a-member");
  return publish(state, leave(view, state.reader.config.create, means.real, now, means), now, means);
}

function change(state: Group, wanted: OwnerChange, now: number, means: GroupMeans): Step {
  const view = state.ledger.select(now);
  if (state.kind !== "owner" || view.kind === "none") return ignore(state, "not-owner");
  if (hindered(view)) return ignore(state, "may-not-write");
  return publish(state, ownerRotation(view, state.reader, wanted, means.real, now, means), now, means);
}

/** An owner does not build on what may be out of date; a leaver who holds the key is no hindrance but a reason. */
function hindered(view: Found): boolean {
  return view.blocks.some((block) => block !== "leaver-holds-key");
}

/** GROUP-21: the newest key is announced where the group wraps to such keys; dropped ones are deleted by the caller. */
function refresh(state: Group, encryption: readonly Secret[], now: number, means: GroupMeans): Step {
  const reader = state.reader.rekeyed({ ...state.reader.config.mine, encryption });
  const next = { ...state, reader };
  const ek = newestKey(reader);
  if (ek === undefined || ek === newestKey(state.reader)) return { state: next, effects: [] };
  return say(next, { words: { kind: "text", text: "" }, ek }, now, means);
}

function newestKey(reader: Reader): PubkeyHex | undefined {
  const newest = reader.config.mine.encryption.at(-1);
  return newest && (toHex(newest.pubkey) as PubkeyHex);
}

/** GROUP-11: whose requests wait for an answer: of people who are not in, with the work that the group asks for. */
export function openRequests(state: Group, now: number): readonly Message[] {
  const view = state.ledger.select(now);
  if (view.kind === "none") return [];
  const inside = new Set(view.tip.fact.roster.map((member) => member.person));
  return state.reader.messages().filter((one) => {
    if (one.kind !== 483 || inside.has(one.author)) return false;
    const event = state.reader.event(one.id);
    return event !== undefined && hasWork(event, Math.min(view.tip.fact.difficulty, MAX_DIFFICULTY));
  });
}

/** GROUP-22: false for an old link opened again: its key is of an epoch of my history that is not o*'s. */
export function isNewInvite(state: Group, key: PubkeyHex, now: number): boolean {
  const view = state.ledger.select(now);
  const known = epochsByKey(state.ledger.facts(), view).get(key);
  return view.kind === "none" || known === undefined || known.owner === view.tip.fact.id;
}

/** What a store keeps of a group. Group secrets and keys of one's own are kept apart, encrypted (`ReaderConfig`). */
export interface Saved {
  readonly events: readonly VerifiedEvent[];
  readonly done: readonly string[];
  readonly viewer: Viewer;
}

export function saved({ reader, ledger, done }: Group): Saved {
  return { events: reader.events(), done: [...done], viewer: ledger.viewer };
}

/** The same group after a restart. What was planned is planned anew by the next `woke`; work begun is lost. */
export function reopenGroup(config: ReaderConfig, { events, done, viewer }: Saved, now: number): Group {
  let reader = Reader.open(config);
  let ledger = Ledger.of([], viewer);
  for (const event of events) {
    const read = reader.read(event);
    reader = read.reader;
    ledger = read.facts.reduce((l, fact) => l.add(fact), ledger);
  }
  const core = { reader, ledger, done: new Set(done), mining: [] };
  return inPhase({ ...core, kind: "outside" }, phaseOf(ledger.select(now), viewer.me), undefined);
}

export function selectionOf(state: Group, now: number): Selection {
  return state.ledger.select(now);
}

/** For hosts that hand over a key that is not the viewer's: a mistake better found early. */
export function assertMine(state: Group, real: Secret): void {
  if (toHex(real.pubkey) !== state.ledger.viewer.me) {
    throw new UsageError("usage/secret", "give the machine the key of the person whose group this is");
  }
}
