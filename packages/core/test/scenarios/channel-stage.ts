/**
 * People with real keys, in-memory relays, and a canary: everything that leaves a device, and every way to print what
 * it holds, is searched for every channel secret that was ever made (CHANNEL-7).
 */
import { inspect } from "node:util";
import { type EventId, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { begin, found, keysOf, step } from "@subrosa/core/channel/channel";
import * as compose from "@subrosa/core/channel/compose";
import { type CreateInputs, draftCreate } from "@subrosa/core/channel/draft";
import type { Create, Fact } from "@subrosa/core/channel/fact";
import type { InnerEvent } from "@subrosa/core/channel/inner-event";
import { type OpenedWrap, openWraps } from "@subrosa/core/channel/open";
import { readFact } from "@subrosa/core/channel/read-fact";
import { SENTENCES } from "@subrosa/core/channel/reason";
import type { Arrival } from "@subrosa/core/channel/receive";
import type { Channel, ChannelEvent, Effect, InThread, Posted, Step } from "@subrosa/core/channel/state";
import { historyOf } from "@subrosa/core/channel/thread";
import { plain, type SignedEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { tagValue } from "@subrosa/core/nostr/tags";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import { seededRandom } from "@subrosa/testkit/random";
import { expect } from "vitest";

export const curve = openCurve();
export const T0 = 1_800_000_000;

export class Relay {
  readonly url: string;
  readonly #store = new Map<EventId, SignedEvent>();
  readonly #deleted = new Set<EventId>();
  readonly #vanished = new Map<string, number>();
  /**
   * Does it let the key that wraps are addressed to delete them (NIP-09, NIP-62 on 1059)? "for-ever": after a request
   * to vanish it refuses, beside what it erased, whatever is dated before that request.
   */
  readonly obeys: boolean | "for-ever";

  constructor(url: string, obeys: Relay["obeys"] = false) {
    this.url = url;
    this.obeys = obeys;
  }

  /** What NIP-01's OK would say. */
  take(event: SignedEvent): boolean {
    if (!VerifiedEvent.check(event, curve).ok || this.#deleted.has(event.id)) return false;
    const until = this.#vanished.get(tagValue(event.tags, "p") ?? "");
    if (until !== undefined && event.created_at <= until) return false;
    if (event.kind === 5 && this.obeys) this.#erase(event);
    if (event.kind === 62 && this.obeys) this.#vanish(event);
    this.#store.set(event.id, event);
    return true;
  }

  #erase(deletion: SignedEvent): void {
    for (const [name, id] of deletion.tags) {
      const found = name === "e" ? this.#store.get(id as EventId) : undefined;
      if (found === undefined || tagValue(found.tags, "p") !== deletion.pubkey) continue;
      this.#store.delete(found.id);
      this.#deleted.add(found.id);
    }
  }

  #vanish({ pubkey, created_at }: SignedEvent): void {
    for (const { id } of this.heldFor(pubkey)) {
      this.#store.delete(id);
      this.#deleted.add(id);
    }
    if (this.obeys === "for-ever") this.#vanished.set(pubkey, created_at);
  }

  heldFor(key: PubkeyHex): readonly SignedEvent[] {
    return [...this.#store.values()].filter((event) => event.kind === 1059 && tagValue(event.tags, "p") === key);
  }

  all(): readonly SignedEvent[] {
    return [...this.#store.values()];
  }

  /** Drops single events without a word. */
  lose(id: EventId): void {
    this.#store.delete(id);
  }
}

export class Stage {
  now = T0;
  readonly random;
  readonly relays: readonly Relay[];
  readonly people: Person[] = [];
  readonly secrets = new Set<string>();
  /** Everything that left a device, as text. */
  readonly left: string[] = [];

  constructor(seed: string, relays: readonly Relay[] = [new Relay("wss://one"), new Relay("wss://two")]) {
    this.random = seededRandom(seed);
    this.relays = relays;
  }

  secret(): Secret {
    return Secret.from(this.random(32), curve);
  }

  /** A secret that the canary watches. */
  channelSecret(): Secret {
    const secret = this.secret();
    this.secrets.add(toHex(secret.expose()));
    return secret;
  }

  person(name: string): Person {
    const person = new Person(this, name);
    this.people.push(person);
    return person;
  }

  get urls(): readonly string[] {
    return this.relays.map(({ url }) => url);
  }

  publish(event: SignedEvent, urls: readonly string[]): void {
    for (const relay of this.relays) if (urls.includes(relay.url)) relay.take(event);
  }

  /** Everybody reads all that the relays hold for him, until nothing changes. */
  settle(people: readonly Person[] = this.people): void {
    for (let round = 0; round < 6; round++) {
      if (!people.map((person) => person.fetch()).some((changed) => changed)) return;
    }
  }

  watch(text: string): void {
    for (const secret of this.secrets) {
      if (text.includes(secret)) expect.fail("a channel secret left the device, or can be printed");
    }
  }
}

export class Person {
  readonly stage: Stage;
  readonly name: string;
  readonly secret: Secret;
  readonly pubkey: PubkeyHex;
  state: Channel;
  readonly effects: Effect[] = [];
  readonly #read = new Set<EventId>();
  #steps = 0;
  /** This device's clock runs ahead by so much. */
  skew = 0;

  constructor(stage: Stage, name: string, secret = stage.secret()) {
    this.stage = stage;
    this.name = name;
    this.secret = secret;
    this.pubkey = toHex(this.secret.pubkey) as PubkeyHex;
    this.state = begin(this.pubkey);
  }

  get now(): number {
    return this.stage.now + this.skew;
  }

  get joined(): InThread {
    if (!("thread" in this.state)) expect.fail(`${this.name} is ${this.state.kind}`);
    return this.state;
  }

  get texts(): readonly string[] {
    return historyOf(this.joined.path, this.now).flatMap((fact) => (fact.type === "message" ? [fact.text] : []));
  }

  apply(made: Step): Step {
    this.state = made.state;
    this.effects.push(...made.effects);
    for (const effect of made.effects) {
      const text = JSON.stringify(effect);
      this.stage.left.push(text);
      this.stage.watch(text);
      if (effect.kind === "publish") this.stage.publish(effect.event, effect.relays);
      if (effect.kind === "read") this.#read.clear();
    }
    // Printing a whole state costs more than the step: every fifth will do.
    if (this.#steps++ % 5 === 0) this.stage.watch(`${inspect(made, { depth: 12 })}${JSON.stringify(made)}`);
    return made;
  }

  step(event: ChannelEvent): Step {
    return this.apply(step(this.state, event));
  }

  tick(): Step {
    return this.step({ kind: "tick", now: this.now });
  }

  vouch({ draft, form }: compose.Composed): InnerEvent {
    return form === "signed" ? draft.sign(this.secret, this.stage.random(32), curve) : draft.author(this.pubkey);
  }

  wrap(inner: InnerEvent, to: PubkeyHex, expiration: number | undefined): SignedEvent {
    return plain(inner.wrap({ to, now: this.now, expiration, author: this.secret }, this.stage.random, curve));
  }

  /** Signs, wraps to each, and reads back what was said. */
  post(composed: compose.Composed, to: readonly PubkeyHex[], place: "channel" | "person"): readonly Posted[] {
    const inner = this.vouch(composed);
    const read = readFact(inner, place, curve);
    if (!read.ok) expect.fail(SENTENCES[read.reason]);
    return to.map((key) => ({ fact: read.fact, to: key, outer: this.wrap(inner, key, composed.expiration) }));
  }

  create(inputs: Partial<CreateInputs> = {}): EventId {
    const secret = this.stage.channelSecret();
    const key = toHex(secret.pubkey) as PubkeyHex;
    const all = {
      time: this.now,
      metadata: { name: "garden" },
      relays: this.stage.urls,
      form: "signed",
      ...inputs,
    } as const;
    const draft = draftCreate({ key, ...all });
    const [post] = this.post({ draft, form: all.form, expiration: all.expiration }, [key], "channel");
    this.apply(found(secret, post!, this.stage.urls, this.now));
    return post!.fact.id;
  }

  get key(): PubkeyHex {
    return this.joined.path.here.room.key;
  }

  toChannel(composed: compose.Composed): Step {
    return this.step({ kind: "posted", posts: this.post(composed, [this.key], "channel"), now: this.now });
  }

  say(text: string): Step {
    return this.toChannel(compose.composeMessage(this.state, text, this.now));
  }

  invite(...people: readonly Person[]): Step {
    const to = people.map(({ pubkey }) => pubkey);
    const posts = this.post(compose.composeInvitation(this.state, this.now), to, "person");
    return this.step({ kind: "posted", posts, now: this.now });
  }

  rename(name: string): Step {
    return this.toChannel(compose.composeChange(this.state, { metadata: { name } }, this.now));
  }

  offer(to: Person): Step {
    return this.toChannel(compose.composeOffer(this.state, to.pubkey, this.now));
  }

  accept(): Step {
    return this.toChannel(compose.composeAccept(this.state, this.now));
  }

  /** `lost`: people whose 404 never leaves. */
  move(remaining: readonly Person[], lost: readonly Person[] = [], expiration?: number): Step {
    const secret = this.stage.channelSecret();
    const key = toHex(secret.pubkey) as PubkeyHex;
    const now = this.now;
    const successor = compose.composeSuccessor(this.state, {
      key,
      now,
      ...(expiration === undefined ? {} : { expiration }),
    });
    const [created] = this.post(successor, [key], "channel");
    const { move, notice } = compose.composeMove(this.state, { next: created!.fact.id, secret, now });
    const to = [this, ...remaining].filter((person) => !lost.includes(person)).map(({ pubkey }) => pubkey);
    const posts = [...this.post(move, to, "person"), created!, ...this.post(notice, [this.key], "channel")];
    return this.step({ kind: "posted", posts, now });
  }

  /** Joins by the first invitation that waits. */
  join(): Step {
    if (this.state.kind !== "invited") expect.fail(`${this.name} is ${this.state.kind}`);
    const [invitation] = this.state.invitations.keys();
    return this.step({ kind: "join", invitation: invitation!, relays: this.stage.urls, now: this.now });
  }

  open(outers: readonly unknown[]): readonly OpenedWrap[] {
    const keys = new Map([...keysOf(this.state), [this.pubkey, this.secret]]);
    return openWraps(outers, keys, this.stage.random, curve);
  }

  /** What this device makes of a wrap: the fact, or the reason it was refused. */
  read(outer: unknown): Arrival | string {
    const [opened] = this.open([outer]);
    if (!opened!.ok) return opened!.reason;
    const read = readFact(opened!.inner, opened!.to === this.pubkey ? "person" : "channel", curve);
    return read.ok ? { fact: read.fact, to: opened!.to, outer: plain(opened!.outer) } : read.reason;
  }

  /** True where something was new. */
  fetch(): boolean {
    const keys = [this.pubkey, ...keysOf(this.state).keys()];
    const outers = this.stage.relays.flatMap((relay) => keys.flatMap((key) => relay.heldFor(key)));
    const fresh = new Map(outers.filter(({ id }) => !this.#read.has(id)).map((outer) => [outer.id, outer]));
    for (const id of fresh.keys()) this.#read.add(id);
    const arrivals = [...fresh.values()].map((outer) => this.read(outer)).filter((read) => typeof read !== "string");
    if (arrivals.length === 0) return false;
    return this.step({ kind: "received", arrivals, now: this.now }).ignored === undefined;
  }

  receive(...outers: readonly unknown[]): Step {
    const arrivals = outers.map((outer) => this.read(outer)).filter((read) => typeof read !== "string");
    return this.step({ kind: "received", arrivals, now: this.now });
  }
}

export function factOf(step: Step): Fact | undefined {
  return "path" in step.state ? [...step.state.path.here.room.spoken.values()].at(-1) : undefined;
}

export function createOf(person: Person): Create {
  const create = person.joined.path.here.view.create;
  if (create === undefined) expect.fail("there is no 400");
  return create;
}

/** An owner and members who have joined and read everything. */
export function staged(
  seed: string,
  names: readonly string[],
  inputs: Partial<CreateInputs> = {},
  relays?: readonly Relay[],
) {
  const stage = new Stage(seed, relays);
  const owner = stage.person("owner");
  const channel = owner.create(inputs);
  const members = names.map((name) => stage.person(name));
  stage.now += 1;
  owner.invite(...members);
  for (const member of members) {
    member.fetch();
    member.join();
  }
  stage.settle();
  stage.now += 1;
  return { stage, owner, members, channel };
}
