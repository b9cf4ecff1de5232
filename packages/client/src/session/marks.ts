/**
 * What was read and what was not, for each conversation, and how it is kept in the list: pinned, archived, quiet.
 *
 * Messages come late and out of order, so "read up to here" would swallow what arrives afterwards with an earlier date.
 * Instead the latest thousand messages that were read are remembered one by one; only what is older than all of them
 * counts as read by its date.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { boolean, hexText, integer, list, object, text } from "@subrosa/core/json";
import type { Clock } from "../ports.ts";
import type { Store } from "../store/store.ts";
import { hashed } from "./drafts.ts";
import type { Live } from "./live.ts";
import { openRecords, type Records } from "./records.ts";

export interface Mark {
  readonly place: string;
  /** 16 hex digits of the id and the date of each, the youngest last. */
  readonly read: readonly { readonly id: string; readonly at: number }[];
  /** What is dated before counts as read. */
  readonly floor: number;
  /** The user wants to come back to it. */
  readonly isUnread?: boolean;
  readonly isPinned?: boolean;
  readonly isArchived?: boolean;
  /** No notifications until then. */
  readonly quietUntil?: number;
}

export interface Countable {
  readonly id: EventId;
  readonly at: number;
  readonly by: PubkeyHex | "me" | "peer";
}
export interface Unread {
  readonly count: number;
  /** Where a screen begins to read. */
  readonly first?: EventId;
}

const MAX_READ = 1_000;
const ID = 16;
const readShape = object({ id: hexText(ID / 2), at: integer() });
const shape = object(
  { place: text({ max: 4_096 }), read: list(readShape, { max: MAX_READ }), floor: integer() },
  {
    optional: {
      ...{ isUnread: boolean, isPinned: boolean, isArchived: boolean },
      quietUntil: integer(),
    },
  },
);

export interface MarksOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export async function openMarks({ store, clock, random }: MarksOptions): Promise<Marks> {
  return new Marks(await openRecords<Mark>({ store, place: "marks", shape, clock, random }));
}

export class Marks implements AsyncDisposable {
  readonly #records: Records<Mark>;

  /** Only `openMarks` makes one. @internal */
  constructor(records: Records<Mark>) {
    this.#records = records;
  }

  of(place: string): Mark {
    return this.#records.kept.get(hashed(place)) ?? freshMark(place);
  }

  live(place: string): Live<Mark> {
    const name = hashed(place);
    const fresh = freshMark(place);
    return this.#records.view((kept) => kept.get(name) ?? fresh);
  }

  get all(): Live<ReadonlyMap<string, Mark>> {
    return this.#records.live;
  }

  /** These were seen on a screen. Durable when it resolves. */
  read(place: string, messages: Iterable<Countable>): Promise<void> {
    return this.#change(place, (mark) => {
      const known = new Set(mark.read.map(({ id }) => id));
      const fresh = new Map<string, number>();
      for (const { id, at } of messages) if (at >= mark.floor && !known.has(short(id))) fresh.set(short(id), at);
      if (fresh.size === 0 && mark.isUnread !== true) return mark;
      const all = [...mark.read, ...[...fresh].map(([id, at]) => ({ id, at }))].sort((a, b) => a.at - b.at);
      const dropped = all.splice(0, Math.max(0, all.length - MAX_READ));
      const { isUnread: _, ...rest } = mark;
      return { ...rest, read: all, floor: Math.max(mark.floor, (dropped.at(-1)?.at ?? -1) + 1) };
    });
  }

  set(
    place: string,
    change: Partial<Pick<Mark, "isUnread" | "isPinned" | "isArchived" | "quietUntil">>,
  ): Promise<void> {
    return this.#change(place, (mark) => ({ ...mark, ...change }));
  }

  /** Of a conversation that is over. */
  drop(place: string): Promise<void> {
    return this.#records.set(hashed(place), undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#records[Symbol.asyncDispose]();
  }

  #change(place: string, change: (mark: Mark) => Mark): Promise<void> {
    const name = hashed(place);
    return this.#records.change((kept) => {
      const before = kept.get(name) ?? freshMark(place);
      const after = change(before);
      return after === before ? [] : [[name, after]];
    });
  }
}

function freshMark(place: string): Mark {
  return { place, read: [], floor: 0 };
}

function short(id: EventId): string {
  return id.slice(0, ID);
}

/** Pure. One's own messages, written on another device, are not news. */
export function unreadOf(
  { read, floor, isUnread = false }: Mark,
  messages: Iterable<Countable>,
  me: PubkeyHex,
): Unread {
  const known = new Set(read.map(({ id }) => id));
  let [count, first]: [number, Countable | undefined] = [0, undefined];
  for (const message of messages) {
    const { id, at, by } = message;
    if (by === me || by === "me" || at < floor || known.has(short(id))) continue;
    count++;
    if (first === undefined || at < first.at || (at === first.at && id < first.id)) first = message;
  }
  // Marked by hand, it shows one though all was read.
  return { count: Math.max(count, isUnread ? 1 : 0), ...(first === undefined ? {} : { first: first.id }) };
}
