/**
 * Finding messages again, on this device alone: an index of the words of what was decrypted.
 *
 *   search/s/<16 digits>   a segment: up to 256 messages with their words
 *
 * It lives in the account's store, which is sealed: on the disk it is as closed as the messages. It is read into memory
 * at the first search, giving way as it goes. A message is added as it comes; an edit takes the place of what was; what
 * is deleted is gone from the index with the same commit. Every term has to begin a word; the newest come first.
 */
import type { EventId } from "@subrosa/core/bytes";
import { UsageError } from "@subrosa/core/errors";
import { hexText, integer, list, object, type Shape, text } from "@subrosa/core/json";
import { readJson, writeJson } from "../driver/whole-state.ts";
import { type Clock, pause } from "../ports.ts";
import { type Change, entriesOf, type Store } from "../store/store.ts";
import { openWords } from "./words.ts";

export interface Searchable {
  readonly id: EventId;
  /** Whatever names the conversation. */
  readonly place: string;
  readonly at: number;
  readonly text: string;
}
export interface Found {
  readonly id: EventId;
  readonly place: string;
  readonly at: number;
}
export interface Query {
  readonly text: string;
  readonly place?: string;
  /** Default 50. */
  readonly limit?: number;
}

interface Indexed extends Found {
  readonly words: readonly string[];
}

export interface SearchOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Default 200,000; the segment that was written first goes first. */
  readonly maxMessages?: number;
}

const PLACE = "search/s/";
const SEGMENT = 256;
const segmentShape = list(
  object({
    id: hexText(32) as Shape<EventId>,
    place: text({ max: 4_096 }),
    at: integer(),
    words: list(text({ max: 256 }), { max: 5_000 }),
  }),
  { max: SEGMENT },
);

/** Nothing is read yet. */
export function openSearch(options: SearchOptions): Search {
  return new Search(options);
}

export class Search implements AsyncDisposable {
  readonly #options: SearchOptions;
  readonly #words = openWords();
  readonly #abort = new AbortController();
  /** By number, oldest first. */
  readonly #segments = new Map<number, Indexed[]>();
  readonly #placeOf = new Map<EventId, number>();
  /** Of each word, the messages that hold it; rebuilt words are sorted when they are asked for. */
  readonly #messages = new Map<string, Set<Indexed>>();
  #sorted: readonly string[] | undefined;
  #loaded: Promise<void> | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  /** Only `openSearch` makes one. @internal */
  constructor(options: SearchOptions) {
    this.#options = options;
  }

  /** Durable when it resolves. What is known by its id is replaced: an edit. */
  add(messages: Iterable<Searchable>): Promise<void> {
    const given = [...messages];
    return this.#turn(() => {
      const touched = this.#take(given.map(({ id }) => id));
      for (const { id, place, at, text: words } of given) {
        if (!this.#placeOf.has(id)) touched.add(this.#put({ id, place, at, words: this.#words.of(words) }));
      }
      return [...touched, ...this.#surplus()];
    });
  }

  remove(ids: Iterable<EventId>): Promise<void> {
    const given = [...ids];
    return this.#turn(() => [...this.#take(given)]);
  }

  /** Of a conversation that was deleted. */
  removePlace(place: string): Promise<void> {
    return this.#turn(() => {
      const ids = [...this.#segments.values()].flatMap((segment) => segment.filter((each) => each.place === place));
      return [...this.#take(ids.map(({ id }) => id))];
    });
  }

  async find({ text: query, place, limit = 50 }: Query): Promise<readonly Found[]> {
    await this.#load();
    const terms = this.#words.terms(query);
    if (terms.length === 0) return [];
    let left: ReadonlySet<Indexed> | undefined;
    // The longest first: it leaves the least to look at.
    for (const term of [...terms].sort((a, b) => b.length - a.length)) {
      const found = this.#beginning(term, left);
      if (found.size === 0) return [];
      left = found;
    }
    const found = [...(left ?? [])].filter((each) => place === undefined || each.place === place);
    found.sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
    return found.slice(0, limit).map(({ id, place: where, at }) => ({ id, place: where, at }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort(new UsageError("usage/state", "this account is closed; open it again"));
    await this.#loaded?.catch(() => undefined);
    await this.#tail.catch(() => undefined);
    this.#messages.clear();
    this.#segments.clear();
  }

  #beginning(term: string, among: ReadonlySet<Indexed> | undefined): Set<Indexed> {
    this.#sorted ??= [...this.#messages.keys()].sort();
    const found = new Set<Indexed>();
    for (let at = firstFrom(this.#sorted, term); at < this.#sorted.length; at++) {
      const word = this.#sorted[at]!;
      if (!word.startsWith(term)) break;
      for (const message of this.#messages.get(word) ?? []) {
        if (among === undefined || among.has(message)) found.add(message);
      }
    }
    return found;
  }

  /** One after the other; `change` answers with the numbers of the segments that it changed. */
  #turn(change: () => readonly number[]): Promise<void> {
    const turn = this.#tail
      .catch(() => undefined)
      .then(async () => {
        await this.#load();
        const changes = [...new Set(change())].map((number): Change => {
          const segment = this.#segments.get(number) ?? [];
          if (segment.length === 0) this.#segments.delete(number);
          return { name: nameOf(number), value: segment.length === 0 ? undefined : writeJson(segmentShape, segment) };
        });
        if (changes.length > 0) await this.#options.store.commit(changes);
      });
    this.#tail = turn;
    return turn;
  }

  #load(): Promise<void> {
    this.#abort.signal.throwIfAborted();
    this.#loaded ??= this.#read();
    return this.#loaded;
  }

  async #read(): Promise<void> {
    for await (const { name, value } of entriesOf(this.#options.store, PLACE)) {
      const number = Number(name.slice(PLACE.length));
      for (const message of readJson(segmentShape, value, "search")) this.#index(number, message);
      await pause(this.#options.clock, 0, this.#abort.signal);
      this.#abort.signal.throwIfAborted();
    }
  }

  #index(number: number, message: Indexed): void {
    const segment = this.#segments.get(number) ?? [];
    segment.push(message);
    this.#segments.set(number, segment);
    this.#placeOf.set(message.id, number);
    for (const word of message.words) {
      const known = this.#messages.get(word);
      if (known === undefined) {
        this.#messages.set(word, new Set([message]));
        this.#sorted = undefined;
      } else known.add(message);
    }
  }

  #put(message: Indexed): number {
    const last = [...this.#segments.keys()].at(-1) ?? 0;
    const number = (this.#segments.get(last)?.length ?? 0) < SEGMENT ? last : last + 1;
    this.#index(number, message);
    return number;
  }

  #take(ids: readonly EventId[]): Set<number> {
    const touched = new Set<number>();
    const gone = new Set(ids);
    for (const id of ids) {
      const number = this.#placeOf.get(id);
      if (number !== undefined) touched.add(number);
    }
    for (const number of touched) {
      const segment = this.#segments.get(number) ?? [];
      for (const message of segment) if (gone.has(message.id)) this.#forget(message);
      this.#segments.set(
        number,
        segment.filter(({ id }) => !gone.has(id)),
      );
    }
    return touched;
  }

  #forget(message: Indexed): void {
    this.#placeOf.delete(message.id);
    for (const word of message.words) {
      const known = this.#messages.get(word);
      known?.delete(message);
      if (known?.size !== 0) continue;
      this.#messages.delete(word);
      this.#sorted = undefined;
    }
  }

  #surplus(): readonly number[] {
    const { maxMessages = 200_000 } = this.#options;
    const gone: number[] = [];
    for (const [number, segment] of [...this.#segments]) {
      if (this.#placeOf.size <= maxMessages) break;
      for (const message of segment) this.#forget(message);
      this.#segments.set(number, []);
      gone.push(number);
    }
    return gone;
  }
}

function nameOf(number: number): string {
  return PLACE + String(number).padStart(16, "0");
}

/** The first that is not before the term. */
function firstFrom(sorted: readonly string[], term: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < term) low = middle + 1;
    else high = middle;
  }
  return low;
}
