/**
 * Messages of all conversations, found by their words: the index is made of what is there when somebody asks.
 *
 * It is kept in memory alone: a message that was deleted, or has disappeared, is in no index on any disk, and is not
 * found at the next question. What was indexed once is not read again.
 */
import type { EventId } from "@subrosa/core/bytes";
import type { Clock } from "../ports.ts";
import { openMemoryStore } from "../store/memory-store.ts";
import { type Conversations, placeOf } from "./conversations.ts";
import type { ExportedConversation, ExportedMessage } from "./export.ts";
import { openSearch, type Query, type Search, type Searchable } from "./search.ts";

export interface FoundMessage extends ExportedMessage {
  /** `kind/id` of the conversation; `place` of a query. */
  readonly place: string;
  readonly kind: ExportedConversation["kind"];
  readonly conversation: string;
  readonly title: string;
}

export class Finder implements AsyncDisposable {
  readonly #conversations: Conversations;
  readonly #search: Search;
  #indexed: ReadonlyMap<EventId, FoundMessage> = new Map();

  constructor(conversations: Conversations, clock: Clock) {
    this.#conversations = conversations;
    this.#search = openSearch({ store: openMemoryStore(), clock });
  }

  /** The newest first. Every word has to begin one of the message. */
  async find(query: Query): Promise<readonly FoundMessage[]> {
    const before = this.#indexed;
    const now = new Map<EventId, FoundMessage>();
    const fresh: Searchable[] = [];
    for (const conversation of this.#conversations.all()) {
      const { kind, id, title, messages } = conversation;
      const place = placeOf(conversation);
      for (const message of messages) {
        now.set(message.id, { ...message, place, kind, conversation: id, title });
        const known = before.get(message.id);
        if (known?.text !== message.text || known.place !== place) fresh.push({ ...message, place });
      }
    }
    this.#indexed = now;
    const gone = [...before.keys()].filter((id) => !now.has(id));
    if (gone.length > 0) await this.#search.remove(gone);
    if (fresh.length > 0) await this.#search.add(fresh);
    const found = await this.#search.find(query);
    return found.flatMap(({ id }) => now.get(id) ?? []);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#search[Symbol.asyncDispose]();
  }
}
