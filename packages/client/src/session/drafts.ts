/** What somebody began to write and has not sent, for each conversation, until it is sent or taken out. */
import { type EventId, toHex, utf8 } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { sha256 } from "@subrosa/core/hash";
import { hexText, integer, object, type Shape, text } from "@subrosa/core/json";
import type { Clock } from "../ports.ts";
import type { Store } from "../store/store.ts";
import type { Live } from "./live.ts";
import { openRecords, type Records } from "./records.ts";

export interface Draft {
  readonly place: string;
  readonly text: string;
  readonly replyTo?: EventId;
  readonly at: number;
}

const MAX_TEXT = 1 << 20;
const shape = object(
  { place: text({ max: 4_096 }), text: text({ max: MAX_TEXT }), at: integer() },
  { optional: { replyTo: hexText(32) as Shape<EventId> } },
);

export interface DraftsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export async function openDrafts({ store, clock, random }: DraftsOptions): Promise<Drafts> {
  return new Drafts(await openRecords<Draft>({ store, place: "drafts", shape, clock, random }), clock);
}

export class Drafts implements AsyncDisposable {
  readonly #records: Records<Draft>;
  readonly #clock: Clock;

  /** Only `openDrafts` makes one. @internal */
  constructor(records: Records<Draft>, clock: Clock) {
    this.#records = records;
    this.#clock = clock;
  }

  /** By a hash of their place. */
  get all(): Live<ReadonlyMap<string, Draft>> {
    return this.#records.live;
  }

  of(place: string): Draft | undefined {
    return this.#records.kept.get(hashed(place));
  }

  live(place: string): Live<Draft | undefined> {
    const name = hashed(place);
    return this.#records.view((kept) => kept.get(name));
  }

  /** `place`: whatever names the conversation. An empty text takes it out. Durable when it resolves. */
  keep(place: string, words: string, replyTo?: EventId): Promise<void> {
    if (words.length > MAX_TEXT) throw new UsageError("usage/too-long", "a draft has at most a million characters");
    const draft: Draft = { place, text: words, at: this.#clock.now(), ...(replyTo === undefined ? {} : { replyTo }) };
    return this.#records.set(hashed(place), words === "" && replyTo === undefined ? undefined : draft);
  }

  drop(place: string): Promise<void> {
    return this.#records.set(hashed(place), undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#records[Symbol.asyncDispose]();
  }
}

/** Names of records are short and plain; places may be anything. */
export function hashed(place: string): string {
  return toHex(sha256(utf8(place)));
}
