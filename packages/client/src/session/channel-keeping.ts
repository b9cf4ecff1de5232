/**
 * A conversation in a store: each room, each fact and each ciphertext in a record of its own, the rest in one small one.
 *
 *   meta   r/<room>   c/<room>/<fact>   s/<room>/<fact>   a/<room>/<wrap>
 *
 * Facts that were forgotten leave the disk in the same transaction (docs/spec/channels.md CHANNEL-9). Which path leads
 * from the first room to the present one is walked anew, so it is not written. Channel secrets become text here and
 * nowhere else in this package: for a store that encrypts.
 */

import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { fromUtf8, utf8 } from "@subrosa/core/bytes";
import type { Control, Spoken } from "@subrosa/core/channel/fact";
import { exposePartToStore, loadPart } from "@subrosa/core/channel/save";
import type { Channel, Warning } from "@subrosa/core/channel/state";
import { type Kept, type Room, type Thread, walk } from "@subrosa/core/channel/thread";
import type { Curve } from "@subrosa/core/curve/curve";
import { boolean, list, object, oneOf, text } from "@subrosa/core/json";
import type { Keeping } from "../driver/machine-store.ts";
import type { Change, Entry } from "../store/store.ts";
import type { ChannelEffect, ChannelState } from "./channel-machine.ts";
import { mapChanges, recordKeeping } from "./record-keeping.ts";
import { byKind, idShape, keyShape, signedShape } from "./shapes.ts";

const relay = text({ max: 600 });
const effectShape = byKind<ChannelEffect>({
  publish: object({
    kind: oneOf("publish"),
    event: signedShape,
    relays: list(relay, { max: 1_000 }),
    nip40: boolean,
    again: boolean,
  }),
  "wrap-again": object({ kind: oneOf("wrap-again"), relay, key: keyShape, id: idShape }),
});

/** What of a room is small and seldom changes. */
type Frame = Pick<Room, "id" | "key" | "secret" | "keyFrom">;
interface Meta {
  readonly channel: Omit<Channel, "thread" | "path">;
  readonly thread: Omit<Thread, "rooms"> | undefined;
  readonly invited: ReadonlySet<PubkeyHex>;
  readonly warnings: ReadonlySet<Warning>;
  readonly cursors: ReadonlyMap<string, number>;
}

export function channelKeeping(initial: ChannelState, curve: Curve): Keeping<ChannelState, ChannelEffect> {
  return recordKeeping({
    effect: effectShape,
    changes: (before, after) => [
      ...(before !== undefined && before === after ? [] : [{ name: "meta", value: write(metaOf(after)) }]),
      ...roomChanges(roomsOf(before), roomsOf(after)),
    ],
    read: (entries) => {
      const meta = entries.find(({ name }) => name === "meta");
      return meta === undefined ? initial : restored(read<Meta>(meta.value, curve), roomsFrom(entries, curve));
    },
  });
}

function metaOf({ channel, invited, warnings, cursors }: ChannelState): Meta {
  const {
    thread,
    path: _,
    ...rest
  } = "thread" in channel ? channel : { ...channel, thread: undefined, path: undefined };
  const { rooms: __, ...frame } = thread ?? { rooms: undefined };
  return {
    ...{ channel: rest, invited, warnings, cursors },
    thread: thread === undefined ? undefined : (frame as Omit<Thread, "rooms">),
  };
}

function roomsOf(state: ChannelState | undefined): ReadonlyMap<EventId, Room> {
  return state !== undefined && "thread" in state.channel ? state.channel.thread.rooms : new Map();
}

function roomChanges(before: ReadonlyMap<EventId, Room>, after: ReadonlyMap<EventId, Room>): readonly Change[] {
  if (before === after) return [];
  const changes: Change[] = [];
  for (const [id, room] of before) {
    if (!after.has(id)) changes.push({ name: `r/${id}`, value: undefined }, ...contents(id, room, undefined));
  }
  for (const [id, room] of after) {
    const was = before.get(id);
    if (was === room) continue;
    const { key, secret, keyFrom } = room;
    if (was?.keyFrom !== keyFrom) changes.push({ name: `r/${id}`, value: write({ id, key, secret, keyFrom }) });
    changes.push(...contents(id, was, room));
  }
  return changes;
}

function contents(id: EventId, was: Room | undefined, is: Room | undefined): readonly Change[] {
  return [
    ...mapChanges(was?.control, is?.control ?? new Map(), (fact) => `c/${id}/${fact}`, write),
    ...mapChanges(was?.spoken, is?.spoken ?? new Map(), (fact) => `s/${id}/${fact}`, write),
    ...mapChanges(was?.archive, is?.archive ?? new Map(), (outer) => `a/${id}/${outer}`, write),
  ];
}

function roomsFrom(entries: readonly Entry[], curve: Curve): ReadonlyMap<EventId, Room> {
  const rooms = new Map<EventId, Room>();
  const control = new Map<string, Map<EventId, Control>>();
  const spoken = new Map<string, Map<EventId, Spoken>>();
  const archive = new Map<string, Map<EventId, Kept>>();
  const frames: Frame[] = [];
  for (const { name, value } of entries) {
    const [part, room = "", fact = ""] = name.split("/");
    const into = part === "c" ? control : part === "s" ? spoken : part === "a" ? archive : undefined;
    if (part === "r") frames.push(read<Frame>(value, curve));
    if (into === undefined) continue;
    const all = (into.get(room) ?? new Map()) as Map<EventId, unknown>;
    all.set(fact as EventId, read(value, curve));
    into.set(room, all as never);
  }
  for (const frame of frames) {
    rooms.set(frame.id, {
      ...frame,
      control: control.get(frame.id) ?? new Map(),
      spoken: spoken.get(frame.id) ?? new Map(),
      archive: archive.get(frame.id) ?? new Map(),
    });
  }
  return rooms;
}

function restored(meta: Meta, rooms: ReadonlyMap<EventId, Room>): ChannelState {
  const { channel, invited, warnings, cursors } = meta;
  const common = { invited, warnings, cursors };
  if (meta.thread === undefined) return { ...common, channel: channel as Channel };
  const thread = { ...meta.thread, rooms };
  const walked = walk(thread, thread.settledAt);
  if (walked === undefined) return { ...common, channel: { kind: "ended", why: "expired" } };
  return { ...common, channel: { ...channel, thread: walked.thread, path: walked.path } as Channel };
}

function write(value: unknown): Uint8Array {
  return utf8(exposePartToStore(value));
}

function read<T>(bytes: Uint8Array, curve: Curve): T {
  return loadPart(fromUtf8(bytes) ?? "", curve) as T;
}
