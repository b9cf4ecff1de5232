/**
 * Scripts for passive clients: a set of events, and what one viewer must see after reading them in any order.
 *
 * Told with fixed secrets by the people of group-crowd.ts. `vectors/group-passive.json` is what `passiveFile` gives;
 * SUBROSA_WRITE_VECTORS=1 writes it anew.
 */
import { SeededRandom } from "@subrosa/testkit/simulator-random";
import { type EventId, type PubkeyHex, toHex } from "../../src/bytes.ts";
import type { Found } from "../../src/group/acts.ts";
import { buildKeys } from "../../src/group/build-keys.ts";
import type { Viewer } from "../../src/group/facts.ts";
import { Ledger } from "../../src/group/ledger.ts";
import { memberLine, PLAIN_GROUP } from "../../src/group/metadata.ts";
import { Reader } from "../../src/group/reader.ts";
import { viewOf } from "../../src/group/view.ts";
import { plain, type SignedEvent, signEvent, type VerifiedEvent } from "../../src/nostr/event.ts";
import { Secret } from "../../src/secret.ts";
import { Crowd, curve, type Device } from "./group-crowd.ts";

export interface EndState {
  readonly phase: string;
  readonly epoch: number;
  readonly owner: string | null;
  readonly members: readonly string[];
  readonly leaving: readonly string[];
  /** The group key under which to write. */
  readonly key: string | null;
  readonly mayWrite: boolean;
  readonly blocks: readonly string[];
  readonly texts: readonly string[];
}

export interface PassiveScript {
  readonly id: string;
  readonly why: string;
  readonly create: string;
  readonly secret: string;
  readonly invitedBy: readonly string[];
  /** Owners named by invites that he took later, the newest last. */
  readonly reinvitedBy?: readonly string[];
  readonly now: number;
  /** Ids into `events`, in several orders of arrival. */
  readonly orders: readonly (readonly string[])[];
  readonly end: EndState;
}

export interface PassiveFile {
  readonly spec: string;
  readonly source: string;
  readonly events: Readonly<Record<string, SignedEvent>>;
  readonly scripts: readonly PassiveScript[];
}

/** What this viewer sees after these events. */
export function endState(
  events: readonly VerifiedEvent[],
  create: EventId,
  real: Secret,
  invites: Pick<Viewer, "invitedBy" | "reinvitedBy">,
  now: number,
): EndState {
  const me = toHex(real.pubkey) as PubkeyHex;
  let reader = Reader.open({ create, mine: { real, encryption: [] }, curve });
  let ledger = Ledger.of([], { me, ...invites, chosen: [], insist: false });
  for (const event of events) {
    const read = reader.read(event);
    reader = read.reader;
    ledger = read.facts.reduce((l, fact) => l.add(fact), ledger);
  }
  const selection = ledger.select(now);
  const { phase, epoch, owner, members, leaving, mayWrite, blocks } = viewOf(selection, me);
  const texts = reader
    .messages()
    .flatMap(({ words }) => (words.kind === "text" && words.text !== "" ? [words.text] : []));
  return {
    phase,
    epoch,
    owner: owner ?? null,
    members: members.map((member) => member.person),
    leaving: [...leaving].sort(),
    key: selection.kind === "none" ? null : selection.choice.current.key,
    mayWrite,
    blocks: [...blocks].sort(),
    texts: texts.sort(),
  };
}

interface World {
  readonly why: string;
  readonly crowd: Crowd;
  /** Left out of what the viewers hold. */
  readonly withheld?: readonly EventId[];
}

export function passiveFile(): PassiveFile {
  const events: Record<string, SignedEvent> = {};
  const scripts: PassiveScript[] = [];
  for (const { why, crowd, withheld = [] } of worlds()) {
    const held = crowd.network.stored(0).filter((event) => !withheld.includes(event.id));
    for (const event of held) events[event.id] = plain(event);
    const random = new SeededRandom(scripts.length);
    const ids = held.map((event) => event.id);
    for (const device of crowd.devices) {
      const { invitedBy, reinvitedBy } = device.state.ledger.viewer;
      scripts.push({
        id: `${scripts.length}`,
        why: `${why}, as ${device.name} sees it`,
        create: crowd.create,
        secret: toHex(device.real.expose()),
        invitedBy,
        ...(reinvitedBy.length > 0 && { reinvitedBy }),
        now: crowd.now,
        orders: [ids, [...ids].reverse(), random.shuffle(ids), random.shuffle(ids)],
        end: endState(held, crowd.create, device.real, { invitedBy, reinvitedBy }, crowd.now),
      });
    }
  }
  const source =
    "made by packages/core/test/models/group-passive.ts from fixed secrets; its selection is held against an independent model";
  return { spec: "docs/spec/groups.md §4: the end state is the same for every order", source, events, scripts };
}

function worlds(): readonly World[] {
  const told = (
    why: string,
    names: string[],
    outsiders: string[],
    tell: (crowd: Crowd) => readonly EventId[] | undefined,
  ): World => {
    const crowd = new Crowd(names, outsiders, {}, 480);
    const withheld = tell(crowd);
    return withheld === undefined ? { why, crowd } : { why, crowd, withheld };
  };
  const change = (crowd: Crowd, name: string, what: Parameters<typeof changed>[1]): void =>
    changed(crowd.get(name), what, crowd);
  return [
    told("a group and two messages", ["anna", "ben", "cleo"], ["eve"], (crowd) => {
      crowd.get("ben").say("under the rose");
      crowd.get("anna").say("in confidence");
      crowd.deliver();
      return undefined;
    }),
    told("somebody is leaving and nobody has rotated", ["anna", "ben", "cleo"], [], (crowd) => {
      crowd.get("cleo").do({ kind: "left", now: crowd.now });
      crowd.deliver();
      return undefined;
    }),
    told("a member carries out a leave", ["anna", "ben", "cleo", "dora"], [], (crowd) => {
      crowd.get("cleo").do({ kind: "left", now: crowd.now });
      crowd.deliver(["anna"]);
      crowd.pass(40, ["anna"]);
      return undefined;
    }),
    told("two members rotate at once", ["anna", "ben", "cleo", "dora"], [], (crowd) => {
      crowd.get("dora").do({ kind: "left", now: crowd.now });
      crowd.deliver();
      crowd.network.advance(100);
      for (const name of ["cleo", "ben"]) crowd.get(name).do({ kind: "woke", now: crowd.now });
      return undefined;
    }),
    told("the owner removes a member", ["anna", "ben", "cleo"], [], (crowd) => {
      change(crowd, "anna", { remove: [crowd.get("cleo").me] });
      return undefined;
    }),
    told("somebody joins", ["anna", "ben"], ["dora"], (crowd) => {
      crowd.get("anna").say("before dora");
      change(crowd, "anna", { add: [crowd.get("dora").me] });
      crowd.get("dora").say("hello");
      return undefined;
    }),
    told("ownership passes and is accepted", ["anna", "ben", "cleo"], [], (crowd) => {
      change(crowd, "anna", { heir: crowd.get("ben").me });
      change(crowd, "ben", { info: { name: "ben's" } });
      return undefined;
    }),
    told("an owner event is withheld, the one after it is not", ["anna", "ben", "cleo"], [], (crowd) => {
      change(crowd, "anna", { info: { about: "one" } });
      const last = crowd.network.stored(0).at(-1)!.id;
      change(crowd, "anna", { info: { about: "two" } });
      return [last];
    }),
    told("a leave and an owner event cross", ["anna", "ben", "cleo"], [], (crowd) => {
      crowd.get("cleo").do({ kind: "left", now: crowd.now });
      crowd.get("anna").do({ kind: "changed", change: { info: { about: "crossing" } }, now: crowd.now });
      crowd.deliver();
      return undefined;
    }),
    told("a stranger invents an epoch", ["anna", "ben"], ["eve"], (crowd) => {
      const [ben, eve] = [crowd.get("ben"), crowd.get("eve")];
      const roster = [eve, ben].map(({ me: person }, rank) =>
        memberLine({ person, role: rank === 0 ? "owner" : "member", rank, since: 0 }),
      );
      const base = {
        create: crowd.create,
        id: "ab".repeat(32) as EventId,
        epoch: 98,
        secret: Secret.from(crowd.random(32), curve),
      };
      const template = { created_at: crowd.now, roster, info: PLAIN_GROUP, base, handovers: 9, left: [] };
      const { event, alias } = buildKeys(template, eve.real, crowd.random, curve);
      crowd.network.publish(2, signEvent(event, alias, crowd.random(32), curve));
      crowd.deliver();
      return undefined;
    }),
    told("two devices of one owner decide differently", ["anna", "anna2", "ben"], ["dora"], (crowd) => {
      crowd.get("anna").do({ kind: "changed", change: { info: { about: "one" } }, now: crowd.now });
      crowd.network.advance(1);
      crowd.get("anna2").do({ kind: "changed", change: { add: [crowd.get("dora").me] }, now: crowd.now });
      crowd.deliver();
      return undefined;
    }),
    told("an owner garbles a member, and makes another event", ["anna", "ben", "cleo"], [], (crowd) => {
      const [anna, ben] = [crowd.get("anna"), crowd.get("ben")];
      owns(crowd, anna, tipOf(anna, crowd), ["anna", "ben", "cleo"], { garbled: ben });
      crowd.deliver();
      change(crowd, "anna", { info: { about: "for all" } });
      return undefined;
    }),
    told("a former owner against the invite of his heir (G-34)", ["anna", "ben", "cleo"], [], (crowd) => {
      const [anna, ben, cleo] = ["anna", "ben", "cleo"].map((name) => crowd.get(name)) as [Device, Device, Device];
      change(crowd, "anna", { remove: [ben.me] });
      const removal = tipOf(anna, crowd);
      change(crowd, "anna", { heir: cleo.me });
      change(crowd, "cleo", { add: [ben.me] });
      ben.do({ kind: "decided", viewer: { reinvitedBy: [cleo.me] }, now: crowd.now });
      owns(crowd, anna, removal, ["anna", "ben", "cleo"], { handovers: 7 });
      crowd.deliver();
      cleo.say("welcome back");
      crowd.deliver();
      return undefined;
    }),
    told("a former owner hands over again where a member he garbled sees it (G-35)", MANY, ["eve"], (crowd) => {
      const [anna, ben, eve] = ["anna", "ben", "eve"].map((name) => crowd.get(name)) as [Device, Device, Device];
      const create = tipOf(anna, crowd);
      owns(crowd, anna, create, MANY, { garbled: ben });
      crowd.deliver();
      change(crowd, "anna", { heir: crowd.get("cleo").me });
      change(crowd, "cleo", { info: { about: "cleo's" } });
      let base = owns(crowd, anna, create, ["eve", "anna", "ben"], {});
      for (let i = 0; i < 3; i++) base = owns(crowd, eve, base, ["eve", "anna", "ben"], { handovers: 1 });
      crowd.deliver();
      return undefined;
    }),
  ];
}

const MANY = ["anna", "ben", "cleo"];

interface Base {
  readonly id: EventId;
  readonly epoch: number;
  readonly secret: Secret;
}

function tipOf(device: Device, crowd: Crowd): Base {
  const { fact } = (device.state.ledger.select(crowd.now) as Found).tip;
  return { id: fact.id, epoch: fact.epoch, secret: device.state.reader.secretOf(fact.key)! };
}

/** A 485 as no honest client makes it; the first name is the owner's from here on. */
function owns(
  crowd: Crowd,
  author: Device,
  base: Base,
  names: readonly string[],
  { handovers = 0, garbled }: { readonly handovers?: number; readonly garbled?: Device },
): Base {
  const roster = names.map((name, rank) =>
    memberLine({ person: crowd.get(name).me, role: rank === 0 ? "owner" : "member", rank, since: 0 }),
  );
  const nobody = toHex(Secret.from(crowd.random(32), curve).pubkey) as PubkeyHex;
  const made = buildKeys(
    {
      ...{ created_at: crowd.now, roster, info: PLAIN_GROUP, handovers, left: [] },
      base: { create: crowd.create, ...base },
      ...(garbled && { wrapTo: new Map([[garbled.me, nobody]]) }),
    },
    author.real,
    crowd.random,
    curve,
  );
  const event = signEvent(made.event, made.alias, crowd.random(32), curve);
  crowd.network.publish(crowd.devices.indexOf(author), event);
  return { id: event.id, epoch: base.epoch + 1, secret: made.secret };
}

function changed(device: Device, change: import("../../src/group/acts.ts").OwnerChange, crowd: Crowd): void {
  device.do({ kind: "changed", change, now: crowd.now });
  crowd.deliver();
}
