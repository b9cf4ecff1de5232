/**
 * Everything one person does, in one place. Screens and commands use this and never talk to relays themselves.
 *
 *   const opening = await openAccount({ shelf, name, passphrase, random, curve });     account.ts
 *   const who = await openIdentity(opening.account.key, { network, … });               identity.ts
 *   const session = await openSession({ store: opening.account.store, identity: who.identity, network, relays, … });
 *   session.groups?.list.subscribe((groups) => draw(groups));    await session.groups?.say(id, { text });
 *
 * A part that the signer cannot serve is undefined, and `session.lacks` says why. Whoever opens closes: the session closes
 * its parts; store, network, identity and account are the caller's, closed after it.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import type { Heard } from "../relay/hearing.ts";
import { type BackupOptions, writeBackup } from "./backup.ts";
import type { Channels } from "./channels.ts";
import type { Conversations } from "./conversations.ts";
import type { Correspondence } from "./correspondence.ts";
import type { Direct } from "./direct.ts";
import type { Drafts } from "./drafts.ts";
import type { Feed } from "./feed.ts";
import type { Finder } from "./finder.ts";
import type { Groups } from "./groups.ts";
import { lackingParts, type Part } from "./identity.ts";
import type { KnownRings } from "./known-rings.ts";
import type { Lists } from "./lists.ts";
import { type Live, live } from "./live.ts";
import type { Marks } from "./marks.ts";
import type { Media } from "./media.ts";
import type { Outbox } from "./outbox.ts";
import type { Polls } from "./polls.ts";
import type { Profiles } from "./profiles.ts";
import type { Pseudonyms } from "./pseudonyms.ts";
import type { RelayLists } from "./relay-lists.ts";
import type { SessionOptions } from "./session-options.ts";
import { openParts, type SessionParts } from "./session-parts.ts";

export async function openSession(options: SessionOptions): Promise<Session> {
  const { parts, close } = await openParts(options);
  return new Session(options, parts, close);
}

export class Session implements SessionParts, AsyncDisposable {
  readonly me: PubkeyHex;
  readonly outbox: Outbox;
  readonly contacts: Correspondence | undefined;
  readonly groups: Groups | undefined;
  readonly channels: Channels | undefined;
  readonly direct: Direct;
  readonly profiles: Profiles;
  readonly relayLists: RelayLists;
  readonly lists: Lists | undefined;
  readonly drafts: Drafts;
  readonly marks: Marks;
  readonly conversations: Conversations;
  readonly finder: Finder;
  readonly media: Media | undefined;
  readonly post: SessionParts["post"];
  readonly rings: KnownRings | undefined;
  readonly feed: Feed | undefined;
  readonly polls: Polls | undefined;
  readonly pseudonyms: Pseudonyms | undefined;
  /** Why a part is not there, in a sentence. */
  readonly lacks: Readonly<Partial<Record<Part, string>>>;
  /** How far every relay of this session's network has been heard, live. */
  readonly hearing: Live<Heard>;
  readonly #options: SessionOptions;
  readonly #close: () => Promise<void>;

  /** Only `openSession` makes one. @internal */
  constructor(options: SessionOptions, parts: SessionParts, close: () => Promise<void>) {
    const { identity, network } = options;
    this.me = identity.pubkey;
    this.outbox = parts.outbox;
    this.contacts = parts.contacts;
    this.groups = parts.groups;
    this.channels = parts.channels;
    this.direct = parts.direct;
    this.profiles = parts.profiles;
    this.relayLists = parts.relayLists;
    this.lists = parts.lists;
    this.drafts = parts.drafts;
    this.marks = parts.marks;
    this.conversations = parts.conversations;
    this.finder = parts.finder;
    this.media = parts.media;
    this.post = parts.post;
    this.rings = parts.rings;
    this.feed = parts.feed;
    this.polls = parts.polls;
    this.pseudonyms = parts.pseudonyms;
    this.lacks = lackingParts(identity);
    this.hearing = live(network.hearing, (heard) => heard);
    this.#options = options;
    this.#close = close;
  }

  /**
   * Resolves when every relay has answered all that it was asked or has failed to, and all that came is read, stored and
   * acted on; the answer names the relays that failed. Rejects with the signal's reason where that comes first.
   */
  caughtUp(signal?: AbortSignal): Promise<Heard> {
    return this.#options.network.hearing.caughtUp(signal);
  }

  /** Caught up, and everything that goes out was tried once: what a program that runs once waits for. */
  async settled(signal: AbortSignal = new AbortController().signal): Promise<Heard> {
    for (;;) {
      const heard = await this.caughtUp(signal);
      if (this.outbox.trying.current === 0) return heard;
      for await (const trying of this.outbox.trying.values(signal)) if (trying === 0) break;
      signal.throwIfAborted();
    }
  }

  /**
   * Everything of this account in one encrypted file, piece by piece (backup.ts); `restoreBackup` reads it into a new
   * store. Throws BackupChanged where something was written meanwhile: take it when nothing goes on.
   */
  backup(passphrase: string, options: Omit<BackupOptions, "random"> = {}): AsyncIterable<Uint8Array> {
    const { store, random } = this.#options;
    return writeBackup(store, passphrase, { ...options, random });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}
