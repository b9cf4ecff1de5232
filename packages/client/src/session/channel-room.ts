/**
 * One conversation, opened: its machine on the store, its keys' sockets, its clock, and what its client does unasked.
 *
 * Spec: docs/spec/channels.md. Each channel key has sockets of its own and authenticates as itself (CHANNEL-8). What goes
 * out, goes out as nobody through the outbox; what disappears only to relays that say that they forget (CHANNEL-9). After
 * everything was asked for, a relay is given back what it lost (CHANNEL-10).
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { begin, keysOf } from "@subrosa/core/channel/channel";
import type { Composed } from "@subrosa/core/channel/compose";
import { openWraps } from "@subrosa/core/channel/open";
import { readFact } from "@subrosa/core/channel/read-fact";
import { channelFilter } from "@subrosa/core/channel/reading";
import type { Arrival } from "@subrosa/core/channel/receive";
import type { ChannelEvent, Ignored, Posted } from "@subrosa/core/channel/state";
import type { Room } from "@subrosa/core/channel/thread";
import { plain, signEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { type Driver, openDriver } from "../driver/driver.ts";
import { machineStore } from "../driver/machine-store.ts";
import type { Item } from "../relay/negentropy.ts";
import type { Hand } from "./channel-hand.ts";
import { channelKeeping } from "./channel-keeping.ts";
import {
  type ChannelEffect,
  type ChannelHappening,
  type ChannelState,
  channelMachine,
  wakeAt,
} from "./channel-machine.ts";
import type { IgnoredChannel } from "./channel-reason.ts";
import { type ChannelView, channelView } from "./channel-view.ts";
import type { ChannelsOptions } from "./channels-options.ts";
import { Derived } from "./derived.ts";
import { Gathering } from "./gather.ts";
import { Pursuit, type Swept } from "./pursuit.ts";

type ChannelDriver = Driver<ChannelState, ChannelHappening, ChannelEffect, Ignored>;

const HOUR = 3_600;
/** Wraps are dated up to two days back: what was sent since then may not have been listed. */
const LATE = 2 * 86_400;
/** Rooms on the path that are listened to, besides those that were never read to their end. */
const LISTENED = 3;
const FORGETS = 40;

export interface ChannelRoomOptions extends ChannelsOptions {
  readonly id: EventId;
  readonly me: PubkeyHex;
  readonly hand: Hand;
  /** Called when the state may ask for something to be done. */
  readonly onDue: () => void;
}

export async function openChannelRoom(options: ChannelRoomOptions): Promise<ChannelRoom> {
  const { id, me, store, clock, random, curve } = options;
  const initial: ChannelState = {
    channel: begin(me),
    ...{ invited: new Set(), warnings: new Set(), cursors: new Map() },
  };
  const held: { driver?: ChannelDriver } = {};
  const driver: ChannelDriver = await openDriver({
    machine: channelMachine(initial),
    store: machineStore(store, `channel/${id}`, channelKeeping(initial, curve)),
    perform: async (effect) => {
      const state = held.driver?.state;
      const performed = effect.kind === "publish" ? publish(effect, options) : wrapAgain(effect, state, options);
      return options.network.hearing.during<ChannelHappening | undefined>(performed);
    },
    clock,
    random,
  });
  held.driver = driver;
  return ChannelRoom.start(options, driver);
}

async function publish(
  { event, relays, nip40, again }: Extract<ChannelEffect, { kind: "publish" }>,
  { outbox, ask, curve }: ChannelRoomOptions,
): Promise<undefined> {
  const verdict = VerifiedEvent.check(event, curve);
  const urls = relays.flatMap((url) => relayUrl(url) ?? []);
  const takers = nip40 ? await forgetting(urls, ask) : urls;
  if (verdict.ok && takers.length > 0) await outbox.send(verdict.event, "nobody", takers, again);
}

/** CHANNEL-9: those that say that they forget. */
export async function forgetting(
  relays: readonly RelayUrl[],
  ask: ChannelsOptions["ask"],
): Promise<readonly RelayUrl[]> {
  const said = await Promise.all(relays.map(ask));
  return relays.filter((_, i) => said[i]?.nips.includes(FORGETS) === true);
}

async function wrapAgain(
  { relay, key, id }: Extract<ChannelEffect, { kind: "wrap-again" }>,
  state: ChannelState | undefined,
  { clock, random, curve }: ChannelRoomOptions,
): Promise<ChannelHappening | undefined> {
  const room = state && roomsIn(state).find((each) => each.key === key);
  const kept = room?.archive.get(id);
  if (room === undefined || kept === undefined) return undefined;
  const [opened] = openWraps([kept.outer], new Map([[key, room.secret]]), random, curve);
  if (opened?.ok !== true) return undefined;
  const tag = kept.outer.tags.find(([name]) => name === "expiration")?.[1];
  const expiration = tag === undefined ? undefined : Number(tag);
  const outer = plain(opened.inner.wrap({ to: key, now: clock.now(), expiration }, random, curve));
  return { kind: "told", event: { kind: "wrapped-again", relay, of: id, outer } };
}

export function roomsIn({ channel }: ChannelState): readonly Room[] {
  return "thread" in channel ? [...channel.thread.rooms.values()] : [];
}

export class ChannelRoom implements AsyncDisposable {
  readonly view: Derived<ChannelState, ChannelView>;
  readonly #options: ChannelRoomOptions;
  readonly #driver: ChannelDriver;
  readonly #arrivals: Gathering<VerifiedEvent, IgnoredChannel | undefined>;
  readonly #pursuits = new Map<PubkeyHex, { readonly relays: string; readonly pursuit: Pursuit }>();
  readonly #given = new Set<EventId>();
  #callOff: () => void = () => undefined;
  #isClosed = false;

  private constructor(options: ChannelRoomOptions, driver: ChannelDriver) {
    const { id, clock } = options;
    this.#options = options;
    this.#driver = driver;
    this.#arrivals = new Gathering((events) => this.#received(events));
    this.view = new Derived(driver, (state) => channelView(id, state, clock.now()), clock);
  }

  /** @internal */
  static start(options: ChannelRoomOptions, driver: ChannelDriver): ChannelRoom {
    const room = new ChannelRoom(options, driver);
    driver.watch(() => room.#settled());
    room.#settled();
    options.network.hearing.during(room.#tick()).catch(() => undefined);
    return room;
  }

  get state(): ChannelState {
    return this.#driver.state;
  }

  /** Of every room, and what waits for the user. */
  get keys(): ReadonlyMap<PubkeyHex, unknown> {
    return keysOf(this.state.channel);
  }

  tell(event: ChannelEvent): Promise<IgnoredChannel | undefined> {
    return this.#driver.send({ kind: "told", event });
  }

  change(happening: Exclude<ChannelHappening, { kind: "told" }>): Promise<IgnoredChannel | undefined> {
    return this.#driver.send(happening);
  }

  /** A wrap to one of its keys. */
  ingest(event: VerifiedEvent): Promise<IgnoredChannel | undefined> {
    return this.#arrivals.offer(event);
  }

  /** Signs it, wraps it to each, and reads back what was said; undefined where the signer did not sign. */
  async written(
    composed: Composed,
    to: readonly PubkeyHex[],
    place: "channel" | "person",
  ): Promise<readonly Posted[] | undefined> {
    const { hand, clock, curve, reach } = this.#options;
    const inner = await hand.vouch(composed);
    const read = inner && readFact(inner, place, curve);
    if (inner === undefined || read?.ok !== true) return undefined;
    const posts: Posted[] = [];
    for (const key of to) {
      const outer = await hand.wrap(inner, { to: key, now: clock.now(), expiration: composed.expiration });
      if (outer === undefined) return undefined;
      const relays = place === "person" ? { relays: await reach(key) } : {};
      posts.push({ fact: read.fact, to: key, outer, ...relays });
    }
    return posts;
  }

  /** What a relay would not take back is wrapped anew, if we gave it. */
  async refused(id: EventId, relay: string): Promise<void> {
    const room = this.#given.has(id) ? roomsIn(this.state).find(({ archive }) => archive.has(id)) : undefined;
    if (room !== undefined) await this.tell({ kind: "refused", relay, key: room.key, id });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#callOff();
    const cursors = this.#arrivals.waiting === 0 ? this.#cursors() : new Map<string, number>();
    for (const key of [...this.#pursuits.keys()]) this.#leave(key);
    await this.#arrivals[Symbol.asyncDispose]();
    if (cursors.size > 0) await this.#driver.send({ kind: "caught-up", cursors }).catch(() => undefined);
    this.view[Symbol.dispose]();
    await this.#driver[Symbol.asyncDispose]();
  }

  async #received(events: readonly VerifiedEvent[]): Promise<readonly (IgnoredChannel | undefined)[]> {
    const { random, curve } = this.#options;
    const opened = openWraps(events, keysOf(this.state.channel), random, curve);
    const read = opened.map((one): Arrival | IgnoredChannel => {
      if (!one.ok) return one.reason;
      const fact = readFact(one.inner, "channel", curve);
      return fact.ok ? { fact: fact.fact, to: one.to, outer: plain(one.outer) } : fact.reason;
    });
    const arrivals = read.filter((one) => typeof one !== "string");
    const ignored = arrivals.length === 0 ? undefined : await this.receive(arrivals);
    return read.map((one) => (typeof one === "string" ? one : ignored));
  }

  receive(arrivals: readonly Arrival[]): Promise<IgnoredChannel | undefined> {
    return this.tell({ kind: "received", arrivals, now: this.#options.clock.now() });
  }

  /** After every step: sockets for the keys that there are, none for those that are gone, and the clock. */
  #settled(): void {
    if (this.#isClosed) return;
    const { channel } = this.state;
    const wanted = new Map(roomsIn(this.state).map((room) => [room.key, room]));
    for (const key of this.#pursuits.keys()) if (!wanted.has(key)) this.#leave(key);
    if ("thread" in channel) {
      const recent = new Set(channel.path.places.slice(-LISTENED).map(({ room }) => room.key));
      const relays = channel.thread.approved.flatMap((url) => relayUrl(url) ?? []);
      for (const [key, room] of wanted) {
        const isRead = [...this.state.cursors.keys()].some((name) => name.startsWith(`${key} `));
        if (recent.has(key) || !isRead) this.#listen(room, relays);
      }
    }
    this.#setClock();
    this.#options.onDue();
  }

  #listen({ key, secret }: Room, relays: readonly RelayUrl[]): void {
    const known = this.#pursuits.get(key);
    if (known?.relays === relays.join() || relays.length === 0) return;
    const { network, random, curve, clock } = this.#options;
    const kept = new Map([...this.state.cursors, ...(known?.pursuit.cursors() ?? [])]);
    known?.pursuit[Symbol.dispose]();
    const presence = network.as({
      pubkey: key,
      authenticate: async (template) => signEvent(template, secret, random(32), curve),
    });
    const pursuit = new Pursuit({
      ...{ presence, hearing: network.hearing, relays, kept, clock, filters: { [key]: channelFilter(key) } },
      known: async () => heldIn(roomsIn(this.state).find((room) => room.key === key)),
      onEvent: (event) => this.ingest(event),
      onCaughtUp: (cursors) => this.#keep(cursors),
      onSwept: (swept) => this.#swept(swept, key),
    });
    this.#pursuits.set(key, { relays: relays.join(), pursuit });
  }

  #leave(key: PubkeyHex): void {
    this.#pursuits.get(key)?.pursuit[Symbol.dispose]();
    this.#pursuits.delete(key);
    this.#options.network.leave(key);
  }

  #cursors(): ReadonlyMap<string, number> {
    return new Map([...this.#pursuits.values()].flatMap(({ pursuit }) => [...pursuit.cursors()]));
  }

  /** After all that came before has been taken, or a crash would lose it. */
  async #keep(cursors: ReadonlyMap<string, number>): Promise<void> {
    await this.#arrivals.idle();
    if (!this.#isClosed) await this.#driver.send({ kind: "caught-up", cursors });
  }

  async #swept({ relay, isHeld }: Swept, key: PubkeyHex): Promise<void> {
    await this.#arrivals.idle();
    if (this.#isClosed) return;
    const until = this.#options.clock.now() - LATE;
    const room = roomsIn(this.state).find((each) => each.key === key);
    const ids = new Set([...(room?.archive.keys() ?? [])].filter(isHeld));
    for (const id of room?.archive.keys() ?? []) if (!ids.has(id)) this.#given.add(id);
    await this.tell({ kind: "listed", relay, key, ids, since: 0, until });
  }

  #setClock(): void {
    this.#callOff();
    const { clock } = this.#options;
    const now = clock.now();
    const at = Math.min(wakeAt(this.state) ?? now + HOUR, now + HOUR);
    this.#callOff = clock.after(Math.max(0, at - now) * 1_000 + 50, () => void this.#tick().catch(() => undefined));
  }

  async #tick(): Promise<void> {
    if (this.#isClosed) return;
    await this.tell({ kind: "tick", now: this.#options.clock.now() });
    this.view.refresh();
    this.#setClock();
    this.#options.onDue();
  }
}

/** The wraps of a room, as relays date them. */
function heldIn(room: Room | undefined): readonly Item[] {
  return [...(room?.archive.values() ?? [])].map(({ outer: { id, created_at } }) => ({ id, created_at }));
}
