/**
 * From events to facts and messages, whatever the order in which events and keys come (docs/spec/groups.md §2, §3).
 *
 *   read(event) ─► facts for the ledger, messages for people, or the reason why it says nothing (yet)
 *
 * Each event is opened once. What waits for a key, a target or a predecessor is kept and opened when that comes, so
 * the facts are a function of the set of events and of my keys. A reader is a value like a ledger: `read` gives
 * another one, the newest shares its memory with its ancestors. An ancestor is asked while a newer one is being written to
 * the disk, so what a screen asks of it is answered from the shared memory, opening nothing again.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { VerifiedEvent } from "../nostr/event.ts";
import type { Secret } from "../secret.ts";
import type { Fact } from "./facts.ts";
import type { Introduction } from "./introduction.ts";
import type { GroupInfo } from "./metadata.ts";
import type { OwnKeys } from "./open-keys.ts";
import {
  type HeldLeave,
  type Ignored,
  Memory,
  type Message,
  preferNewest,
  type ReaderConfig,
} from "./reader-memory.ts";

export interface Read {
  readonly reader: Reader;
  readonly facts: readonly Fact[];
  readonly messages: readonly Message[];
  readonly ignored?: Ignored;
}

export class Reader {
  readonly config: ReaderConfig;
  readonly #memory: Memory;
  readonly #length: number;
  readonly #messages: number;
  #introductions: ReadonlyMap<PubkeyHex, Introduction> | undefined;

  private constructor(config: ReaderConfig, memory: Memory) {
    this.config = config;
    this.#memory = memory;
    this.#length = memory.events.length;
    this.#messages = memory.messages.length;
  }

  static open(config: ReaderConfig): Reader {
    return new Reader(config, new Memory(config, []));
  }

  read(event: VerifiedEvent): Read {
    const memory = this.#current();
    const [facts, messages] = [memory.facts.length, memory.messages.length];
    const ignored = memory.read(event);
    const reader = new Reader(this.config, memory);
    const said = { reader, facts: memory.facts.slice(facts), messages: memory.messages.slice(messages) };
    return ignored === undefined ? said : { ...said, ignored };
  }

  /** The group secret of this key, if it was handed to me. */
  secretOf(key: PubkeyHex): Secret | undefined {
    return this.#knew(this.#memory.since.secrets.get(key)) ? this.#memory.secrets.get(key) : undefined;
  }

  secrets(): readonly Secret[] {
    const { secrets, since } = this.#memory;
    return [...secrets].flatMap(([key, secret]) => (this.#knew(since.secrets.get(key)) ? [secret] : []));
  }

  infoOf(id: EventId): GroupInfo | undefined {
    return this.#knew(this.#memory.since.infos.get(id)) ? this.#memory.infos.get(id) : undefined;
  }

  /** All that was said, in the order of reading. */
  messages(): readonly Message[] {
    return this.#memory.messages.slice(0, this.#messages);
  }

  /** GROUP-21: the same events with other keys of mine: a fresh one made, an ended one deleted. */
  rekeyed(mine: OwnKeys): Reader {
    const memory = this.#current();
    memory.mine = mine;
    return new Reader({ ...this.config, mine }, memory);
  }

  /** Retention: these group secrets are wiped, and nothing is opened with them again. */
  forget(keys: readonly PubkeyHex[]): Reader {
    const memory = this.#current();
    for (const key of keys) memory.forget(key);
    const forgotten = [...(this.config.forgotten ?? []), ...keys];
    return new Reader({ ...this.config, secrets: [...memory.secrets.values()], forgotten }, memory);
  }

  events(): readonly VerifiedEvent[] {
    return this.#memory.events.slice(0, this.#length);
  }

  /** How many events are held. */
  get size(): number {
    return this.#length;
  }

  /** Those that came after the first so many, for a store that writes what is new. */
  eventsFrom(size: number): readonly VerifiedEvent[] {
    return this.#memory.events.slice(size, this.#length);
  }

  event(id: EventId): VerifiedEvent | undefined {
    return this.#knew(this.#memory.since.held.get(id)) ? this.#memory.held.get(id) : undefined;
  }

  /** The latest leave of each of these persons, to carry or to pass on; `under`: the keys under which it was said. */
  leavesOf(persons: ReadonlySet<PubkeyHex>): readonly HeldLeave[] {
    const latest = new Map<PubkeyHex, HeldLeave>();
    for (const held of this.#current().leaves.values()) {
      const { pubkey } = held.carried;
      const known = latest.get(pubkey);
      if (persons.has(pubkey) && (known === undefined || known.epoch < held.epoch)) latest.set(pubkey, held);
    }
    return [...latest.values()];
  }

  /** GROUP-21: the newest encryption key that each person announced, and where. */
  encryptionKeys(): ReadonlyMap<PubkeyHex, { readonly ek: PubkeyHex; readonly id: EventId }> {
    return this.#current().newestKeys();
  }

  /** GROUP-23: who introduced himself with a request, by the member's key that he asked with. */
  introductions(): ReadonlyMap<PubkeyHex, Introduction> {
    const { introductions, introduced, events } = this.#memory;
    if (events.length === this.#length) return introductions;
    if (this.#introductions !== undefined) return this.#introductions;
    const known = new Map<PubkeyHex, Introduction>();
    for (const { member, said, at } of introduced) if (this.#knew(at)) preferNewest(known, member, said);
    this.#introductions = known;
    return known;
  }

  /** Of something that became known when so many events were held; what was handed in from outside, at the beginning. */
  #knew(since = 0): boolean {
    return since <= this.#length;
  }

  /** For what is read on: a memory as it was at this reader's time, which is the shared one unless it has gone on. */
  #current(): Memory {
    const current = this.#memory.events.length === this.#length;
    return current ? this.#memory : new Memory(this.config, this.#memory.events.slice(0, this.#length));
  }
}
