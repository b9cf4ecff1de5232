/**
 * From the facts held to what this device is now, and what follows from the difference.
 *
 * Spec: docs/spec/channels.md, CHANNEL-3 (a new owner moves at once), CHANNEL-4 (consent), CHANNEL-5, CHANNEL-9. The
 * order is: forget what expired, walk the path, say what we are, and only then warn, ask and schedule.
 */
import { closedAt, forgetAt, moveAt, warnAt } from "./expiration.ts";
import { byTime, type Control, type Fact, isSpoken, type Offer } from "./fact.ts";
import { createOf, forgetDue } from "./forget.ts";
import { heldBackUntil, LATE, spokenFault } from "./spoken.ts";
import type { Channel, Effect, InThread, MoveReason, Step, Warning } from "./state.ts";
import { type Path, type Thread, walk } from "./thread.ts";

export interface Settling {
  /** What the device was; undefined when it has just joined. */
  readonly before: Channel;
  readonly thread: Thread;
  readonly added: readonly Fact[];
  readonly now: number;
}

export function settle({ before, thread: given, added, now }: Settling, effects: readonly Effect[] = []): Step {
  const earlier = "path" in before && before.thread.settledAt <= now ? before.path : undefined;
  const first = walk(given, now, earlier);
  const forgetting = first && forgetDue(first.thread, first.path, now);
  const forget: readonly Effect[] = (forgetting?.keys ?? []).map((key) => ({ kind: "forget", key }));
  const walked = forgetting && forgetting.keys.length > 0 ? walk(forgetting.thread, now, first?.path) : first;
  if (walked === undefined) return { state: { kind: "ended", why: "expired" }, effects: [...effects, ...forget] };
  const thread = forgetting?.keys.length === 0 ? forgetting.thread : walked.thread;
  const path = thread.rooms === walked.thread.rooms ? walked.path : refresh(walked.path, thread);

  const state = standing(thread, path, now);
  const told = new Set(thread.told);
  const due = [
    ...effects,
    ...forget,
    ...openings(before, state),
    ...announcements(path, added, now),
    ...warnings(state, now, told),
    ...duties(state, now, told),
    ...questions(path, thread, told),
  ];
  const wakeAt = nextWake(state, now);
  const schedule: readonly Effect[] =
    wakeAt === undefined || wakeAt === thread.wakeAt ? [] : [{ kind: "schedule", at: wakeAt }];
  const { me, first: from, rooms, forgotten, follow, approved } = thread;
  const settled = { me, first: from, rooms, forgotten, follow, approved, told, wakeAt, settledAt: now };
  return { state: withThread(state, settled), effects: [...due, ...schedule] };
}

/** Written out, for the reason that thread.ts gives. */
function withThread(state: InThread, thread: Thread): InThread {
  const { path } = state;
  switch (state.kind) {
    case "delegate":
      return { kind: state.kind, thread, path, offer: state.offer };
    case "stopped":
      return { kind: state.kind, thread, path, why: state.why };
    case "waiting":
    case "member":
    case "owner":
    case "removed":
      return { kind: state.kind, thread, path };
    default:
      return state satisfies never;
  }
}

/** The path names the rooms as they are after forgetting. */
function refresh({ places, end, creates }: Path, thread: Thread): Path {
  const fresh = places.map(({ room, view }) => ({ room: thread.rooms.get(room.id)!, view }));
  return { places: fresh, here: fresh.at(-1)!, end, creates };
}

function standing(thread: Thread, path: Path, now: number): InThread {
  const { view, room } = path.here;
  if (path.end === "back") return { kind: "stopped", thread, path, why: "move-back" };
  if (path.end === "gone") return { kind: "stopped", thread, path, why: "expired" };
  if (view.create === undefined) return { kind: "waiting", thread, path };
  if (closedAt(view.create, now)) return { kind: "stopped", thread, path, why: "expired" };
  if (view.noticed) return { kind: "removed", thread, path };
  if (view.owner === thread.me) return { kind: "owner", thread, path };
  if (view.stopped) return { kind: "stopped", thread, path, why: "void-move" };
  const offer = offerTo([...room.control.values()], thread.me, path, now);
  return offer === undefined ? { kind: "member", thread, path } : { kind: "delegate", thread, path, offer };
}

/** The owner's latest offer, if it names this person and can still be accepted. */
function offerTo(facts: readonly Control[], me: string, { here: { view } }: Path, now: number): Offer | undefined {
  const current = view.owners?.chain.at(-1);
  const offers = facts.filter(
    (fact): fact is Offer =>
      fact.type === "offer" &&
      !view.refused.has(fact.id) &&
      fact.tenure === current?.name &&
      fact.author === view.owner,
  );
  const latest = offers.toSorted(byTime).at(-1);
  if (latest?.to !== me || (latest.expiration !== undefined && latest.expiration < now)) return undefined;
  return latest;
}

function openings(before: Channel, { thread }: InThread): readonly Effect[] {
  const known = "thread" in before ? before.thread.rooms : new Map();
  return [...thread.rooms.values()]
    .filter(({ id }) => !known.has(id))
    .map(({ key }) => ({ kind: "read", key, relays: thread.approved }));
}

/** CHANNEL-13: what is new to read. A message of long ago is shown in its place, without announcing it. */
function announcements({ places }: Path, added: readonly Fact[], now: number): readonly Effect[] {
  const views = new Map(places.map(({ room, view }) => [room.id, view]));
  const ids = added.filter(isSpoken).flatMap((fact) => {
    const view = views.get(fact.channel);
    return view !== undefined && fact.time > now - LATE && spokenFault(fact, view, now) === undefined ? [fact.id] : [];
  });
  return ids.length === 0 ? [] : [{ kind: "announce", ids }];
}

function warnings({ kind, path }: InThread, now: number, told: Set<string>): readonly Effect[] {
  const { view, room } = path.here;
  const found: Warning[] = path.places.flatMap((place) => [...place.view.alarms]);
  if (path.places.some((place) => place.view.create !== undefined && !place.view.verified))
    found.push("unverified-copy");
  if (view.lacking.length > 0) found.push("out-of-date");
  const warn = view.create && warnAt(view.create);
  if (kind === "owner" && warn !== undefined && now >= warn) found.push("expires-soon");
  return [...new Set(found)].flatMap((what): Effect[] => {
    const once = `${room.key}:${what}`;
    if (told.has(once)) return [];
    told.add(once);
    return [{ kind: "warn", what }];
  });
}

function duties(state: InThread, now: number, told: Set<string>): readonly Effect[] {
  const why = state.kind === "owner" ? moveReason(state, now) : undefined;
  const once = `${state.path.here.room.key}:move:${why}`;
  if (why === undefined || told.has(once)) return [];
  told.add(once);
  return [{ kind: "move-due", why }];
}

/** Why the owner's client has to move the channel, if it has to. */
export function moveReason({ path }: InThread, now: number): MoveReason | undefined {
  const { view, room } = path.here;
  const current = view.owners?.chain.at(-1);
  if (current === undefined || view.create === undefined) return undefined;
  // CHANNEL-3: this anchors his ownership in a 400 of his own.
  if (current.name !== undefined) return "new-owner";
  if (view.stopped) return "void-move";
  const due = moveAt(view.create);
  if (due !== undefined && now >= due) return "expiration";
  const offers = [...room.control.values()].filter((fact): fact is Offer => fact.type === "offer");
  const latest = offers
    .filter(({ id }) => !view.refused.has(id))
    .toSorted(byTime)
    .at(-1);
  // Words alone do not take an offer back from a dishonest delegate.
  return latest !== undefined && latest.to === latest.author && offers.length > 1 ? "offer-withdrawn" : undefined;
}

function questions({ here: { view } }: Path, { approved }: Thread, told: Set<string>): readonly Effect[] {
  const relays = view.relays.filter((url) => !approved.includes(url) && !told.has(`relay:${url}`));
  for (const url of relays) told.add(`relay:${url}`);
  return relays.length === 0 ? [] : [{ kind: "ask-relays", relays }];
}

function nextWake({ kind, path, thread }: InThread, now: number): number | undefined {
  const times: (number | undefined)[] = [];
  for (const { room, view } of path.places) {
    times.push(view.wakeAt, heldBackUntil(room.spoken.values(), now));
    for (const { expiration } of room.spoken.values()) times.push(expiration);
  }
  for (const room of thread.rooms.values()) {
    const create = createOf(room);
    times.push(create && forgetAt(create), create?.expiration === undefined ? undefined : create.expiration + 1);
  }
  const { create } = path.here.view;
  if (kind === "owner" && create !== undefined) times.push(warnAt(create), moveAt(create));
  let first: number | undefined;
  for (const time of times) if (time !== undefined && time > now) first = Math.min(first ?? time, time);
  return first;
}
