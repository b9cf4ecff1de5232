/**
 * Lists of people and words: whom one follows, whom and what one has muted, whom one has blocked. Entries are public, or
 * private: encrypted by the signer to himself.
 *
 * Spec: NIP-02, NIP-51. The private part is opened once, with the signer, and what it says is kept in the store, which is
 * sealed: a screen does not ask the signer at every look. A private part that cannot be opened is never written over.
 * Blocked are a list of our own (kind 30000, all private): who is blocked is nobody's business.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { WireError } from "@subrosa/core/errors";
import { hexText, list, object, parseJson, type Shape, text } from "@subrosa/core/json";
import type { SignedEvent, Tag } from "@subrosa/core/nostr/event";
import type { Clock } from "../ports.ts";
import type { Signer } from "../signer/signer.ts";
import type { Store } from "../store/store.ts";
import { type Live, live } from "./live.ts";
import { mapped } from "./profiles.ts";
import { openRecords, type Records } from "./records.ts";
import type { Replaceables, Replaced } from "./replaceable.ts";

export type ListName = keyof typeof LISTS;
export const LISTS = Object.freeze({
  follows: { kind: 3, d: undefined, hasPrivate: false },
  muted: { kind: 10_000, d: undefined, hasPrivate: true },
  blocked: { kind: 30_000, d: "subrosa/blocked", hasPrivate: true },
});

export interface ListEntry {
  /** As it stands in the event: ["p", key], ["word", text], ["t", topic], ["e", id]. */
  readonly tag: Tag;
  readonly isPrivate: boolean;
}
export interface ListState {
  readonly entries: readonly ListEntry[];
  /** "sealed": there is a private part, and it was not opened yet; `open` asks the signer. */
  readonly privacy: "none" | "open" | "sealed";
  readonly updatedAt: number;
}

export interface ListsOptions {
  readonly replaceables: Replaceables;
  readonly signer: Signer;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
}

const tagShape = list(text({ max: 1 << 16 }), { max: 100 });
const tagsShape = list(tagShape, { max: 20_000 });
const shape = object({ event: hexText(32) as Shape<EventId>, tags: tagsShape });
type Opened = ReturnType<typeof shape.read>;
const LIMITS = { maxLength: 1 << 20, maxDepth: 4 };

export async function openLists(options: ListsOptions): Promise<Lists> {
  const { store, clock, random } = options;
  return new Lists(options, await openRecords<Opened>({ store, place: "lists", shape, clock, random }));
}

export class Lists implements AsyncDisposable {
  readonly #options: ListsOptions;
  /** The private parts that were opened, by list. */
  readonly #opened: Records<Opened>;

  /** Only `openLists` makes one. @internal */
  constructor(options: ListsOptions, opened: Records<Opened>) {
    this.#options = options;
    this.#opened = opened;
  }

  current(name: ListName): ListState {
    return this.#stateOf(name, this.#newest(name), this.#opened.kept.get(name));
  }

  /** Changes where the list does, and where its private part was opened. */
  live(name: ListName): Live<ListState> {
    const { kind, d } = LISTS[name];
    const { replaceables } = this.#options;
    const event = replaceables.live(kind, replaceables.me, d);
    const both = joined(
      event,
      this.#opened.view((kept) => kept.get(name)),
    );
    return mapped(both, ([newest, opened]) => this.#stateOf(name, newest, opened));
  }

  has(name: ListName, key: string): boolean {
    return this.current(name).entries.some(({ tag }) => tag[0] === "p" && tag[1] === key);
  }

  /** Asks the signer for the private part; false where he does not open it. */
  async open(name: ListName): Promise<boolean> {
    const event = this.#newest(name);
    return event === undefined || (await this.#open(name, event)) !== undefined;
  }

  /** Adds and takes out; an entry is the same by the first two elements of its tag, public or private. */
  change(
    name: ListName,
    { add = [], remove = [] }: { readonly add?: readonly ListEntry[]; readonly remove?: readonly Tag[] },
    despiteSilence = false,
  ): Promise<Replaced> {
    const { kind, d, hasPrivate } = LISTS[name];
    const { replaceables } = this.#options;
    let sealed: { readonly content: string; readonly tags: readonly Tag[] } | undefined;
    const rewrite = async (newest: SignedEvent | undefined) => {
      const hidden = newest === undefined || !hasPrivate ? [] : await this.#open(name, newest);
      if (hidden === undefined) return "sealed";
      const shown = (newest?.tags ?? []).filter((tag) => tag[0] !== "d");
      const gone = new Set([...remove, ...add.map(({ tag }) => tag)].map(keyOf));
      const rest = (tags: readonly Tag[]) => tags.filter((tag) => !gone.has(keyOf(tag)));
      const publicly = [...rest(shown), ...add.flatMap((entry) => (entry.isPrivate && hasPrivate ? [] : [entry.tag]))];
      const privately = [
        ...rest(hidden),
        ...add.flatMap((entry) => (entry.isPrivate && hasPrivate ? [entry.tag] : [])),
      ];
      if (newest !== undefined && isSame(publicly, shown) && isSame(privately, hidden)) return undefined;
      const content = hasPrivate ? await this.#seal(privately) : (newest?.content ?? "");
      if (content === undefined) return "sealed";
      sealed = { content, tags: privately };
      return { content, tags: [...(d === undefined ? [] : [["d", d]]), ...publicly] };
    };
    return replaceables.replace(kind, d, rewrite, despiteSilence).then(async (replaced) => {
      if (replaced.ok && hasPrivate && sealed !== undefined) {
        await this.#opened.set(name, { event: replaced.event.id, tags: sealed.tags });
      }
      return replaced;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened[Symbol.asyncDispose]();
  }

  #newest(name: ListName): SignedEvent | undefined {
    const { replaceables } = this.#options;
    const { kind, d } = LISTS[name];
    return replaceables.newest(kind, replaceables.me, d);
  }

  #stateOf(name: ListName, event: SignedEvent | undefined, opened: Opened | undefined): ListState {
    if (event === undefined) return { entries: [], privacy: "none", updatedAt: 0 };
    const entry =
      (isPrivate: boolean) =>
      (tag: Tag): ListEntry => ({ tag, isPrivate });
    const shown = event.tags.filter((tag) => tag[0] !== "d").map(entry(false));
    const { created_at: updatedAt } = event;
    if (!LISTS[name].hasPrivate || event.content === "") return { entries: shown, privacy: "none", updatedAt };
    if (opened?.event !== event.id) return { entries: shown, privacy: "sealed", updatedAt };
    return { entries: [...shown, ...opened.tags.map(entry(true))], privacy: "open", updatedAt };
  }

  async #open(name: ListName, event: SignedEvent): Promise<readonly Tag[] | undefined> {
    if (event.content === "") return [];
    const known = this.#opened.kept.get(name);
    if (known?.event === event.id) return known.tags;
    const { signer } = this.#options;
    // NIP-51: old lists are NIP-04's.
    const form = event.content.includes("?iv=") ? "nip04" : "nip44";
    const answer = await signer.decrypt(form, signer.pubkey, event.content);
    const tags = answer.ok ? readTags(answer.text) : undefined;
    if (tags !== undefined) await this.#opened.set(name, { event: event.id, tags });
    return tags;
  }

  async #seal(tags: readonly Tag[]): Promise<string | undefined> {
    if (tags.length === 0) return "";
    const { signer } = this.#options;
    const sealed = await signer.encrypt("nip44", signer.pubkey, JSON.stringify(tags));
    return sealed.ok ? sealed.text : undefined;
  }
}

export function personEntry(key: PubkeyHex, isPrivate: boolean): ListEntry {
  return { tag: ["p", key], isPrivate };
}

function readTags(json: string): readonly Tag[] | undefined {
  try {
    return tagsShape.read(parseJson(json, "list", LIMITS), "list");
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function keyOf(tag: Tag): string {
  return JSON.stringify(tag.slice(0, 2));
}

function isSame(a: readonly Tag[], b: readonly Tag[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Both, whenever one of them changes. */
function joined<A, B>(a: Live<A>, b: Live<B>): Live<readonly [A, B]> {
  let last: readonly [A, B] = [a.current, b.current];
  const read = (): readonly [A, B] => {
    if (!Object.is(last[0], a.current) || !Object.is(last[1], b.current)) last = [a.current, b.current];
    return last;
  };
  const source = {
    get state() {
      return read();
    },
    watch: (watcher: (value: readonly [A, B]) => void) => {
      const stops = [a.subscribe(() => watcher(read())), b.subscribe(() => watcher(read()))];
      return () => stops.forEach((stop) => void stop());
    },
  };
  return live(source, (value) => value);
}
