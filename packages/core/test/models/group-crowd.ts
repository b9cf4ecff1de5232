/**
 * People with real keys on a simulated network, each running the real machine: what the stories are told with.
 *
 * A device holds a machine and a clock; it publishes what the machine asks for, does the work it asks for, and wakes
 * when it asked to be woken. Everything else is the network's doing.
 */
import { openCurve } from "@subrosa/curve/open-curve";
import { seededRandom } from "@subrosa/testkit/random";
import { Simulator } from "@subrosa/testkit/simulator";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import { toHex } from "../../src/bytes.ts";
import type { RandomSource } from "../../src/curve/curve.ts";
import { createGroup } from "../../src/group/acts.ts";
import type { Effect, GroupMeans } from "../../src/group/effects.ts";
import { type Group, type GroupEvent, openGroup, reopenGroup, saved, step } from "../../src/group/group.ts";
import { type GroupInfo, PLAIN_GROUP } from "../../src/group/metadata.ts";
import { type View, viewOf } from "../../src/group/view.ts";
import { signEvent, type VerifiedEvent } from "../../src/nostr/event.ts";
import { mine } from "../../src/nostr/nip13.ts";
import { Secret } from "../../src/secret.ts";

export const curve = openCurve();
const START = 1_700_000_000;

export class Device {
  readonly name: string;
  readonly real: Secret;
  readonly me: PubkeyHex;
  readonly means: GroupMeans;
  readonly ignored: string[] = [];
  state: Group;
  wakeAt: number | undefined;
  readonly #crowd: Crowd;
  readonly #index: number;

  constructor(name: string, real: Secret, crowd: Crowd, index: number, random: RandomSource, invitedBy: PubkeyHex[]) {
    this.name = name;
    this.real = real;
    this.me = toHex(real.pubkey) as PubkeyHex;
    this.means = { real, curve, random };
    this.#crowd = crowd;
    this.#index = index;
    this.state = openGroup({ create: crowd.create, mine: { real, encryption: [] }, curve }, invitedBy);
  }

  do(event: GroupEvent): readonly Effect[] {
    const { state, effects, ignored } = step(this.state, event, this.means);
    this.state = state;
    if (ignored !== undefined) this.ignored.push(ignored);
    for (const effect of effects) {
      if (effect.kind === "publish") this.#crowd.network.publish(this.#index, effect.event);
      if (effect.kind === "wake") this.wakeAt = effect.at;
      if (effect.kind === "mine") {
        const mined = mine(effect.event, effect.target, { from: 0, count: 1 << 20 });
        if (!mined.done) throw new Error("no work was found");
        this.do({ kind: "mined", event: mined.event, now: this.#crowd.network.now });
      }
    }
    return effects;
  }

  /** Power fails, and the device comes back from what it had stored; it asks the relays and looks at the clock. */
  restart(): void {
    const { config } = this.state.reader;
    const kept = { ...config, secrets: this.state.reader.secrets() };
    this.state = reopenGroup(kept, saved(this.state), this.#crowd.now);
    this.wakeAt = undefined;
    this.do({ kind: "woke", now: this.#crowd.now });
    this.#crowd.network.ask(this.#index);
  }

  view(): View {
    return viewOf(this.state.ledger.select(this.#crowd.network.now), this.me);
  }

  /** The texts that this device shows. */
  texts(): string[] {
    return this.state.reader
      .messages()
      .flatMap(({ words }) => (words.kind === "text" && words.text !== "" ? [words.text] : []));
  }

  say(text: string): void {
    this.do({ kind: "said", saying: { words: { kind: "text", text } }, now: this.#crowd.network.now });
  }
}

export class Crowd {
  readonly network: Simulator<VerifiedEvent>;
  readonly devices: Device[] = [];
  readonly random: RandomSource;
  readonly first: VerifiedEvent;

  /** `names`: the owner first, then the members of the create event, then `outsiders`; "anna2" is anna's second device. */
  constructor(names: readonly string[], outsiders: readonly string[] = [], info: Partial<GroupInfo> = {}, seed = 1) {
    this.random = seededRandom(`crowd ${seed} ${names.join()} ${outsiders.join()}`);
    const all = [...names, ...outsiders];
    const keys = new Map<string, Secret>();
    for (const name of all) {
      const person = name.replace(/\d+$/, "");
      if (!keys.has(person)) keys.set(person, Secret.from(this.random(32), curve));
    }
    const secretOf = (name: string): Secret => keys.get(name.replace(/\d+$/, ""))!;
    const id = (event: VerifiedEvent): string => event.id;
    this.network = new Simulator({ seed, viewers: all.length, relays: 2, id, start: START });
    const members = [...new Set(names.map((name) => toHex(secretOf(name).pubkey) as PubkeyHex))];
    const means = { random: this.random, curve };
    const made = createGroup(
      secretOf(names[0]!),
      members.slice(1).map((person) => ({ person, role: "member" as const })),
      { ...PLAIN_GROUP, name: "the rose", ...info },
      START,
      means,
    );
    this.first = signEvent(made.event, made.alias, this.random(32), curve);
    const owner = toHex(secretOf(names[0]!).pubkey) as PubkeyHex;
    all.forEach((name, i) => {
      this.devices.push(new Device(name, secretOf(name), this, i, seededRandom(`${name} ${seed}`), [owner]));
    });
    this.network.publish(0, this.first);
    this.deliver();
  }

  get create(): EventId {
    return this.first.id;
  }

  get now(): number {
    return this.network.now;
  }

  get(name: string): Device {
    const device = this.devices.find((one) => one.name === name);
    if (device === undefined) throw new Error(`nobody is called ${name}`);
    return device;
  }

  /** Delivers all that is under way, to those who listen. */
  deliver(deaf: readonly string[] = []): void {
    for (let d = this.network.next(); d !== undefined; d = this.network.next()) {
      const device = this.devices[d.viewer]!;
      if (!deaf.includes(device.name)) device.do({ kind: "received", event: d.message, now: this.now });
    }
  }

  /** Lets time pass in steps of a second, waking who asked for it and delivering at once. */
  pass(seconds: number, deaf: readonly string[] = []): void {
    const end = this.now + seconds;
    while (this.now < end) {
      const due = this.devices.flatMap((d) => (d.wakeAt !== undefined && !deaf.includes(d.name) ? [d.wakeAt] : []));
      const next = Math.min(end, ...due.map((at) => Math.max(at, this.now + 1)));
      this.network.advance(next - this.now);
      for (const device of this.devices) {
        if (device.wakeAt === undefined || device.wakeAt > this.now || deaf.includes(device.name)) continue;
        device.wakeAt = undefined;
        device.do({ kind: "woke", now: this.now });
      }
      this.deliver(deaf);
    }
  }

  /** Who was away asks the relays. */
  catchUp(name: string): void {
    this.network.ask(this.devices.findIndex((device) => device.name === name));
    this.deliver();
  }
}
