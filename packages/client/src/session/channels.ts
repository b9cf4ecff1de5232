/**
 * The encrypted channels of one person: made, joined by invitation, spoken in, moved, handed over.
 *
 * Spec: docs/spec/channels.md. A conversation keeps the id of its first channel across moves. Methods resolve when the
 * act is durable: with undefined, or with the reason why nothing happened, which has a sentence in channel-reason.ts.
 * Wraps to the person come through `ingest`, from whoever reads his inbox; those to channel keys are asked for here. An
 * invitation by oneself is how another device of his comes in, so that one is taken without asking (CHANNEL-12).
 */
import { type EventId, type PubkeyHex, pubkeyHex, toHex } from "@subrosa/core/bytes";
import { mayWrite } from "@subrosa/core/channel/channel";
import { composeInvitation } from "@subrosa/core/channel/compose";
import { draftCreate } from "@subrosa/core/channel/draft";
import type { Fact } from "@subrosa/core/channel/fact";
import { type Form, InnerEvent } from "@subrosa/core/channel/inner-event";
import type { Metadata } from "@subrosa/core/channel/metadata";
import { openText } from "@subrosa/core/channel/open";
import { readFact } from "@subrosa/core/channel/read-fact";
import type { InThread } from "@subrosa/core/channel/state";
import { integer, object } from "@subrosa/core/json";
import { plain, type Rumor, type SignedEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { onlyTag } from "@subrosa/core/nostr/tags";
import { Secret } from "@subrosa/core/secret";
import { entriesOf } from "../store/store.ts";
import { Cell } from "./cell.ts";
import { ChannelActs, type ChannelAnswer, urlsOf } from "./channel-acts.ts";
import { leftBehind } from "./channel-again.ts";
import { type Hand, handOf } from "./channel-hand.ts";
import { dueMove } from "./channel-machine.ts";
import { listedIn } from "./channel-people.ts";
import type { IgnoredChannel } from "./channel-reason.ts";
import { type ChannelRoom, forgetting, openChannelRoom } from "./channel-room.ts";
import { type ChannelSummary, type ChannelView, channelSummary } from "./channel-view.ts";
import type { ChannelsOptions } from "./channels-options.ts";
import { Derived } from "./derived.ts";
import { type Live, live } from "./live.ts";
import { openRecords, type Records } from "./records.ts";
import { signedShape } from "./shapes.ts";
import { together } from "./views.ts";

export type ChannelMade =
  | { readonly ok: true; readonly id: EventId }
  | { readonly ok: false; readonly reason: IgnoredChannel };

export interface NewChannel {
  readonly metadata: Metadata;
  /** Two at least, or everybody is warned (CHANNEL-10). */
  readonly relays: readonly string[];
  /** "signed" is the draft's own form; "sealed" leaves the words unsigned (CHANNEL-11). Default "signed". */
  readonly form?: Form;
  /** Seconds that it and each message live (CHANNEL-9). Absent: for ever. */
  readonly lifetime?: number;
}

interface Place {
  readonly at: number;
  /** When it was left here. */
  readonly left?: number;
}
const placeShape = object({ at: integer() }, { optional: { left: integer() } });
const MAX_EARLY = 1_000;
/** Seconds before something that a signer refused is tried again. */
const AGAIN = 3_600;

export async function openChannels(options: ChannelsOptions): Promise<Channels> {
  const { store, clock, random } = options;
  const common = { store, clock, random };
  const index = await openRecords<Place>({ ...common, place: "channels", shape: placeShape });
  const early = await openRecords<SignedEvent>({ ...common, place: "channels-early", shape: signedShape });
  return Channels.start(options, index, early);
}

export class Channels extends ChannelActs implements AsyncDisposable {
  readonly #options: ChannelsOptions;
  readonly #index: Records<Place>;
  /** Moves of channels that are not here yet. */
  readonly #early: Records<SignedEvent>;
  readonly #rooms: Map<EventId, ChannelRoom>;
  readonly #opening = new Map<EventId, Promise<ChannelRoom>>();
  readonly #hand: Hand;
  readonly #changed = new Cell(0);
  readonly #list: Derived<ReadonlyMap<EventId, ChannelView>, ReadonlyMap<EventId, ChannelSummary>>;
  readonly #busy = new Map<EventId, Promise<void>>();
  readonly #failed = new Map<string, number>();
  readonly #stop: () => void;
  #isClosed = false;

  private constructor(options: ChannelsOptions, index: Records<Place>, early: Records<SignedEvent>) {
    const rooms = new Map<EventId, ChannelRoom>();
    super(options, (id) => rooms.get(id));
    const { identity, random, curve, clock, outbox } = options;
    this.#options = options;
    this.#index = index;
    this.#early = early;
    this.#rooms = rooms;
    this.#hand = handOf(identity, random, curve);
    const views = together(
      () =>
        [...rooms].flatMap(([id, { state, view }]) => (state.channel.kind === "ended" ? [] : [[id, view] as const])),
      (told) => this.#changed.watch(told),
    );
    const summaries = (all: ReadonlyMap<EventId, ChannelView>) =>
      new Map([...all].map(([id, view]) => [id, channelSummary(view)]));
    this.#list = new Derived(views, summaries, clock);
    this.#stop = outbox.deliveries.subscribe((deliveries) => {
      for (const [id, { relays }] of deliveries) {
        for (const [relay, { kind }] of relays) {
          if (kind === "refused")
            for (const room of rooms.values()) void room.refused(id, relay).catch(() => undefined);
        }
      }
    });
  }

  /** @internal */
  static async start(options: ChannelsOptions, index: Records<Place>, early: Records<SignedEvent>): Promise<Channels> {
    const channels = new Channels(options, index, early);
    for (const id of index.kept.keys()) await channels.#room(id as EventId);
    return channels;
  }

  get list(): Live<ReadonlyMap<EventId, ChannelSummary>> {
    return live(this.#list, (list) => list);
  }

  /** Undefined while there is no such channel. */
  channel(id: EventId): Live<ChannelView | undefined> {
    return live(this.#changed, () => this.#rooms.get(id)?.view.state);
  }

  async create({ metadata, relays, form = "signed", lifetime }: NewChannel): Promise<ChannelMade> {
    const { clock, random, curve, ask } = this.#options;
    const urls = urlsOf(relays);
    if (urls.length === 0) return refuse("no-relay");
    // CHANNEL-9: what shall disappear is kept where it does.
    const keepers = lifetime === undefined ? urls : await forgetting(urls, ask);
    if (keepers.length === 0) return refuse("no-forgetting-relay");
    const time = clock.now();
    const secret = Secret.from(random(32), curve);
    const key = pubkeyHex(toHex(secret.pubkey))!;
    const expiration = lifetime === undefined ? undefined : time + Math.max(1, Math.floor(lifetime));
    const inputs = { time, key, metadata, relays: keepers, form, ...(expiration === undefined ? {} : { expiration }) };
    const inner = await this.#hand.vouch({ draft: draftCreate(inputs), form, expiration });
    const outer = inner && (await this.#hand.wrap(inner, { to: key, now: time, expiration }));
    const read = inner && readFact(inner, "channel", curve);
    if (outer === undefined || read === undefined) return refuse("signer-refused");
    if (!read.ok) return refuse(read.reason);
    const { id } = read.fact;
    const room = await this.#room(id);
    const create = { fact: read.fact, to: key, outer };
    const ignored = await room.change({ kind: "founded", secret, create, relays: keepers, now: time });
    return ignored === undefined ? { ok: true, id } : refuse(ignored);
  }

  /** The user's consent to an invitation, and to these of its relays (default: all that it names). */
  async join(id: EventId, invitation: EventId, relays?: readonly string[]): ChannelAnswer {
    const room = this.#rooms.get(id);
    const { channel } = room?.state ?? {};
    if (room === undefined || channel === undefined) return "unknown-channel";
    const named = channel.kind === "invited" ? channel.invitations.get(invitation)?.relays : undefined;
    const agreed = urlsOf(relays ?? named ?? []);
    if (named !== undefined && agreed.length === 0) return "no-relay";
    const ignored = await room.tell({ kind: "join", invitation, relays: agreed, now: this.#options.clock.now() });
    if (ignored === undefined) await this.#retryEarly();
    return ignored;
  }

  /** Forgets key and words here; nobody is told. */
  async leave(id: EventId): ChannelAnswer {
    const room = this.#rooms.get(id);
    if (room === undefined || room.state.channel.kind === "ended") return "unknown-channel";
    const ignored = await room.tell({ kind: "leave" });
    const now = this.#options.clock.now();
    await this.#index.set(id, { at: this.#index.kept.get(id)?.at ?? now, left: now });
    return ignored;
  }

  /** Wraps to the person or to a channel of his; says why where one was ignored, never throws for what it is. */
  async ingest(
    event: VerifiedEvent,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: IgnoredChannel }> {
    const to = pubkeyHex(onlyTag(event.tags, "p")?.[1]);
    const room = to && [...this.#rooms.values()].find(({ keys }) => keys.has(to));
    const ignored =
      room === undefined || to === undefined ? await this.#ingestPersonal(event, to) : await room.ingest(event);
    return ignored === undefined ? { ok: true } : refuse(ignored);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#stop();
    await Promise.all(this.#busy.values());
    const rooms = [...this.#rooms.values()];
    this.#rooms.clear();
    await Promise.all(rooms.map((room) => room[Symbol.asyncDispose]()));
    this.#list[Symbol.dispose]();
    await this.#early[Symbol.asyncDispose]();
    await this.#index[Symbol.asyncDispose]();
  }

  async #ingestPersonal(event: VerifiedEvent, to: PubkeyHex | undefined): ChannelAnswer {
    if (to !== this.#options.identity.pubkey) return "other-person";
    const [opened] = await this.#hand.open([event]);
    return opened?.ok === true ? this.#enter(event, opened.inner) : (opened?.reason ?? "wrap-decrypt");
  }

  /** What somebody else has opened already: the text of the wrap, or the seal in it and what that said. */
  async ingestOpened(
    event: VerifiedEvent,
    opened: { readonly text: string } | { readonly seal: VerifiedEvent; readonly rumor: Rumor },
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: IgnoredChannel }> {
    const read =
      "text" in opened
        ? openText(opened.text, this.#options.curve)
        : InnerEvent.fromSealText(opened.seal, JSON.stringify(opened.rumor));
    if (!read.ok) return read;
    const ignored: IgnoredChannel | undefined = "inner" in read ? await this.#enter(event, read.inner) : "inner-shape";
    return ignored === undefined ? { ok: true } : refuse(ignored);
  }

  async #enter(event: VerifiedEvent, inner: InnerEvent): ChannelAnswer {
    const { identity, curve } = this.#options;
    const to = identity.pubkey;
    const read = readFact(inner, "person", curve);
    if (!read.ok) return read.reason;
    const { fact } = read;
    if (fact.type !== "invitation" && fact.type !== "move") return "wrong-destination";
    const id = this.#conversationOf(fact.channel);
    if (id === undefined && fact.type === "move") {
      await this.#keepEarly(event);
      return "unknown-channel";
    }
    const room = await this.#entrance(id ?? fact.channel, fact);
    if (room === undefined) return "wrong-state";
    const ignored = await room.receive([{ fact, to, outer: plain(event) }]);
    if (ignored === undefined) await this.#retryEarly();
    else if (fact.type === "move" && room.state.channel.kind === "invited") await this.#keepEarly(event);
    return ignored;
  }

  #conversationOf(channel: EventId): EventId | undefined {
    for (const [id, { state }] of this.#rooms) {
      if (id === channel) return id;
      if ("thread" in state.channel && state.channel.thread.rooms.has(channel)) return id;
    }
    return undefined;
  }

  /** A channel that was left is entered anew by an invitation that is newer than that, and by no other. */
  async #entrance(id: EventId, fact: Fact): Promise<ChannelRoom | undefined> {
    const left = this.#index.kept.get(id)?.left;
    if (left === undefined) return this.#room(id);
    if (fact.type !== "invitation" || fact.time <= left) return undefined;
    await this.#rooms.get(id)?.[Symbol.asyncDispose]();
    this.#rooms.delete(id);
    await this.#erase(id);
    await this.#index.set(id, { at: this.#options.clock.now() });
    return this.#room(id);
  }

  async #room(id: EventId): Promise<ChannelRoom> {
    const known = this.#rooms.get(id) ?? this.#opening.get(id);
    if (known !== undefined) return known;
    const opening = this.#open(id);
    this.#opening.set(id, opening);
    return opening.finally(() => this.#opening.delete(id));
  }

  async #open(id: EventId): Promise<ChannelRoom> {
    const { identity, clock } = this.#options;
    const place: { room?: ChannelRoom } = {};
    const onDue = (): void => {
      if (place.room !== undefined) this.#look(id, place.room);
    };
    const room = await openChannelRoom({ ...this.#options, id, me: identity.pubkey, hand: this.#hand, onDue });
    place.room = room;
    this.#rooms.set(id, room);
    room.view.onChange(() => this.#tellChange());
    if (!this.#index.kept.has(id)) await this.#index.set(id, { at: clock.now() });
    this.#tellChange();
    this.#look(id, room);
    return room;
  }

  #tellChange(): void {
    this.#changed.set(this.#changed.state + 1);
  }

  /** What this client does unasked, one thing after the other. */
  #look(id: EventId, room: ChannelRoom): void {
    if (this.#isClosed || this.#busy.has(id)) return;
    const due = this.#due(id, room);
    if (due === undefined) return;
    const [name, act] = due;
    const work = act()
      .catch((): IgnoredChannel => "wrong-state")
      .then((ignored) => {
        this.#busy.delete(id);
        if (ignored !== undefined) this.#failed.set(name, this.#options.clock.now());
        this.#look(id, room);
      });
    this.#busy.set(id, this.#options.network.hearing.during(work));
  }

  #due(id: EventId, room: ChannelRoom): readonly [string, () => ChannelAnswer] | undefined {
    const { state } = room;
    const { channel } = state;
    const now = this.#options.clock.now();
    const me = this.#options.identity.pubkey;
    const unless = (name: string, act: () => ChannelAnswer): readonly [string, () => ChannelAnswer] | undefined =>
      (this.#failed.get(name) ?? 0) > now - AGAIN ? undefined : [name, act];
    if (channel.kind === "invited") {
      const mine = [...channel.invitations.values()].find(({ author }) => author === me);
      return mine && unless(`join ${mine.id}`, () => this.join(id, mine.id));
    }
    if (!("thread" in channel)) return undefined;
    const why = dueMove(state, now);
    const { key } = channel.path.here.room;
    if (why !== undefined) return unless(`move ${key} ${why}`, () => this.move(id, {}));
    if (!mayWrite(channel, now)) return undefined;
    const lost = this.#options.identity.kind === "own" ? leftBehind(channel, now) : undefined;
    if (lost !== undefined) return unless(`again ${lost.id}`, () => this.sayAgain(id, lost));
    const told = listedIn(channel, now);
    const unlisted = [...state.invited].filter((person) => !told.has(person));
    if (unlisted.length > 0) return unless(`list ${key}`, () => this.namePeople(id, unlisted));
    const isShared = [...channel.thread.rooms.values()].some(({ control }) =>
      [...control.values()].some((fact) => fact.type === "invitation" && fact.author === me),
    );
    // A signer would ask the person for it, so only with a key of our own.
    if (isShared || this.#options.identity.kind !== "own") return undefined;
    return unless(`share ${id}`, () => this.#share(room, channel));
  }

  /** For our other devices. */
  async #share(room: ChannelRoom, channel: InThread): ChannelAnswer {
    const now = this.#options.clock.now();
    const posts = await room.written(composeInvitation(channel, now), [this.#options.identity.pubkey], "person");
    return posts === undefined ? "signer-refused" : room.tell({ kind: "posted", posts, now });
  }

  async #keepEarly(event: VerifiedEvent): Promise<void> {
    const oldest = this.#early.kept.size >= MAX_EARLY ? [...this.#early.kept.keys()][0] : undefined;
    await this.#early.change(() => [
      [event.id, plain(event)],
      ...(oldest === undefined ? [] : ([[oldest, undefined]] as const)),
    ]);
  }

  async #retryEarly(): Promise<void> {
    for (const [id, event] of [...this.#early.kept]) {
      const verdict = VerifiedEvent.check(event, this.#options.curve);
      await this.#early.set(id, undefined);
      if (verdict.ok) await this.ingest(verdict.event);
    }
  }

  async #erase(id: EventId): Promise<void> {
    const { store } = this.#options;
    const names: string[] = [];
    for await (const { name } of entriesOf(store, `channel/${id}/`)) names.push(name);
    if (names.length > 0) await store.commit(names.map((name) => ({ name, value: undefined })));
  }
}

function refuse(reason: IgnoredChannel): { readonly ok: false; readonly reason: IgnoredChannel } {
  return { ok: false, reason };
}
