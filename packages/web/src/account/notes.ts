/**
 * What this page notes for its owner, in his sealed store: what he calls people, where he reads, whether he has a copy of
 * his key. Nobody else is told any of it.
 */
import type { Clock } from "@subrosa/client/ports";
import type { Live } from "@subrosa/client/session/live";
import { type Kept, openRecords, type Records } from "@subrosa/client/session/records";
import type { Store } from "@subrosa/client/store/store";
import { type PubkeyHex, pubkeyHex } from "@subrosa/core/bytes";
import type { RandomSource } from "@subrosa/core/curve/curve";
import { text } from "@subrosa/core/json";

export interface NotesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
}

const MAX = 8_192;
/** What is noted once for the account. */
export type Setting = "name" | "relays" | "media" | "key-copied";

export class Notes implements AsyncDisposable {
  readonly #records: Records<string>;

  private constructor(records: Records<string>) {
    this.#records = records;
  }

  static async open({ store, clock, random }: NotesOptions): Promise<Notes> {
    return new Notes(await openRecords({ store, place: "page", shape: text({ max: MAX }), clock, random }));
  }

  get live(): Live<Kept<string>> {
    return this.#records.live;
  }

  /** An empty name is none. */
  call(person: PubkeyHex, name: string): Promise<void> {
    return this.#records.set(`name/${person}`, name === "" ? undefined : name.slice(0, 200));
  }

  /** Whoever is blocked is not shown any more, and is not told. */
  block(person: PubkeyHex, blocks: boolean): Promise<void> {
    return this.#records.set(`blocked/${person}`, blocks ? "yes" : undefined);
  }

  /** Read up to this time. */
  mark(conversation: string, at: number): Promise<void> {
    return this.#records.set(`seen/${conversation}`, String(at));
  }

  /** What was typed and not sent; an empty one is none. */
  keepDraft(conversation: string, words: string): Promise<void> {
    return this.#records.set(`draft/${conversation}`, words === "" ? undefined : words.slice(0, MAX));
  }

  setting(name: Setting): string | undefined {
    return this.#records.kept.get(`setting/${name}`);
  }

  set(name: Setting, value: string | undefined): Promise<void> {
    return this.#records.set(`setting/${name}`, value?.slice(0, MAX));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#records[Symbol.asyncDispose]();
  }
}

export function isBlocked(kept: Kept<string>, person: PubkeyHex): boolean {
  return kept.has(`blocked/${person}`);
}

export function blockedIn(kept: Kept<string>): readonly PubkeyHex[] {
  return [...kept.keys()].flatMap((name) => (name.startsWith("blocked/") ? (pubkeyHex(name.slice(8)) ?? []) : []));
}

export function petname(kept: Kept<string>, person: PubkeyHex): string | undefined {
  return kept.get(`name/${person}`);
}
