/**
 * The life of one encrypted channel, and of those it moves to, on one device: a pure, total machine.
 *
 * Spec: docs/spec/channels.md. `step` reads no clock, no randomness, no network and does no cryptography: wraps come
 * opened (open.ts, read-fact.ts) and go wrapped (inner-event.ts). What a device is follows from the set of facts it
 * holds (state.ts has the diagram); a peer who breaks the protocol is answered with `ignored`, never an exception.
 * The driver makes `state` durable before it performs any effect.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { toHex } from "../bytes.ts";
import type { Secret } from "../secret.ts";
import { AHEAD, closedAt } from "./expiration.ts";
import { earliestFirst, type Fact, type Invitation } from "./fact.ts";
import { giveBack, giveBackWrapped, wrapAgain } from "./give-back.ts";
import { type Arrival, type Dropped, receive } from "./receive.ts";
import { settle } from "./settle.ts";
import type { Channel, ChannelEvent, Effect, Ignored, InThread, Invited, Posted, Step } from "./state.ts";
import { movesOf, openRoom, type Place, type Room, stillHolds, type Thread, walk } from "./thread.ts";

/** Before anything is known: the first invitation names the channel. */
export function begin(me: PubkeyHex): Channel {
  return { kind: "invited", me, invitations: new Map() };
}

/** A channel of our own: its 400, signed, wrapped to `secret`'s key. */
export function found(secret: Secret, create: Posted, relays: readonly string[], now: number): Step {
  const me = create.fact.author;
  return entered(openRoom(create.fact.id, secret, [me]), begin(me), me, relays, [create], now);
}

export function step(state: Channel, event: ChannelEvent): Step {
  switch (state.kind) {
    case "invited":
      return invited(state, event);
    case "waiting":
    case "member":
    case "delegate":
    case "owner":
    case "removed":
    case "stopped":
      return inThread(state, event);
    case "ended":
      return ignore(state, "wrong-state");
    default:
      return state satisfies never;
  }
}

/** May this device write to the channel at this time? */
export function mayWrite(state: Channel, now: number): boolean {
  if (state.kind !== "member" && state.kind !== "delegate" && state.kind !== "owner") return false;
  const { create, stopped } = state.path.here.view;
  return create !== undefined && !stopped && !closedAt(create, now);
}

/** What the user is asked about: CHANNEL-12, and CHANNEL-15 for those dated ahead. */
export function invitationsDue(state: Invited, now: number): readonly Invitation[] {
  return [...state.invitations.values()].filter(({ time }) => time <= now + AHEAD).toSorted(earliestFirst);
}

/** The keys that wraps for this conversation come under, besides the user's own. */
export function keysOf(state: Channel): ReadonlyMap<PubkeyHex, Secret> {
  const keys = new Map<PubkeyHex, Secret>();
  if ("thread" in state) for (const { key, secret } of state.thread.rooms.values()) keys.set(key, secret);
  return keys;
}

function ignore(state: Channel, ignored: Ignored): Step {
  return { state, effects: [], ignored };
}

function invited(state: Invited, event: ChannelEvent): Step {
  switch (event.kind) {
    case "received":
      return invitationsCame(state, event.arrivals, event.now);
    case "join": {
      const chosen = state.invitations.get(event.invitation);
      if (chosen === undefined) return ignore(state, "unknown-invitation");
      if (chosen.time > event.now + AHEAD) return ignore(state, "held-back");
      if (isOver(chosen, event.now)) return ignore(state, "expired");
      const key = toHex(chosen.secret.pubkey);
      const same = [...state.invitations.values()].filter(({ secret }) => toHex(secret.pubkey) === key);
      const empty = openRoom(
        chosen.channel,
        chosen.secret,
        same.map(({ author }) => author),
      );
      const room: Room = { ...empty, control: new Map(same.map((invitation) => [invitation.id, invitation])) };
      return entered(room, state, state.me, event.relays, [], event.now);
    }
    case "tick":
      return lapse(state, event.now);
    case "leave":
      return { state: { kind: "ended", why: "left" }, effects: [] };
    case "posted":
    case "relays-approved":
    case "follow":
    case "challenged":
    case "listed":
    case "refused":
    case "wrapped-again":
      return ignore(state, "wrong-state");
    default:
      return event satisfies never;
  }
}

/** CHANNEL-12: invitations wait for the user, whoever sends them. */
function invitationsCame(state: Invited, arrivals: readonly Arrival[], now: number): Step {
  const invitations = new Map(state.invitations);
  let fault: Dropped = "unknown-channel";
  for (const { fact, to } of arrivals) {
    const refused = invitationFault(fact, to, state.me, invitations, now);
    if (refused === undefined) invitations.set(fact.id, fact as Invitation);
    else fault = refused;
  }
  if (invitations.size === state.invitations.size) return ignore(state, fault);
  const ends = [...invitations.values()].flatMap(({ expiration }) => (expiration === undefined ? [] : [expiration]));
  const effects: readonly Effect[] = ends.length === 0 ? [] : [{ kind: "schedule", at: Math.min(...ends) }];
  return { state: { ...state, invitations }, effects };
}

function invitationFault(
  fact: Fact,
  to: PubkeyHex,
  me: PubkeyHex,
  held: ReadonlyMap<EventId, Invitation>,
  now: number,
): Dropped | undefined {
  if (fact.type !== "invitation") return "unknown-channel";
  if (to !== me) return "other-person";
  if (held.has(fact.id)) return "duplicate";
  if (isOver(fact, now)) return "expired";
  const [first] = held.values();
  return first !== undefined && first.channel !== fact.channel ? "other-channel" : undefined;
}

function isOver({ expiration }: Fact, now: number): boolean {
  return expiration !== undefined && expiration <= now;
}

/** CHANNEL-9: an invitation that was not taken in time goes, and the key in it. */
function lapse(state: Invited, now: number): Step {
  const kept = [...state.invitations].filter(([, invitation]) => !isOver(invitation, now));
  if (kept.length === state.invitations.size) return ignore(state, "nothing-new");
  return { state: { ...state, invitations: new Map(kept) }, effects: [] };
}

function entered(
  room: Room,
  before: Channel,
  me: PubkeyHex,
  approved: readonly string[],
  posts: readonly Posted[],
  now: number,
): Step {
  const thread: Thread = {
    me,
    first: room.id,
    rooms: new Map([[room.id, room]]),
    forgotten: new Map(),
    follow: new Map(),
    approved,
    told: new Set(),
    wakeAt: undefined,
    settledAt: now,
  };
  const walked = walk(thread, now)!;
  const received = receive(thread, walked.path, posts, now);
  return settle(
    { before, thread: received.thread, added: received.added, now },
    publications(received.thread, [], posts),
  );
}

function inThread(state: InThread, event: ChannelEvent): Step {
  const { thread } = state;
  switch (event.kind) {
    case "received": {
      const received = receiveAll(state, event.arrivals, event.now);
      if (received.added.length === 0) return ignore(state, received.dropped[0] ?? "nothing-new");
      return settle({ before: state, thread: received.thread, added: received.added, now: event.now });
    }
    case "posted":
      return posted(state, event.posts, event.now);
    case "tick":
      return settle({ before: state, thread, added: [], now: event.now });
    case "relays-approved": {
      const news = event.relays.filter((url) => !thread.approved.includes(url));
      if (news.length === 0) return ignore(state, "nothing-new");
      const reads = [...thread.rooms.values()].map(({ key }): Effect => ({ kind: "read", key, relays: news }));
      const approved = [...thread.approved, ...news];
      return settle({ before: state, thread: { ...thread, approved }, added: [], now: event.now }, reads);
    }
    case "follow":
      return follow(state, event.next, event.now);
    case "challenged": {
      const { relay, key, challenge } = event;
      if (!keysOf(state).has(key)) return ignore(state, "unknown-key");
      return { state, effects: [{ kind: "authenticate", relay, key, challenge }] };
    }
    case "listed":
      return giveBack(state, event);
    case "refused":
      return wrapAgain(state, event);
    case "wrapped-again":
      return giveBackWrapped(state, event);
    case "leave": {
      const forget = [...keysOf(state).keys()].map((key): Effect => ({ kind: "forget", key }));
      return { state: { kind: "ended", why: "left" }, effects: forget };
    }
    case "join":
      return ignore(state, "wrong-state");
    default:
      return event satisfies never;
  }
}

/** A move and what was sent to the channel it opens may come together: go on while rooms open. */
function receiveAll(state: InThread, arrivals: readonly Arrival[], now: number) {
  let { thread, path } = state;
  const added: Fact[] = [];
  const dropped: (Dropped | undefined)[] = arrivals.map(() => "unknown-channel");
  for (let waiting = arrivals.map((_, i) => i); waiting.length > 0; ) {
    if (thread !== state.thread || !stillHolds(thread, path, now)) {
      const walked = walk(thread, now, thread.settledAt <= now ? path : undefined);
      if (walked === undefined) break;
      ({ thread, path } = walked);
    }
    const received = receive(
      thread,
      path,
      waiting.map((i) => arrivals[i]!),
      now,
    );
    waiting.forEach((i, k) => {
      dropped[i] = received.dropped[k];
    });
    added.push(...received.added);
    thread = received.thread;
    const unknown = waiting.filter((i) => dropped[i] === "unknown-channel" || dropped[i] === "other-channel");
    waiting = received.added.length === 0 ? [] : unknown;
  }
  return { thread, added, dropped };
}

/** What was composed some time ago is looked at again: the channel may have moved while the author signed. */
function posted(state: InThread, posts: readonly Posted[], now: number): Step {
  if (posts.length === 0 || !posts.every((post) => mayPost(state, post, now))) return ignore(state, "wrong-state");
  const ours = posts.filter(({ fact, to }) => to === state.thread.me || !isForOthers(fact));
  const received = receiveAll(state, ours, now);
  if (received.added.length < ours.length) {
    return ignore(state, received.dropped.find((fault) => fault !== undefined) ?? "duplicate");
  }
  const { thread, added } = received;
  return settle({ before: state, thread, added, now }, publications(thread, state.path.places, posts));
}

function isForOthers(fact: Fact): boolean {
  return fact.type === "invitation" || fact.type === "move";
}

function mayPost(state: InThread, { fact }: Posted, now: number): boolean {
  const { view, room } = state.path.here;
  if (fact.author !== state.thread.me) return false;
  if (fact.type === "create") return state.kind === "owner" && !closedAt(view.create!, now);
  if (fact.channel !== room.id) return false;
  switch (fact.type) {
    case "message":
    case "carried":
    case "invitation":
      return mayWrite(state, now);
    case "change":
    case "offer":
      return state.kind === "owner" && mayWrite(state, now);
    case "accept":
      return state.kind === "delegate" && mayWrite(state, now) && fact.offer === state.offer.id;
    case "move":
    case "notice":
      return state.kind === "owner" && !closedAt(view.create!, now);
    default:
      return fact satisfies never;
  }
}

function publications(thread: Thread, places: readonly Place[], posts: readonly Posted[]): readonly Effect[] {
  const byKey = new Map(places.map((place) => [place.room.key, place.view]));
  return posts.map(({ fact, to, outer, relays }): Effect => {
    const view = byKey.get(to);
    const named = fact.type === "create" ? fact.relays : (view?.relays ?? []);
    const agreed = thread.approved.filter((url) => named.includes(url));
    const own = fact.type === "offer" ? view?.create?.expiration : fact.expiration;
    const nip40 = own !== undefined;
    return { kind: "publish", event: outer, relays: relays ?? (agreed.length > 0 ? agreed : thread.approved), nip40 };
  });
}

/** CHANNEL-3: no rule over a set decides between an owner and a dishonest delegate; the user may. */
function follow(state: InThread, next: EventId, now: number): Step {
  const found = state.path.places.find(({ room, view: { stopped, owners } }) => {
    const move = movesOf(room).find((fact) => fact.next === next && fact.secret !== undefined);
    return stopped && move !== undefined && owners?.all.get(move.tenure)?.owner === move.author;
  });
  if (found === undefined) return ignore(state, "unknown-move");
  const chosen = new Map(state.thread.follow).set(found.room.id, next);
  return settle({ before: state, thread: { ...state.thread, follow: chosen }, added: [], now });
}
