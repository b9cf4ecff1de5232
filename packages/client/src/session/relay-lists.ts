/**
 * Where people write and read (kind 10002) and where they take private messages (kind 10050).
 *
 * Spec: NIP-65, NIP-17. Lists of others decide to whom our device connects, so they are bounded, and an address inside
 * the reader's own network is passed over. Somebody without a 10050 has not said that he takes private messages: that
 * is a state of its own, and nothing is guessed.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { UsageError } from "@subrosa/core/errors";
import type { SignedEvent, Tag } from "@subrosa/core/nostr/event";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { tagsNamed } from "@subrosa/core/nostr/tags";
import type { Asked } from "../relay/ask.ts";
import type { Presence } from "../relay/network.ts";
import { isPrivateHost } from "../relay/private-address.ts";
import type { Live } from "./live.ts";
import { mapped } from "./profiles.ts";
import type { Replaceables, Replaced } from "./replaceable.ts";

export const RELAY_LIST = 10_002;
export const INBOX_LIST = 10_050;

export interface RelayList {
  readonly read: readonly RelayUrl[];
  readonly write: readonly RelayUrl[];
  readonly updatedAt: number;
}
export interface InboxList {
  readonly relays: readonly RelayUrl[];
  readonly updatedAt: number;
}

export interface RelayListsOptions {
  readonly replaceables: Replaceables;
  /** Relays inside one's own network count too: for a laboratory, an office, a test. */
  readonly allowPrivate?: boolean;
}

const MAX_RELAYS = 20;

export class RelayLists {
  readonly #options: RelayListsOptions;

  constructor(options: RelayListsOptions) {
    this.#options = options;
  }

  of(person: PubkeyHex): Live<RelayList | undefined> {
    return mapped(this.#options.replaceables.live(RELAY_LIST, person), (event) => event && this.#relayList(event));
  }

  inboxOf(person: PubkeyHex): Live<InboxList | undefined> {
    return mapped(this.#options.replaceables.live(INBOX_LIST, person), (event) => event && this.#inbox(event));
  }

  /** Asks now, and says which relays did not answer. */
  fetch(people: readonly PubkeyHex[], presence: Presence, relays: readonly string[], timeout?: number): Promise<Asked> {
    const filter = { kinds: [RELAY_LIST, INBOX_LIST], authors: people };
    return this.#options.replaceables.fetch(presence, relays, filter, { ...(timeout !== undefined && { timeout }) });
  }

  /** Our own. Tags that are not relays stay. */
  edit(
    lists: { readonly read: readonly string[]; readonly write: readonly string[] },
    despiteSilence = false,
  ): Promise<Replaced> {
    const [read, write] = [lists.read.map(urlOf), lists.write.map(urlOf)];
    const tags = [...new Set([...read, ...write])].map((url): Tag => {
      if (read.includes(url) && write.includes(url)) return ["r", url];
      return ["r", url, read.includes(url) ? "read" : "write"];
    });
    return this.#replace(RELAY_LIST, "r", tags, despiteSilence);
  }

  editInbox(relays: readonly string[], despiteSilence = false): Promise<Replaced> {
    const tags = [...new Set(relays.map(urlOf))].map((url): Tag => ["relay", url]);
    return this.#replace(INBOX_LIST, "relay", tags, despiteSilence);
  }

  #replace(kind: number, name: string, tags: readonly Tag[], despiteSilence: boolean): Promise<Replaced> {
    if (tags.length > MAX_RELAYS) throw new UsageError("usage/range", `name at most ${MAX_RELAYS} relays`);
    const rewrite = async (newest: SignedEvent | undefined) => {
      const after = [...tags, ...(newest?.tags ?? []).filter((tag) => tag[0] !== name)];
      const isSame = newest !== undefined && JSON.stringify(newest.tags) === JSON.stringify(after);
      return isSame ? undefined : { content: newest?.content ?? "", tags: after };
    };
    return this.#options.replaceables.replace(kind, undefined, rewrite, despiteSilence);
  }

  #relayList({ tags, created_at }: SignedEvent): RelayList {
    const marked = tagsNamed(tags, "r").flatMap(([, text = "", mark]) => {
      const url = this.#usable(text);
      return url === undefined ? [] : [{ url, mark }];
    });
    const pick = (other: string) => [...new Set(marked.flatMap(({ url, mark }) => (mark === other ? [] : [url])))];
    return {
      read: pick("write").slice(0, MAX_RELAYS),
      write: pick("read").slice(0, MAX_RELAYS),
      updatedAt: created_at,
    };
  }

  #inbox({ tags, created_at }: SignedEvent): InboxList {
    const urls = tagsNamed(tags, "relay").flatMap(([, text = ""]) => this.#usable(text) ?? []);
    return { relays: [...new Set(urls)].slice(0, MAX_RELAYS), updatedAt: created_at };
  }

  #usable(text: string): RelayUrl | undefined {
    const url = relayUrl(text);
    return url !== undefined && (this.#options.allowPrivate === true || !isPrivate(url)) ? url : undefined;
  }
}

/** An address inside a network that is not the internet, as far as its text shows it. */
export function isPrivate(url: RelayUrl): boolean {
  return isPrivateHost(/^wss?:\/\/(\[[^\]]+\]|[^:/?]+)/.exec(url)?.[1] ?? "");
}

function urlOf(text: string): RelayUrl {
  const url = relayUrl(text);
  if (url === undefined) throw new UsageError("usage/template", "give relays as ws:// or wss:// URLs");
  return url;
}
