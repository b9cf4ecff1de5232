/**
 * Makes vectors/channel-passive.json: what lies on a relay, the secret of one person who only reads, and what he sees.
 *
 * Everything comes from a seed per case, so making them again gives the same bytes. A case is a little play with real
 * keys; the last person on stage is the reader, who joins by the first invitation he finds and writes nothing.
 */
import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { composeCarried, composeMessage } from "@subrosa/core/channel/compose";
import { draftAccept, draftMessage, draftNotice } from "@subrosa/core/channel/draft";
import { InnerDraft, type InnerEvent } from "@subrosa/core/channel/inner-event";
import { historyOf } from "@subrosa/core/channel/thread";
import type { SignedEvent, Tag } from "@subrosa/core/nostr/event";
import { id } from "../laws/channel-facts.ts";
import { curve, type Person, Stage } from "../scenarios/channel-stage.ts";

export interface Seen {
  readonly kind: string;
  readonly owner: string | null;
  readonly name: string | null;
  readonly verified: boolean;
  readonly texts: readonly string[];
  readonly carried: readonly number[];
  readonly alarms: readonly string[];
  /** Inner id to reason. */
  readonly refused: Readonly<Record<string, string>>;
}

export interface PassiveCase {
  readonly id: number;
  readonly why: string;
  readonly reader: string;
  readonly now: number;
  /** All that the reader's relay holds, for him and for the channels he is led to. */
  readonly wraps: readonly SignedEvent[];
  readonly sees: Seen;
}

type Play = readonly [string, (at: Acts) => void];

/** The owner, one more member and the reader, and short words for what they do. */
class Acts {
  readonly stage: Stage;
  readonly owner: Person;
  readonly ada: Person;
  readonly reader: Person;

  constructor(seed: string) {
    this.stage = new Stage(seed);
    this.owner = this.stage.person("owner");
    this.ada = this.stage.person("ada");
    this.reader = this.stage.person("reader");
  }

  open(inputs: Parameters<Person["create"]>[0] = {}): void {
    this.owner.create(inputs);
    this.later();
    this.owner.invite(this.ada, this.reader);
    this.ada.fetch();
    this.ada.join();
    this.read();
  }

  later(seconds = 10): void {
    this.stage.now += seconds;
  }

  read(): void {
    this.stage.settle([this.owner, this.ada]);
    this.later();
  }

  /** An inner event of any shape, signed by this person and wrapped to a key. */
  raw(by: Person, kind: number, tags: readonly Tag[], content: string, to: PubkeyHex = this.owner.key): InnerEvent {
    const template = { kind, created_at: this.stage.now, tags, content };
    const inner = new InnerDraft(template).sign(by.secret, this.stage.random(32), curve);
    this.put(by, inner, to);
    return inner;
  }

  put(by: Person, inner: InnerEvent, to: PubkeyHex = this.owner.key): void {
    this.stage.publish(by.wrap(inner, to, undefined), this.stage.urls);
  }

  handOver(): void {
    this.owner.offer(this.ada);
    this.read();
    this.ada.accept();
    this.read();
  }

  get act() {
    const { room } = this.owner.joined.path.here;
    return { time: this.stage.now, channel: room.id, hint: "", expiration: undefined };
  }

  get root(): Tag {
    return ["e", this.owner.joined.path.here.room.id, "", "root"];
  }
}

const LIFE = 360_000;

const PLAYS: readonly Play[] = [
  ["a channel and a message, signed", (at) => [at.open(), at.owner.say("hello")]],
  ["a channel and a message, sealed", (at) => [at.open({ form: "sealed" }), at.owner.say("hello")]],
  [
    "two people, a reply",
    (at) => {
      at.open();
      at.owner.say("question");
      at.read();
      const [question] = historyOf(at.ada.joined.path, at.stage.now);
      at.ada.toChannel(composeMessage(at.ada.state, "answer", at.stage.now, question));
    },
  ],
  [
    "text beyond ASCII and an empty description",
    (at) => [at.open({ metadata: {} }), at.owner.say("\ufeffrosé 🌹 \u0000")],
  ],
  ["the owner renames", (at) => [at.open(), at.owner.rename("roses")]],
  ["the owner renames twice", (at) => [at.open(), at.owner.rename("roses"), at.owner.rename("thorns")]],
  ["a member cannot rename", (at) => [at.open(), void at.raw(at.ada, 402, [at.root], '{"name":"mine"}')]],
  [
    "the draft's own 402, whose e tag has no marker",
    (at) => {
      at.open();
      at.raw(at.owner, 402, [["e", at.owner.joined.path.here.room.id, ""]], '{"name":"plain"}');
    },
  ],
  [
    "reactions, polls and articles",
    (at) => {
      at.open();
      for (const kind of [7, 1068, 30_023]) {
        at.owner.toChannel(composeCarried(at.owner.state, { kind, tags: [], content: `${kind}` }, at.stage.now));
        at.later();
      }
    },
  ],
  ["a message without ticket is dropped", (at) => [at.open(), void at.raw(at.ada, 403, [], "no ticket")]],
  [
    "a message with two roots is dropped",
    (at) => [at.open(), void at.raw(at.ada, 403, [at.root, ["e", id("c9"), "", "root"]], "two")],
  ],
  [
    "a message for another channel is dropped",
    (at) => [at.open(), void at.raw(at.ada, 403, [["e", id("c9"), "", "root"]], "elsewhere")],
  ],
  ["a kind kept for later is dropped", (at) => [at.open(), void at.raw(at.ada, 407, [at.root], "later")]],
  [
    "a message dated an hour ahead is held back",
    (at) => {
      at.open();
      const draft = draftMessage({ ...at.act, time: at.stage.now + 3_600, text: "later" });
      at.put(at.owner, draft.sign(at.owner.secret, at.stage.random(32), curve));
    },
  ],
  [
    "the same message in two wraps is one message",
    (at) => {
      at.open();
      at.owner.say("once");
      const [wrap] = at.owner.open([at.stage.relays[0]!.heldFor(at.owner.key).at(-1)!]);
      if (wrap?.ok === true) at.put(at.owner, wrap.inner);
    },
  ],
  ["ownership is handed over", (at) => [at.open(), at.handOver()]],
  [
    "a handover keeps the description that it lists",
    (at) => [at.open(), at.owner.rename("kept"), at.later(), at.handOver()],
  ],
  ["the new owner renames in his tenure", (at) => [at.open(), at.handOver(), at.ada.rename("hers")]],
  [
    "a former owner renames later, and changes nothing",
    (at) => {
      at.open();
      at.owner.rename("kept");
      at.handOver();
      at.later(50);
      at.raw(at.owner, 402, [at.root], '{"name":"forged"}');
    },
  ],
  [
    "the draft's own 406, which names its 405 alone",
    (at) => {
      at.open();
      at.owner.offer(at.ada);
      at.read();
      const { state } = at.ada;
      if (state.kind === "delegate") at.raw(at.ada, 406, [["e", state.offer.id]], "");
    },
  ],
  [
    "an offer that was taken back is not accepted by whoever says that he knew",
    (at) => {
      at.open();
      at.owner.offer(at.ada);
      at.read();
      const offer = at.ada.state.kind === "delegate" ? at.ada.state.offer.id : id("00");
      const back = at.owner.offer(at.owner).state;
      const held = "path" in back ? [...back.path.here.room.control.keys()].at(-1)! : id("00");
      const draft = draftAccept({ ...at.act, offer, seen: [held] });
      at.put(at.ada, draft.sign(at.ada.secret, at.stage.random(32), curve));
    },
  ],
  [
    "a move, with history from before and after",
    (at) => {
      at.open();
      at.owner.say("before");
      at.later();
      at.owner.move([at.ada, at.reader]);
      at.later();
      at.owner.say("after");
    },
  ],
  [
    "a notice without a 404 for the reader",
    (at) => [at.open(), at.owner.say("before"), at.later(), at.owner.move([at.ada])],
  ],
  [
    "a message to the old channel after the move is ignored",
    (at) => {
      at.open();
      at.owner.move([at.reader]);
      at.later(60);
      const old = at.ada.joined.path.here.room;
      const draft = draftMessage({ ...at.act, channel: old.id, text: "too late" });
      at.put(at.ada, draft.sign(at.ada.secret, at.stage.random(32), curve), old.key);
    },
  ],
  [
    "a 404 by a former owner stops the channel with an alarm",
    (at) => {
      at.open();
      at.handOver();
      const draft = draftNotice({ ...at.act, tenure: undefined, next: id("c9") });
      at.put(at.owner, draft.sign(at.owner.secret, at.stage.random(32), curve));
    },
  ],
  [
    "a 404 by a member does nothing",
    (at) => {
      at.open();
      const draft = draftNotice({ ...at.act, tenure: undefined, next: id("c9") });
      at.put(at.ada, draft.sign(at.ada.secret, at.stage.random(32), curve));
    },
  ],
  [
    "two notices of one owner are an alarm",
    (at) => {
      at.open();
      for (const next of [id("c8"), id("c9")]) {
        const draft = draftNotice({ ...at.act, tenure: undefined, next });
        at.put(at.owner, draft.sign(at.owner.secret, at.stage.random(32), curve));
        at.later();
      }
    },
  ],
  [
    "a channel that expires, read in time",
    (at) => [at.open({ expiration: at.stage.now + LIFE }), at.owner.say("for now")],
  ],
  [
    "a channel that has expired is forgotten",
    (at) => {
      at.open({ expiration: at.stage.now + LIFE });
      at.owner.say("gone");
      at.later(LIFE + 121);
    },
  ],
  [
    "a message written after the expiry is refused by whoever still reads",
    (at) => {
      at.open({ expiration: at.stage.now + LIFE });
      const draft = draftMessage({ ...at.act, time: at.stage.now + LIFE + 130, text: "late" });
      at.put(at.ada, draft.sign(at.ada.secret, at.stage.random(32), curve));
      at.later(LIFE - 30);
    },
  ],
  [
    "a signed message in a channel that seals",
    (at) => [at.open({ form: "sealed" }), void at.raw(at.ada, 403, [at.root], "signed")],
  ],
  ["a 400 that names no key, brought by a member, is an unverified copy", (at) => legacy(at, at.ada)],
  ["a 400 that names no key, brought by its owner, is accepted", (at) => legacy(at, at.owner)],
  [
    "a 400 under another key than it names is a shadow copy",
    (at) => {
      at.owner.create();
      at.later();
      at.owner.invite(at.ada);
      at.ada.fetch();
      at.ada.join();
      at.read();
      const secret = at.stage.channelSecret();
      const key = toHex(secret.pubkey) as PubkeyHex;
      for (const wrap of at.ada.open(at.stage.relays[0]!.heldFor(at.owner.key)))
        if (wrap.ok) at.put(at.ada, wrap.inner, key);
      const tags = [
        ["e", at.owner.joined.path.here.room.id, ""],
        ["privkey", toHex(secret.expose())],
      ];
      at.raw(at.ada, 401, tags, "", at.reader.pubkey);
    },
  ],
];

function legacy(at: Acts, inviter: Person): void {
  const secret = at.stage.channelSecret();
  const key = toHex(secret.pubkey) as PubkeyHex;
  const created = at.raw(
    at.owner,
    400,
    [
      ["r", "wss://one"],
      ["r", "wss://two"],
    ],
    '{"name":"old"}',
    key,
  );
  at.later();
  const tags = [
    ["e", created.fields.id, ""],
    ["privkey", toHex(secret.expose())],
  ];
  at.raw(inviter, 401, tags, "", at.reader.pubkey);
  at.raw(at.owner, 403, [["e", created.fields.id, "", "root"]], "as the draft has it", key);
}

/** Reads as the file says: opens, joins by the first invitation, reads on until nothing is new. */
export function watch(reader: Person): Seen {
  reader.fetch();
  if (reader.state.kind === "invited" && reader.state.invitations.size > 0) reader.join();
  reader.stage.settle([reader]);
  reader.tick();
  const { state } = reader;
  if (!("path" in state)) {
    return {
      kind: state.kind,
      owner: null,
      name: null,
      verified: false,
      texts: [],
      carried: [],
      alarms: [],
      refused: {},
    };
  }
  const { view } = state.path.here;
  const refused = state.path.places.flatMap((place) => [...place.view.refused]);
  const shown = historyOf(state.path, reader.now);
  return {
    kind: state.kind,
    owner: view.owner ?? null,
    name: view.metadata.name ?? null,
    verified: view.verified,
    texts: shown.flatMap((fact) => (fact.type === "message" ? [fact.text] : [])),
    carried: shown.flatMap((fact) => (fact.type === "carried" ? [fact.kind] : [])),
    alarms: [...new Set(state.path.places.flatMap((place) => [...place.view.alarms]))].toSorted(),
    refused: Object.fromEntries(refused.toSorted()),
  };
}

export function makePassive() {
  const cases = PLAYS.map(([why, play], n): PassiveCase => {
    const at = new Acts(`channel-passive/${n}`);
    play(at);
    const sees = watch(at.reader);
    const wraps = at.stage.relays[0]!.all();
    return { id: n, why, reader: toHex(at.reader.secret.expose()), now: at.stage.now, wraps, sees };
  });
  return {
    spec: "docs/spec/channels.md",
    source:
      "made by packages/core/test/vectors/channel-passive-vectors.ts with fixed secrets and fixed random bytes; that the wraps open, and to what, is also checked with nostr-tools. What each reader sees follows from the rules.",
    cases,
  };
}
