/**
 * A channel lived through by several devices on a network that misbehaves, with facts in place of ciphertext: one seed,
 * one history. Honest acts go through the machine; hostile ones go straight to the relays, by people who own the
 * channel, owned it, or never did, with any dates and any lists.
 */

import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { toHex } from "@subrosa/core/bytes";
import { begin, found, keysOf, step } from "@subrosa/core/channel/channel";
import { composeAccept } from "@subrosa/core/channel/compose";
import type { Control, Fact } from "@subrosa/core/channel/fact";
import type { InnerDraft } from "@subrosa/core/channel/inner-event";
import type { Channel, ChannelEvent, InThread, Posted, Step } from "@subrosa/core/channel/state";
import { nobleCurve } from "@subrosa/core/curve/noble";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { Simulator } from "@subrosa/testkit/simulator";
import { accept, change, create, message, move, NOW, notice, offer, person } from "./channel-facts.ts";

const SECRETS = Array.from({ length: 24 }, (_, i) => Secret.from(new Uint8Array(32).fill(i + 1), nobleCurve));
const KEYS = SECRETS.map((secret) => toHex(secret.pubkey) as PubkeyHex);
const RELAYS = ["wss://a", "wss://b"];

export interface Sent {
  readonly fact: Fact;
  readonly to: PubkeyHex;
  readonly outer: SignedEvent;
}

export class World {
  readonly net: Simulator<Sent>;
  readonly people: readonly PubkeyHex[];
  readonly states: Channel[];
  /** Who was handed the key of which channel by its creator. */
  readonly granted = new Map<PubkeyHex, Set<PubkeyHex>>();
  #rooms = 0;

  constructor(seed: number, viewers: number) {
    this.net = new Simulator<Sent>({
      seed,
      viewers,
      id: ({ outer }) => outer.id,
      start: NOW,
      faults: { drop: 0.2, repeat: 0.2, delay: 60, withhold: 0.15 },
    });
    this.people = Array.from({ length: viewers }, (_, i) => person(`0${i}`));
    const key = this.#room(0, this.people);
    const first = create({ id: this.id(), author: this.people[0]!, key, time: NOW - 10 });
    const sent = this.sent(first, key);
    this.states = this.people.map((me, i) => {
      if (i === 0) return found(SECRETS[0]!, sent, RELAYS, NOW).state;
      const invitation = this.sent(
        {
          type: "invitation",
          id: this.id(),
          author: this.people[0]!,
          time: NOW - 5,
          expiration: undefined,
          form: "signed",
          channel: first.id,
          secret: SECRETS[0]!,
          relays: RELAYS,
          accepts: [],
          words: "",
        },
        me,
      );
      const waiting = step(begin(me), { kind: "received", arrivals: [invitation], now: NOW }).state;
      return step(waiting, { kind: "join", invitation: invitation.fact.id, relays: RELAYS, now: NOW }).state;
    });
    this.net.publish(0, sent);
  }

  get chance() {
    return this.net.random;
  }

  id(): EventId {
    return toHex(this.chance.bytes(32)) as EventId;
  }

  #room(owner: number, to: readonly PubkeyHex[]): PubkeyHex {
    const key = KEYS[this.#rooms++]!;
    this.granted.set(key, new Set([this.people[owner]!, ...to]));
    return key;
  }

  /** May one more channel be made? Keys are few because making them is slow. */
  get roomLeft(): boolean {
    return this.#rooms < KEYS.length;
  }

  sent(fact: Fact, to: PubkeyHex): Sent {
    // What the machine needs of a wrap is its id and that it is one.
    return { fact, to, outer: { id: this.id(), created_at: this.net?.now ?? NOW } as SignedEvent };
  }

  inThread(who: number): InThread | undefined {
    const state = this.states[who]!;
    return "thread" in state ? state : undefined;
  }

  step(who: number, event: ChannelEvent): Step {
    const made = step(this.states[who]!, event);
    this.states[who] = made.state;
    // A key that is new opens wraps that went by unread.
    if (made.effects.some(({ kind }) => kind === "read")) this.net.ask(who);
    return made;
  }

  /** Posts as an honest device does; what its machine refuses never leaves. */
  post(who: number, sent: readonly Sent[]): boolean {
    const posts: readonly Posted[] = sent;
    if (this.step(who, { kind: "posted", posts, now: this.net.now }).ignored !== undefined) return false;
    for (const one of sent) this.net.publish(who, one);
    return true;
  }

  /** Delivers up to `limit` messages, to each device as one page. */
  deliver(limit: number): void {
    for (let left = limit; left > 0; ) {
      const pages = new Map<number, Sent[]>();
      // Nobody learns a key while a page is gathered.
      const keys = this.states.map(keysOf);
      for (; left > 0; left--) {
        const next = this.net.next();
        if (next === undefined) break;
        const { viewer, message: sent } = next;
        if (!keys[viewer]!.has(sent.to) && sent.to !== this.people[viewer]) continue;
        const page = pages.get(viewer);
        if (page === undefined) pages.set(viewer, [sent]);
        else page.push(sent);
      }
      if (pages.size === 0) return;
      for (const [viewer, arrivals] of pages) this.step(viewer, { kind: "received", arrivals, now: this.net.now });
    }
  }

  /** One honest thing that this person may do now, or nothing. */
  honest(who: number): void {
    const state = this.inThread(who);
    const at = state?.path.here;
    if (state === undefined || at?.view.create === undefined) return;
    const base = { id: this.id(), author: this.people[who]!, time: this.net.now, channel: at.room.id };
    const tenure = at.view.owners?.chain.at(-1)?.name;
    if (state.kind === "delegate" && this.chance.chance(0.6)) {
      const { seen } = listed(composeAccept(state, this.net.now).draft);
      this.post(who, [this.sent(accept({ ...base, offer: state.offer.id, seen }), at.room.key)]);
    } else if (state.kind === "owner") {
      const choice = this.chance.below(4);
      if (choice === 0)
        this.post(who, [this.sent(change({ ...base, tenure, name: base.id.slice(0, 6) }), at.room.key)]);
      else if (choice === 1) this.post(who, [this.sent(offer({ ...base, tenure, to: this.anyone() }), at.room.key)]);
      else if (choice === 2 && this.roomLeft) this.move(who, state);
      else this.speak(who, state);
    } else {
      this.speak(who, state);
    }
  }

  speak(who: number, state: InThread): void {
    const { room } = state.path.here;
    const said = message({ id: this.id(), author: this.people[who]!, time: this.net.now, channel: room.id });
    this.post(who, [this.sent(said, room.key)]);
  }

  move(who: number, state: InThread): void {
    const { room, view } = state.path.here;
    const me = this.people[who]!;
    const remaining = this.people.filter((other) => other === me || this.chance.chance(0.75));
    const key = this.#room(who, remaining);
    const secret = SECRETS[KEYS.indexOf(key)]!;
    const act = { author: me, time: this.net.now, channel: room.id, tenure: view.owners?.chain.at(-1)?.name };
    const next = create({ id: this.id(), author: me, key, time: this.net.now });
    const told = move({ ...act, id: this.id(), next: next.id, secret });
    const seen = notice({ ...act, id: this.id(), next: next.id });
    this.post(who, [...remaining.map((to) => this.sent(told, to)), this.sent(next, key), this.sent(seen, room.key)]);
  }

  anyone(): PubkeyHex {
    return this.chance.pick(this.people);
  }

  /** One dishonest thing: any act of any tenure, with any date and any list, sent past one's own machine. */
  hostile(who: number): void {
    const state = this.inThread(who);
    if (state === undefined) return;
    const { room, view } = this.chance.pick(state.path.places);
    const facts = [...room.control.values()];
    const offers = facts.filter(({ type }) => type === "offer");
    const tenure = this.chance.pick([undefined, ...(view.owners?.chain ?? []).map(({ name }) => name)]);
    const me = this.people[who]!;
    const time = this.net.now + this.chance.below(1_400) - 600;
    const said = { id: this.id(), author: me, time, channel: room.id };
    const base = { ...said, tenure };
    const seen = facts.filter(() => this.chance.chance(0.4)).map(({ id }) => id);
    const choice = this.chance.below(5);
    const send = (fact: Fact): boolean => this.net.publish(who, this.sent(fact, room.key));
    if (choice === 0) send(change({ ...base, name: "forged" }));
    else if (choice === 1) send(offer({ ...base, to: this.anyone() }));
    else if (choice === 2 && offers.length > 0) send(accept({ ...said, offer: this.chance.pick(offers).id, seen }));
    else if (choice === 3) send(notice({ ...base, next: this.id() }));
    else if (this.roomLeft) this.#hostileMove(who, room.key, base);
  }

  #hostileMove(
    who: number,
    old: PubkeyHex,
    base: Pick<Control, "id" | "author" | "time"> & { channel: EventId },
  ): void {
    const to = this.people.filter(() => this.chance.chance(0.5));
    const key = this.#room(who, to);
    const secret = SECRETS[KEYS.indexOf(key)]!;
    const next = create({
      id: this.id(),
      author: this.chance.chance(0.8) ? base.author : this.anyone(),
      key,
      time: base.time,
    });
    this.net.publish(who, this.sent(next, key));
    const told = move({ ...base, next: next.id, secret });
    for (const other of to) this.net.publish(who, this.sent(told, other));
    if (this.chance.chance(0.6))
      this.net.publish(who, this.sent(notice({ ...base, id: this.id(), next: next.id }), old));
  }

  /** Everything works again, and everybody has read everything that he can open. */
  heal(): void {
    this.net.heal();
    this.net.advance(2_000);
    for (let round = 0; round < 30 && this.net.pending > 0; round++) this.deliver(10_000);
    this.states.forEach((_, who) => {
      this.step(who, { kind: "tick", now: this.net.now });
    });
  }
}

/** What a composed acceptance lists, as its reader sees it. */
function listed(draft: InnerDraft): { readonly seen: readonly EventId[] } {
  const tags = draft.exposeToSigner().tags;
  return { seen: tags.filter((tag) => tag[3] === "seen").map((tag) => tag[1] as EventId) };
}
