/**
 * What this device may say now, spelt and ready to be signed and wrapped.
 *
 * Spec: docs/spec/channels.md, CHANNEL-3, 5, 9. Nothing here changes the state: the author signs (perhaps elsewhere,
 * perhaps after asking), the event is wrapped, and `step` looks at it again as `posted`. A caller who asks for what he
 * may not do is told so by UsageError.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import type { Tag } from "../nostr/event.ts";
import type { Secret } from "../secret.ts";
import { mayWrite } from "./channel.ts";
import {
  draftAccept,
  draftCarried,
  draftChange,
  draftCreate,
  draftInvitation,
  draftMessage,
  draftMove,
  draftNotice,
  draftOffer,
  type OwnerPosting,
  type Posting,
} from "./draft.ts";
import { messageExpiration } from "./expiration.ts";
import type { Control, Create, Spoken } from "./fact.ts";
import type { Form, InnerDraft } from "./inner-event.ts";
import { isCarried } from "./kinds.ts";
import type { Metadata } from "./metadata.ts";
import type { RoomView } from "./room.ts";
import type { Channel, InThread } from "./state.ts";
import type { Ownership } from "./tenure.ts";
import type { Room } from "./thread.ts";

/** How to send it: signed or sealed, and until when relays keep the wrap. */
export interface Composed {
  readonly draft: InnerDraft;
  readonly form: Form;
  readonly expiration: number | undefined;
}

interface Here {
  readonly room: Room;
  readonly view: RoomView;
  readonly create: Create;
  readonly owners: Ownership;
}

function here(state: Channel, advice: string): Here {
  const place = "path" in state ? state.path.here : undefined;
  const create = place?.view.create;
  const owners = place?.view.owners;
  if (place === undefined || create === undefined || owners === undefined) throw new UsageError("usage/state", advice);
  return { ...place, create, owners };
}

function writable(state: Channel, now: number): Here {
  if (!mayWrite(state, now)) throw new UsageError("usage/state", "nobody writes here now; look at the state's kind");
  return here(state, "join the channel first");
}

function owned(state: Channel): Here {
  if (state.kind !== "owner") throw new UsageError("usage/state", "only the owner does this");
  return here(state, "join the channel first");
}

function posting({ room, view, create }: Here, time: number): Posting {
  return { time, channel: room.id, hint: view.relays[0] ?? "", expiration: messageExpiration(create, time) };
}

function ownerPosting(at: Here, time: number): OwnerPosting {
  return { ...posting(at, time), tenure: at.owners.chain.at(-1)!.name };
}

function composed({ create }: Here, draft: InnerDraft, time: number): Composed {
  return { draft, form: create.asks, expiration: messageExpiration(create, time) };
}

export function composeMessage(state: Channel, text: string, now: number, reply?: Spoken): Composed {
  const at = writable(state, now);
  const answered = reply === undefined ? {} : { reply: { id: reply.id, author: reply.author } };
  return composed(at, draftMessage({ ...posting(at, now), text, ...answered }), now);
}

export interface CarriedContent {
  readonly kind: number;
  readonly tags: readonly Tag[];
  readonly content: string;
}

/** A reaction, a poll, an article. */
export function composeCarried(state: Channel, event: CarriedContent, now: number): Composed {
  const at = writable(state, now);
  const names = event.tags.some((tag) => tag[0] === "expiration" || (tag[0] === "e" && tag[3] === "root"));
  if (!isCarried(event.kind) || names) {
    throw new UsageError("usage/template", "wrap another kind, and leave its root and its expiration to the channel");
  }
  return composed(at, draftCarried({ ...posting(at, now), ...event }), now);
}

/** For one person or many: wrap it to each. Whoever gets it reads the channel's whole history. */
export function composeInvitation(state: Channel, now: number, words = ""): Composed {
  const at = writable(state, now);
  const accepts = at.owners.accepts.map(({ id }) => id);
  const { secret } = at.room;
  return composed(at, draftInvitation({ ...posting(at, now), secret, relays: at.view.relays, accepts, words }), now);
}

export interface NewDescription {
  readonly metadata: Metadata;
  readonly relays?: readonly string[];
}

export function composeChange(state: Channel, change: NewDescription, now: number): Composed {
  const at = owned(writableState(state, now));
  const time = after(at, "change", now);
  return composed(at, draftChange({ ...ownerPosting(at, time), ...change }), time);
}

/** To oneself: takes the last offer back, and the channel has to move to make that sure. */
export function composeOffer(state: Channel, to: PubkeyHex, now: number, words = ""): Composed {
  const at = owned(writableState(state, now));
  const time = after(at, "offer", now);
  return composed(at, draftOffer({ ...ownerPosting(at, time), to, words }), time);
}

export function composeAccept(state: Channel, now: number): Composed {
  if (state.kind !== "delegate") throw new UsageError("usage/state", "nobody offers you this channel");
  const at = writable(state, now);
  const inputs = { ...posting(at, now), offer: state.offer.id, seen: seenBy(state) };
  return composed(at, draftAccept(inputs), now);
}

/** CHANNEL-3: every 402 and 405 of the tenure it ends, and the 406 that began it. A notice would forbid accepting. */
function seenBy(state: InThread): readonly EventId[] {
  const { room, owners } = here(state, "join the channel first");
  const current = owners.chain.at(-1)!;
  const acts = [...room.control.values()].filter(
    (fact) =>
      (fact.type === "change" || fact.type === "offer") &&
      fact.author === current.owner &&
      fact.tenure === current.name &&
      !state.path.here.view.refused.has(fact.id),
  );
  return [...owners.accepts.slice(-1), ...acts].map(({ id }) => id);
}

export interface Successor {
  readonly key: PubkeyHex;
  readonly now: number;
  readonly metadata?: Metadata;
  readonly relays?: readonly string[];
  /** Undefined: as long as the present one, from now. `null`: for ever. */
  readonly expiration?: number | null;
}

/** The 400 of the channel to move to; its id, once signed, goes into `composeMove`. */
export function composeSuccessor(state: Channel, { key, now, metadata, relays, expiration }: Successor): Composed {
  const { view, create } = owned(state);
  const lifetime = create.expiration === undefined ? undefined : create.expiration - create.time;
  const end = expiration === undefined ? lifetime && now + lifetime : (expiration ?? undefined);
  const draft = draftCreate({
    time: now,
    key,
    metadata: metadata ?? view.metadata,
    relays: relays ?? view.relays,
    form: create.asks,
    ...(end === undefined ? {} : { expiration: end }),
  });
  return { draft, form: create.asks, expiration: end };
}

export interface MoveInputs {
  readonly next: EventId;
  readonly secret: Secret;
  readonly now: number;
  readonly words?: string;
}

/** `move` to each remaining member and to oneself, `notice` to the old channel: one time for all (CHANNEL-5). */
export function composeMove(
  state: Channel,
  { next, secret, now, words = "" }: MoveInputs,
): { readonly move: Composed; readonly notice: Composed } {
  const at = owned(state);
  const base = ownerPosting(at, now);
  const accepts = at.owners.accepts.map(({ id }) => id);
  return {
    move: composed(at, draftMove({ ...base, next, secret, accepts, words }), now),
    notice: composed(at, draftNotice({ ...base, next }), now),
  };
}

function writableState(state: Channel, now: number): Channel {
  writable(state, now);
  return state;
}

/** Later than the owner's last of this type, so that of two in one second the second one counts. */
function after({ room, view }: Here, type: Control["type"], now: number): number {
  let time = now;
  for (const fact of room.control.values()) {
    if (fact.type === type && fact.author === view.owner && fact.time >= time && !view.refused.has(fact.id)) {
      time = fact.time + 1;
    }
  }
  return time;
}
