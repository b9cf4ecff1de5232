/**
 * What kills the mutants of core/channel: hand-made sets and lives with the answers that docs/spec/channels.md gives,
 * then random histories against the model. Bundled with one patched file and asked by test/laws/channel-mutants.
 */

import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { toHex } from "@subrosa/core/bytes";
import { begin, mayWrite, step } from "@subrosa/core/channel/channel";
import { closedAt, messageExpiration, warnAt } from "@subrosa/core/channel/expiration";
import type { Control, Create, Fact, Invitation } from "@subrosa/core/channel/fact";
import { type RoomView, roomView } from "@subrosa/core/channel/room";
import { spokenFault } from "@subrosa/core/channel/spoken";
import type { Channel, ChannelEvent, Step } from "@subrosa/core/channel/state";
import { historyOf } from "@subrosa/core/channel/thread";
import { nobleCurve } from "@subrosa/core/curve/noble";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { agree, lived } from "../laws/channel-agreement.ts";
import {
  accept,
  anySecret,
  CHANNEL,
  change,
  create,
  id,
  message,
  move,
  NOW,
  notice,
  offer,
  person,
} from "../laws/channel-facts.ts";

const [O, X, Y, ME] = [person("0a"), person("0b"), person("0c"), person("0d")];
const [OFFER, ACCEPT] = [id("51"), id("61")];
const KEY = toHex(anySecret.pubkey) as PubkeyHex;
const nextSecret = Secret.from(new Uint8Array(32).fill(8), nobleCurve);
const NEXT_KEY = toHex(nextSecret.pubkey) as PubkeyHex;
const NEXT = id("c1");

type Row = readonly [what: string, got: unknown, wanted: unknown];

/** The first rule that is broken, or undefined. */
export function fault(histories: number): string | undefined {
  try {
    for (const rows of [owners, rooms, moves, words, lives, arrivals, endings]) {
      for (const [what, got, wanted] of rows()) if (JSON.stringify(got) !== JSON.stringify(wanted)) return what;
    }
    for (let seed = 1; seed <= histories; seed++) {
      agree(lived(seed), seed, { handedOver: 0, moved: 0, stopped: 0, alarmed: 0 });
    }
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

interface Around {
  readonly first?: Create;
  readonly key?: PubkeyHex;
  readonly keyFrom?: readonly PubkeyHex[];
  readonly creates?: readonly Create[];
}

function view(
  facts: readonly Control[],
  { first = create(), key = person("cc"), keyFrom = [], creates = [] }: Around = {},
) {
  const known = new Map(creates.map((one) => [one.id, one]));
  return roomView({ id: CHANNEL, key, facts: [first, ...facts], creates: known, keyFrom: new Set(keyFrom) }, NOW);
}

const at = (second: number): number => NOW - 500 + second;
const toX = offer({ id: OFFER, author: O, time: at(1), to: X });
const byX = accept({ id: ACCEPT, author: X, time: at(2), offer: OFFER });
const alarmsOf = ({ alarms }: RoomView): readonly string[] => [...alarms].toSorted();

function owners(): readonly Row[] {
  const toY = offer({ id: id("52"), author: O, time: at(3), to: Y });
  const byY = accept({ id: id("62"), author: Y, time: at(4), offer: toY.id });
  const lapsing = offer({ id: OFFER, author: O, time: at(1), to: X, expiration: at(10) });
  const back = offer({ id: id("53"), author: O, time: at(3), to: O });
  const named = change({ id: id("21"), author: O, time: at(3), name: "listed" });
  const [low, high] = [accept({ ...byX, seen: [] }), accept({ ...byX, id: id("69"), time: at(5), seen: [named.id] })];
  const on = offer({ id: id("54"), author: X, time: at(6), to: Y, tenure: OFFER });
  const onBy = accept({ id: id("64"), author: Y, time: at(7), offer: on.id, seen: [high.id] });
  return [
    ["the later of two accepted offers wins", view([toX, byX, toY, byY]).owner, Y],
    ["and alarms", alarmsOf(view([toX, byX, toY, byY])), ["two-successors"]],
    ["only the owner offers", view([{ ...toX, author: Y }, byX]).owner, O],
    ["only the delegate accepts", view([toX, { ...byX, author: Y }]).refused.get(ACCEPT), "not-delegate"],
    [
      "an offer taken back is accepted by nobody",
      view([back, accept({ id: ACCEPT, author: O, time: at(4), offer: back.id })]).refused.get(ACCEPT),
      "accepts-taken-back",
    ],
    ["an offer lapses", view([lapsing, { ...byX, time: at(11) }]).refused.get(ACCEPT), "offer-lapsed"],
    ["and is taken until then", view([lapsing, { ...byX, time: at(10) }]).owner, X],
    ["whoever lists a later offer accepts no earlier one", view([toX, toY, { ...byX, seen: [toY.id] }]).owner, O],
    ["of two acceptances the smaller counts", view([toX, named, high, low]).metadata.name, "first"],
    ["but the one that a later hop lists", view([toX, named, high, low, on, onBy]).metadata.name, "listed"],
    [
      "a former owner renames nothing",
      view([toX, byX, change({ id: id("22"), author: O, time: at(90), name: "late" })]).refused.get(id("22")),
      "tenure-closed",
    ],
    [
      "nor does he who names another's tenure",
      view([toX, byX, change({ id: id("22"), author: O, time: at(90), name: "late", tenure: OFFER })]).metadata.name,
      "first",
    ],
    [
      "anybody's notice voids nothing",
      view([toX, { ...byX, seen: [id("41")] }, notice({ id: id("41"), author: Y, time: at(1), next: NEXT })]).owner,
      X,
    ],
    [
      "the owner's does",
      view([toX, { ...byX, seen: [id("41")] }, notice({ id: id("41"), author: O, time: at(1), next: NEXT })]).owner,
      O,
    ],
    [
      "a later owner beats a later date",
      view([
        toX,
        { ...byX, seen: [id("21")] },
        { ...named, time: at(90) },
        change({ id: id("22"), author: X, time: at(5), name: "by X", tenure: OFFER }),
      ]).metadata.name,
      "by X",
    ],
  ];
}

function rooms(): readonly Row[] {
  const ends = create({ expiration: at(0) });
  const rename = (time: number, fields: { readonly channel?: EventId; readonly form?: "sealed" } = {}) =>
    change({ id: id("21"), author: O, time, name: "new", ...fields });
  const why = (seen: RoomView): string | undefined => seen.refused.get(id("21"));
  const relays = ["wss://a", "wss://b", "wss://c"];
  const invitation: Invitation = { ...invite(), accepts: [ACCEPT] };
  return [
    ["900 s ahead is now", why(view([rename(NOW + 900)])), undefined],
    ["901 s ahead is not", why(view([rename(NOW + 901)])), "held-back"],
    [
      "a copy under another key",
      view([], { first: create({ key: person("dd") }) }).refused.get(CHANNEL),
      "shadow-copy",
    ],
    ["another 400", view([create({ id: id("c9") })]).refused.get(id("c9")), "other-create"],
    ["another form", why(view([rename(at(1), { form: "sealed" })])), "wrong-form"],
    ["a 400 in the other form", view([], { first: create({ asks: "sealed" }) }).refused.get(CHANNEL), "wrong-form"],
    ["another channel", why(view([rename(at(1), { channel: id("c9") })])), "other-channel"],
    ["120 s after the end", why(view([rename(at(120))], { first: ends })), undefined],
    ["121 s after the end", why(view([rename(at(121))], { first: ends })), "after-expiry"],
    [
      "absent relays are unchanged",
      view([change({ id: id("22"), author: O, time: at(1), name: "with", relays }), rename(at(2))]).relays,
      relays,
    ],
    ["a member brought the key", view([], { first: create({ key: undefined }), keyFrom: [X] }).verified, false],
    ["the owner brought it", view([], { first: create({ key: undefined }), keyFrom: [O] }).verified, true],
    ["one relay", alarmsOf(view([], { first: create({ relays: ["wss://a"] }) })), ["one-relay"]],
    ["what is lacking", view([invitation]).lacking, [ACCEPT]],
  ];
}

function moves(): readonly Row[] {
  const told = move({ id: id("43"), author: O, time: at(20), next: NEXT });
  const other = move({ id: id("44"), author: O, time: at(10), next: id("c2") });
  const former = move({ id: id("45"), author: O, time: at(30), next: NEXT });
  const late = notice({ id: id("42"), author: O, time: at(25), next: NEXT });
  const stopped = view([toX, byX, former]);
  return [
    ["the earlier of two moves", view([told, other]).move?.next, id("c2")],
    ["and an alarm", alarmsOf(view([told, other])), ["two-moves"]],
    ["a notice of the same move is none", alarmsOf(view([told, late])), []],
    ["the cut is the earliest", view([told, late]).cut, at(20)],
    ["a former owner's 404 leads nowhere", stopped.move?.next, undefined],
    ["and stops writing", stopped.stopped, true],
    ["and alarms", alarmsOf(stopped), ["void-move"]],
    [
      "the new channel is the owner's own",
      view([told], { creates: [create({ id: NEXT, author: Y })] }).refused.get(told.id),
      "move-author",
    ],
  ];
}

function words(): readonly Row[] {
  const ends = create({ expiration: at(0) });
  const moved = view([notice({ id: id("42"), author: O, time: at(0), next: NEXT })]);
  const why = (fields: Partial<Parameters<typeof message>[0]>, seen = view([])): string | undefined =>
    spokenFault(message({ id: id("31"), author: X, time: at(0), ...fields }), seen, NOW);
  return [
    ["said", why({}), undefined],
    ["ahead", why({ time: NOW + 901 }), "held-back"],
    ["elsewhere", why({ channel: id("c9") }), "other-channel"],
    ["in the other form", why({ form: "sealed" }), "wrong-form"],
    ["over", why({ expiration: NOW }), "expired"],
    ["after the end", why({ time: at(121) }, view([], { first: ends })), "after-expiry"],
    ["after the move", why({ time: at(1) }, moved), "after-move"],
    ["in the second of the move", why({ time: at(0) }, moved), undefined],
    ["rounded up to the hour", messageExpiration({ time: 0, expiration: 100 }, 3_600), 7_200],
    ["closed", closedAt({ time: 0, expiration: 100 }, 101), true],
    ["open", closedAt({ time: 0, expiration: 100 }, 100), false],
    ["warned", warnAt({ time: 0, expiration: 100 }), 80],
  ];
}

function invite(): Invitation {
  return {
    type: "invitation",
    id: id("11"),
    author: O,
    time: NOW - 900,
    expiration: undefined,
    form: "signed",
    channel: CHANNEL,
    secret: anySecret,
    relays: [],
    accepts: [],
    words: "",
  };
}

let wraps = 0;
function arrival(fact: Fact, to?: PubkeyHex) {
  const personal = fact.type === "invitation" || fact.type === "move";
  const outer = { id: id(`e${(wraps++).toString(16).padStart(6, "0")}e`), created_at: NOW } as SignedEvent;
  return { fact, to: to ?? (personal ? ME : fact.id === NEXT ? NEXT_KEY : KEY), outer };
}

const received = (now: number, ...facts: readonly Fact[]): ChannelEvent => ({
  kind: "received",
  arrivals: facts.map((fact) => arrival(fact)),
  now,
});

function member(first = create({ key: KEY }), now = NOW): Channel {
  const waits = step(begin(ME), received(now, invite())).state;
  const joined = step(waits, { kind: "join", invitation: id("11"), relays: ["wss://a"], now }).state;
  return step(joined, received(now, first)).state;
}

const texts = (state: Channel, now = NOW): readonly string[] =>
  "path" in state ? historyOf(state.path, now).map((fact) => fact.id.slice(0, 2)) : [state.kind];
const duties = ({ effects }: Step): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === "move-due" ? [effect.why] : []));

function lives(): readonly Row[] {
  const toMe = offer({ id: OFFER, author: O, time: at(1), to: ME });
  const mine = accept({ id: ACCEPT, author: ME, time: at(2), offer: OFFER });
  const seen = notice({ id: id("42"), author: O, time: at(9), next: NEXT });
  const alone = step(member(), received(NOW, seen)).state;
  const voided = step(member(), received(NOW, toX, byX, seen)).state;
  const due = step(member(), received(NOW, toMe, mine));
  const said = message({ id: id("31"), author: X, time: at(3) });
  const post = (fact: Fact, state = member()) =>
    step(state, { kind: "posted", posts: [arrival(fact)], now: NOW }).ignored;
  const waits = step(begin(ME), received(NOW, { ...invite(), time: NOW + 901 })).state;
  const dying = step(begin(ME), received(NOW, { ...invite(), expiration: NOW + 1 })).state;
  const join = (state: Channel, now: number) =>
    step(state, { kind: "join", invitation: id("11"), relays: [], now }).ignored;
  return [
    ["the notice alone", alone.kind, "removed"],
    ["nobody writes after it", mayWrite(alone, NOW), false],
    ["a void 404", voided.kind, "stopped"],
    ["an offer to somebody else", step(member(), received(NOW, toX)).state.kind, "member"],
    ["an offer to me", step(member(), received(NOW, toMe)).state.kind, "delegate"],
    ["a new owner moves at once", [due.state.kind, duties(due)], ["owner", ["new-owner"]]],
    ["another's words", post(said), "wrong-state"],
    ["my own", post({ ...said, author: ME }), undefined],
    ["a member renames nothing", post(change({ id: id("21"), author: ME, time: NOW, name: "mine" })), "wrong-state"],
    ["an invitation dated ahead", join(waits, NOW), "held-back"],
    ["an invitation out of time", join(dying, NOW + 1), "expired"],
  ];
}

function arrivals(): readonly Row[] {
  const next = create({ id: NEXT, key: NEXT_KEY, author: O });
  const told = move({ id: id("43"), author: O, time: at(9), next: NEXT, secret: nextSecret });
  const moved = step(member(), received(NOW, told, next)).state;
  const came = (fact: Fact, to: PubkeyHex, state = moved) =>
    step(state, { kind: "received", arrivals: [arrival(fact, to)], now: NOW });
  const old = message({ id: id("31"), author: X, time: at(3) });
  const early = message({ id: id("32"), author: X, time: at(12), channel: NEXT });
  const ahead = message({ id: id("33"), author: X, time: NOW + 2_000 });
  const held = step(member(), received(NOW, ahead)).state;
  const due = NOW + 2_000 - 900;
  const rename = change({ id: id("21"), author: O, time: NOW + 2_000, name: "later" });
  const renamed = step(step(member(), received(NOW, rename)).state, { kind: "tick", now: due }).state;
  const other = move({ id: id("44"), author: O, time: at(12), next: id("c2"), secret: nextSecret });
  const chosen = step(step(member(), received(NOW, told, other)).state, { kind: "follow", next: other.next, now: NOW });
  const back = move({ id: id("45"), author: O, time: at(15), next: CHANNEL, channel: NEXT, secret: anySecret });
  const round = step(moved, received(NOW, back)).state;
  const once = came(old, KEY).state;
  const foreign = Array.from({ length: 1_002 }, (_, i) =>
    accept({
      id: id(`9${String(2_000 - i).padStart(4, "0")}`),
      author: X,
      time: at(1),
      offer: id("5f"),
      channel: undefined,
    }),
  );
  const full = step(member(), received(NOW, ...foreign)).state;
  const kept = "path" in full ? [...full.path.here.room.control.keys()].filter((one) => one.startsWith("9")) : [];
  return [
    ["old words under the new key", texts(came(old, NEXT_KEY).state), ["31"]],
    ["new words under the old key", came(early, KEY).ignored, "other-channel"],
    ["a 404 to somebody else", came({ ...told, id: id("46") }, X, member()).ignored, "other-person"],
    [
      "an invitation with another key",
      came({ ...invite(), id: id("12"), secret: nextSecret }, ME).ignored,
      "other-key",
    ],
    ["a duplicate", came(old, KEY, once).ignored, "duplicate"],
    ["held back", texts(held), []],
    ["due", texts(step(held, { kind: "tick", now: due }).state, due), ["33"]],
    ["a change comes due", "path" in renamed ? renamed.path.here.view.metadata.name : "", "later"],
    ["the user's choice", "path" in chosen.state ? chosen.state.path.here.room.id : "", other.next],
    [
      "round and round",
      round.kind === "stopped" ? [round.why, round.path.places.length] : round.kind,
      ["move-back", 2],
    ],
    ["a thousand wait, the smallest", [kept.length, kept.toSorted().at(-1)?.slice(0, 5)], [1_000, "91998"]],
  ];
}

function endings(): readonly Row[] {
  const ends = create({ key: KEY, time: NOW - 1_000, expiration: NOW + 100 });
  const next = create({ id: NEXT, key: NEXT_KEY, author: O, expiration: NOW + 50 });
  const told = move({ id: id("43"), author: O, time: at(9), next: NEXT, secret: nextSecret });
  const said = message({ id: id("31"), author: X, time: at(3), expiration: NOW + 60 });
  const over = step(member(ends), { kind: "tick", now: NOW + 220 }).state;
  const both = step(member(create({ key: KEY })), received(NOW, told, next)).state;
  const later = step(both, { kind: "tick", now: NOW + 170 }).state;
  const link = "thread" in later ? later.thread.rooms.get(CHANNEL)?.control.get(told.id) : undefined;
  const spoken = step(member(ends), received(NOW, said)).state;
  const silent = step(spoken, { kind: "tick", now: NOW + 60 }).state;
  const left = "thread" in silent ? silent.thread.rooms.get(CHANNEL)?.spoken.size : -1;
  return [
    ["everything ends", over.kind, "ended"],
    ["nobody writes past the end", mayWrite(member(ends), NOW + 101), false],
    ["the 404 loses the key", link?.type === "move" ? link.secret === undefined : "gone", true],
    ["a message ends", left, 0],
  ];
}
