/**
 * Sockets apart by identity: the user, each channel's key, each alias, and nobody.
 *
 * Spec: docs/spec/alias.md §4, docs/spec/channels.md. A relay that sees two identities on one socket knows that they are
 * one person, so each has its own set of sockets, authenticates as itself alone, and may neither ask for what is
 * addressed to another identity of ours nor publish in its name. An anonymous set authenticates as nobody, and every
 * one that is opened is new. What this cannot hide is the address of the device: that is for a proxy to do.
 */
import { type PubkeyHex, pubkeyHex } from "@subrosa/core/bytes";
import { UsageError } from "@subrosa/core/errors";
import type { EventTemplate, VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { Hearing, type Question } from "./hearing.ts";
import { type Filled, type FillOptions, fillFrom } from "./reconcile.ts";
import type { PublishResult, RelayOptions } from "./relay-options.ts";
import { openRelay, type RelaySocket } from "./relay-socket.ts";
import { type CaughtUp, Subscription } from "./subscription.ts";

export interface Identity {
  readonly pubkey: PubkeyHex;
  /** Signs NIP-42 answers as this key; absent: it never authenticates. */
  readonly authenticate?: (template: EventTemplate) => Promise<VerifiedEvent>;
}

export type NetworkOptions = Omit<RelayOptions, "url" | "authenticate"> & {
  /** Relays at which one identity may be at once. Default 50. */
  readonly maxRelays?: number;
};

export interface Following {
  readonly filter: Filter;
  /** Per relay, as `onCaughtUp` gave it. */
  readonly cursors?: ReadonlyMap<RelayUrl, number>;
  /** Once per relay that has it: receivers are sets. A promise says how long it is in hand, and may reject. */
  readonly onEvent: (event: VerifiedEvent, relay: RelayUrl) => unknown;
  readonly onCaughtUp?: (caughtUp: CaughtUp & { readonly relay: RelayUrl }) => void;
  readonly onRefused?: (refused: { readonly relay: RelayUrl; readonly reason: string }) => void;
}

export interface Followed extends Disposable {
  /** Per relay, up to when everything was seen: of one that is live, now. To be kept, and given back. */
  cursors(): ReadonlyMap<RelayUrl, number>;
}

/** Every identity of one account, or of several: what is known here may not meet on one socket. */
export class Network implements Disposable {
  /** How far all that is asked on all these sockets has been heard. */
  readonly hearing: Hearing;
  readonly #options: NetworkOptions;
  readonly #present = new Map<PubkeyHex, Presence>();
  readonly #anonymous = new Set<Presence>();

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.hearing = new Hearing(options.clock);
  }

  /** The sockets of this identity; the same ones whenever it is asked for. */
  as(identity: Identity): Presence {
    const known = this.#present.get(identity.pubkey);
    if (known !== undefined) {
      known.learn(identity);
      return known;
    }
    const presence = new Presence(this.#options, this.hearing, identity, (pubkey) => this.#present.has(pubkey));
    this.#present.set(identity.pubkey, presence);
    return presence;
  }

  /** New sockets that nobody else uses. The caller closes them when the work is done. */
  anonymously(): Presence {
    const presence = new Presence(
      this.#options,
      this.hearing,
      undefined,
      (pubkey) => this.#present.has(pubkey),
      () => {
        this.#anonymous.delete(presence);
      },
    );
    this.#anonymous.add(presence);
    return presence;
  }

  /** Closes what an identity had open, when it is over: an alias that was removed, a channel that was left. */
  leave(pubkey: PubkeyHex): void {
    this.#present.get(pubkey)?.[Symbol.dispose]();
    this.#present.delete(pubkey);
  }

  [Symbol.dispose](): void {
    for (const presence of [...this.#present.values(), ...this.#anonymous]) presence[Symbol.dispose]();
    this.#present.clear();
    this.#anonymous.clear();
  }
}

/** One identity's sockets, one for each relay it uses. */
export class Presence implements Disposable {
  readonly #options: NetworkOptions;
  readonly #hearing: Hearing;
  readonly #asked = new Set<Question>();
  #identity: Identity | undefined;
  readonly #isOurs: (pubkey: PubkeyHex) => boolean;
  readonly #onClosed: () => void;
  readonly #relays = new Map<RelayUrl, RelaySocket>();
  #isClosed = false;

  /** Only a `Network` makes one. @internal */
  constructor(
    options: NetworkOptions,
    hearing: Hearing,
    identity: Identity | undefined,
    isOurs: (pubkey: PubkeyHex) => boolean,
    onClosed: () => void = () => undefined,
  ) {
    this.#onClosed = onClosed;
    this.#options = options;
    this.#hearing = hearing;
    this.#identity = identity;
    this.#isOurs = isOurs;
  }

  /** How it authenticates, where that was not known before. @internal */
  learn({ pubkey, authenticate }: Identity): void {
    if (authenticate !== undefined && this.#identity?.authenticate === undefined) {
      this.#identity = { pubkey, authenticate };
    }
  }

  /** What each relay said. Relays that are named twice, in whatever spelling, are asked once. */
  publish(relays: readonly string[], event: VerifiedEvent): Promise<readonly PublishResult[]> {
    if (this.#isAnother(event.pubkey)) throw mixed("publish this as the identity that signed it");
    return Promise.all(this.#at(relays).map((relay) => relay.publish(event)));
  }

  /** Live, from all these relays, until the answer is disposed of. */
  follow(relays: readonly string[], following: Following): Followed {
    const { filter, cursors, onEvent, onCaughtUp, onRefused } = following;
    this.#refuseOthers(filter);
    const open = this.#at(relays).map((relay) => {
      const { url } = relay;
      const cursor = cursors?.get(url);
      const question = this.#hearing.question(url);
      this.#asked.add(question);
      const subscription = Subscription.open(relay, {
        clock: this.#options.clock,
        filter,
        ...(cursor === undefined ? {} : { cursor }),
        onEvent: (event) => this.#hand(onEvent, event, url),
        onStanding: (standing) => question.stands(standing),
        onCaughtUp: (caughtUp) => onCaughtUp?.({ ...caughtUp, relay: url }),
        onRefused: (reason) => onRefused?.({ relay: url, reason }),
      });
      return { url, subscription, question };
    });
    return {
      cursors: () =>
        new Map(
          open.flatMap(({ url, subscription: { cursor } }): [RelayUrl, number][] =>
            cursor === undefined ? [] : [[url, cursor]],
          ),
        ),
      [Symbol.dispose]: () => {
        for (const { subscription, question } of open) {
          subscription[Symbol.dispose]();
          question[Symbol.dispose]();
          this.#asked.delete(question);
        }
      },
    };
  }

  /** What these relays hold for the filter and we lack, however it is dated; once, not live. */
  fill(relays: readonly string[], filter: Filter, options: Omit<FillOptions, "clock">): Promise<readonly Filled[]> {
    this.#refuseOthers(filter);
    const known = [...options.known];
    const { clock } = this.#options;
    const onEvent: FillOptions["onEvent"] = (event, relay) => this.#hand(options.onEvent, event, relay);
    const filling = this.#at(relays).map((relay) => fillFrom(relay, filter, { ...options, known, onEvent, clock }));
    return this.#hearing.during(Promise.all(filling));
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const relay of this.#relays.values()) relay[Symbol.dispose]();
    this.#relays.clear();
    // Nobody will be answered on sockets that are closed.
    for (const question of this.#asked) question[Symbol.dispose]();
    this.#asked.clear();
    this.#onClosed();
  }

  #hand(onEvent: Following["onEvent"], event: VerifiedEvent, relay: RelayUrl): void {
    const work = onEvent(event, relay);
    if (work instanceof Promise) this.#hearing.during(work).catch(() => undefined);
  }

  #refuseOthers(filter: Filter): void {
    const named = [...(filter["#p"] ?? []), ...(filter.authors ?? [])].flatMap((key) => pubkeyHex(key) ?? []);
    if (named.some((pubkey) => this.#isAnother(pubkey))) throw mixed("ask for this as the identity it belongs to");
  }

  #isAnother(pubkey: PubkeyHex): boolean {
    return pubkey !== this.#identity?.pubkey && this.#isOurs(pubkey);
  }

  #at(relays: readonly string[]): readonly RelaySocket[] {
    if (this.#isClosed) throw new UsageError("usage/state", "these sockets are closed; open them again");
    const urls = new Set(relays.map(urlOf));
    return [...urls].map((url) => {
      const known = this.#relays.get(url);
      if (known !== undefined) return known;
      if (this.#relays.size >= (this.#options.maxRelays ?? 50)) {
        throw new UsageError("usage/range", "one identity is at too many relays; use fewer");
      }
      const relay = openRelay({ ...this.#options, url, ...this.#authentication() });
      this.#relays.set(url, relay);
      return relay;
    });
  }

  /** Whoever has no name has nothing to answer with; whoever has one may learn later how to sign. */
  #authentication(): Pick<RelayOptions, "authenticate"> {
    if (this.#identity === undefined) return {};
    return {
      authenticate: async (template) => {
        const event = await this.#identity?.authenticate?.(template);
        if (event === undefined) throw new UsageError("usage/secret", "nobody signs for this identity here");
        if (event.pubkey !== this.#identity?.pubkey) throw mixed("the signer of this identity signs as another key");
        return event;
      },
    };
  }
}

function urlOf(text: string): RelayUrl {
  const url = relayUrl(text);
  if (url === undefined) throw new UsageError("usage/template", "give relays as ws:// or wss:// URLs");
  return url;
}

function mixed(advice: string): UsageError {
  return new UsageError("usage/state", `two identities must not meet on one socket: ${advice}`);
}
