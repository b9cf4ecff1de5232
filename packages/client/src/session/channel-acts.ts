/**
 * What one does in a channel: speak, invite, describe, move, hand over. `Channels` adds which channels there are.
 *
 * Spec: docs/spec/channels.md. What is said is composed from the state, signed, wrapped, and looked at again by the
 * machine: the channel may have moved while somebody's signer asked him. Then nothing was sent, and the reason says so.
 */
import { type EventId, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { mayWrite } from "@subrosa/core/channel/channel";
import * as compose from "@subrosa/core/channel/compose";
import type { Spoken } from "@subrosa/core/channel/fact";
import type { Metadata } from "@subrosa/core/channel/metadata";
import type { InThread, Posted } from "@subrosa/core/channel/state";
import { historyOf } from "@subrosa/core/channel/thread";
import { UsageError } from "@subrosa/core/errors";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { Secret } from "@subrosa/core/secret";
import { sayAgain } from "./channel-again.ts";
import { listing, peopleIn } from "./channel-people.ts";
import type { IgnoredChannel } from "./channel-reason.ts";
import type { ChannelRoom } from "./channel-room.ts";
import type { ChannelsOptions } from "./channels-options.ts";
import { spokenAt } from "./spoken-at.ts";

export type ChannelAnswer = Promise<IgnoredChannel | undefined>;

export interface ChannelMove {
  /** Who comes along besides ourselves; whoever is not named is removed. Absent: everybody. */
  readonly remaining?: readonly PubkeyHex[];
  readonly metadata?: Metadata;
  readonly relays?: readonly string[];
  readonly words?: string;
}

const REACTION = 7;

export class ChannelActs {
  readonly #options: ChannelsOptions;
  readonly #roomOf: (id: EventId) => ChannelRoom | undefined;

  /** Only `openChannels` makes one. @internal */
  constructor(options: ChannelsOptions, roomOf: (id: EventId) => ChannelRoom | undefined) {
    this.#options = options;
    this.#roomOf = roomOf;
  }

  say(id: EventId, text: string, reply?: EventId): ChannelAnswer {
    return this.#toChannel(id, "member", (state, now) => {
      const answered = reply && historyOf(state.path, now).find((fact) => fact.id === reply);
      return reply !== undefined && answered === undefined
        ? "not-shown"
        : compose.composeMessage(state, text, now, answered);
    });
  }

  react(id: EventId, message: EventId, reaction: string): ChannelAnswer {
    return this.#toChannel(id, "member", (state, now) => {
      const about = historyOf(state.path, now).find((fact) => fact.id === message);
      if (about === undefined) return "not-shown";
      const tags = [
        ["e", message],
        ["p", about.author],
      ];
      return compose.composeCarried(state, { kind: REACTION, tags, content: reaction }, now);
    });
  }

  /** Words of ours that a move left behind. @internal */
  sayAgain(id: EventId, fact: Spoken): ChannelAnswer {
    return this.#toChannel(id, "member", (state, now) => sayAgain(state, fact, now));
  }

  /** Any other kind: a poll, an article. */
  carry(id: EventId, content: compose.CarriedContent): ChannelAnswer {
    return this.#toChannel(id, "member", (state, now) => compose.composeCarried(state, content, now));
  }

  /** Whoever gets it reads the channel's whole history. */
  async invite(id: EventId, people: readonly PubkeyHex[], words = ""): ChannelAnswer {
    const at = this.#writable(id, "member");
    if (typeof at === "string") return at;
    await at.room.change({ kind: "invited", add: people, remove: [] });
    return this.#post(at.room, (now) => [[compose.composeInvitation(at.state, now, words), people, "person"]]);
  }

  /** Says in the channel whom we have brought here. @internal */
  namePeople(id: EventId, people: readonly PubkeyHex[]): ChannelAnswer {
    return this.carry(id, listing(people));
  }

  describe(id: EventId, metadata: Metadata, relays?: readonly string[]): ChannelAnswer {
    const urls = relays && urlsOf(relays);
    return this.#toChannel(id, "owner", (state, now) =>
      urls?.length === 0
        ? "no-relay"
        : compose.composeChange(state, { metadata, ...(urls === undefined ? {} : { relays: urls }) }, now),
    );
  }

  /** A new channel with a new key, for those who remain: how somebody is removed. */
  async move(id: EventId, { remaining, metadata, relays, words = "" }: ChannelMove): ChannelAnswer {
    const at = this.#writable(id, "owner");
    if (typeof at === "string") return at;
    const { room, state } = at;
    const { random, curve, clock } = this.#options;
    const urls = relays && urlsOf(relays);
    if (urls?.length === 0) return "no-relay";
    const now = clock.now();
    // Later than all that was read: what is dated after a move no longer counts (CHANNEL-5).
    const time = spokenAt(
      now,
      historyOf(state.path, now).map((fact) => fact.time),
    );
    const me = state.thread.me;
    const here = new Set([...peopleIn(state, now), ...room.state.invited]);
    const others = [...new Set(remaining ?? here)].filter((person) => person !== me);
    const left = [...here].filter((person) => !others.includes(person));
    const secret = Secret.from(random(32), curve);
    const key = toHex(secret.pubkey) as PubkeyHex;
    const more = { ...(metadata && { metadata }), ...(urls && { relays: urls }) };
    const successor = compose.composeSuccessor(state, { key, now: time, ...more });
    const created = await room.written(successor, [key], "channel");
    const create = created?.[0];
    if (created === undefined || create === undefined) return "signer-refused";
    const { move, notice } = compose.composeMove(state, { next: create.fact.id, secret, now: time, words });
    const told = await room.written(move, [me, ...others], "person");
    const noticed = await room.written(notice, [state.path.here.room.key], "channel");
    if (told === undefined || noticed === undefined) return "signer-refused";
    await room.change({ kind: "invited", add: others, remove: left });
    const ignored = await room.tell({ kind: "posted", posts: [...told, ...created, ...noticed], now });
    return ignored ?? (urls === undefined ? undefined : this.#quietly(room, urls));
  }

  async remove(id: EventId, person: PubkeyHex): ChannelAnswer {
    const at = this.#writable(id, "owner");
    if (typeof at === "string") return at;
    const here = [...peopleIn(at.state, this.#options.clock.now()), ...at.room.state.invited];
    return this.move(id, { remaining: here.filter((each) => each !== person) });
  }

  /** Offers ownership for seven days; to oneself: takes the offer back, and moves the channel. */
  delegate(id: EventId, to: PubkeyHex, words = ""): ChannelAnswer {
    return this.#toChannel(id, "owner", (state, now) => compose.composeOffer(state, to, now, words));
  }

  /** Takes the ownership that is offered to us; our client moves the channel then (CHANNEL-3). */
  accept(id: EventId): ChannelAnswer {
    return this.#toChannel(id, "delegate", (state, now) => compose.composeAccept(state, now));
  }

  /** Agrees to relays that the channel names. */
  async approve(id: EventId, relays: readonly string[]): ChannelAnswer {
    const now = this.#options.clock.now();
    const told = { kind: "relays-approved", relays: urlsOf(relays), now } as const;
    return this.#roomOf(id)?.tell(told) ?? "unknown-channel";
  }

  /** Where nobody can decide between two moves. */
  async follow(id: EventId, next: EventId): ChannelAnswer {
    return this.#roomOf(id)?.tell({ kind: "follow", next, now: this.#options.clock.now() }) ?? "unknown-channel";
  }

  /** Our own relays need no consent of ours. */
  async #quietly(room: ChannelRoom, relays: readonly RelayUrl[]): ChannelAnswer {
    await room.tell({ kind: "relays-approved", relays, now: this.#options.clock.now() });
    return undefined;
  }

  #writable(
    id: EventId,
    as: "member" | "owner" | "delegate",
  ): IgnoredChannel | { readonly room: ChannelRoom; readonly state: InThread } {
    const room = this.#roomOf(id);
    if (room === undefined) return "unknown-channel";
    const { channel } = room.state;
    if (!("thread" in channel)) return channel.kind === "ended" ? "unknown-channel" : "may-not-write";
    if (as === "owner" && channel.kind !== "owner") return "only-owner";
    if (as === "delegate" && channel.kind !== "delegate") return "not-offered";
    // An owner may move a channel to which nobody writes any more.
    if (as !== "owner" && !mayWrite(channel, this.#options.clock.now())) return "may-not-write";
    return { room, state: channel };
  }

  async #toChannel(
    id: EventId,
    as: "member" | "owner" | "delegate",
    make: (state: InThread, now: number) => compose.Composed | IgnoredChannel,
  ): ChannelAnswer {
    const at = this.#writable(id, as);
    if (typeof at === "string") return at;
    const { room, state } = at;
    return this.#post(room, (now) => {
      if (!mayWrite(state, now)) return "may-not-write";
      const newest = historyOf(state.path, now).at(-1)?.time ?? 0;
      const made = make(state, spokenAt(now, [newest]));
      return typeof made === "string" ? made : [[made, [state.path.here.room.key], "channel"]];
    });
  }

  async #post(room: ChannelRoom, make: (now: number) => IgnoredChannel | readonly Letter[]): ChannelAnswer {
    const now = this.#options.clock.now();
    const posts: Posted[] = [];
    try {
      const letters = make(now);
      if (typeof letters === "string") return letters;
      for (const [composed, to, place] of letters) {
        const written = await room.written(composed, to, place);
        if (written === undefined) return "signer-refused";
        posts.push(...written);
      }
    } catch (error) {
      // What a person typed does not fit into one event.
      if (error instanceof UsageError && error.code === "usage/too-long") return "too-long";
      throw error;
    }
    return room.tell({ kind: "posted", posts, now });
  }
}

type Letter = readonly [compose.Composed, readonly PubkeyHex[], "channel" | "person"];

export function urlsOf(relays: readonly string[]): readonly RelayUrl[] {
  return [...new Set(relays.flatMap((url) => relayUrl(url) ?? []))];
}
