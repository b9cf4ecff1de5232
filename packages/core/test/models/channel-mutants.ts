/** Single-rule mutants of core/channel, as patches: each takes one rule of docs/spec/channels.md out of one file. */
import type { Mutant } from "./mutants.ts";

const tenure = "tenure.ts";
const room = "room.ts";
const spoken = "spoken.ts";
const expiration = "expiration.ts";
const thread = "thread.ts";
const receive = "receive.ts";
const settle = "settle.ts";
const forget = "forget.ts";
const channel = "channel.ts";

export const MUTANTS: readonly Mutant[] = [
  {
    why: "the earlier of two accepted offers wins",
    file: tenure,
    from: "=> author === tenure.owner).toSorted(byTime);",
    to: "=> author === tenure.owner).toSorted((a, b) => byTime(b, a));",
  },
  {
    why: "anybody may offer ownership",
    file: tenure,
    from: ".filter(({ author }) => author === tenure.owner).toSorted(byTime);",
    to: ".toSorted(byTime);",
  },
  {
    why: "anybody's notice voids an acceptance",
    file: tenure,
    from: "(noticesOf.get(tenure.name) ?? []).filter(({ author }) => author === tenure.owner)",
    to: "(noticesOf.get(tenure.name) ?? [])",
  },
  {
    why: "anybody may accept an offer",
    file: tenure,
    from: 'if (accept.author !== offer.to) return "not-delegate";',
    to: "",
  },
  {
    why: "an offer taken back can be accepted by who took it back",
    file: tenure,
    from: 'if (offer.to === offer.author) return "accepts-taken-back";',
    to: "",
  },
  {
    why: "an offer never lapses",
    file: tenure,
    from: 'if (offer.expiration !== undefined && accept.time > offer.expiration) return "offer-lapsed";',
    to: "",
  },
  {
    why: "who lists a later offer may accept an earlier one",
    file: tenure,
    from: 'if (accept.seen.some(isLaterOffer)) return "accepts-taken-back";',
    to: "",
  },
  {
    why: "who lists the notice of a move may accept",
    file: tenure,
    from: 'if (accept.seen.some((id) => noticed.has(id))) return "accepts-after-move";',
    to: "",
  },
  {
    why: "the smallest acceptance counts whatever a later hop listed",
    file: tenure,
    from: "later && accepts.find(({ id }) => later?.seen.includes(id) === true)",
    to: "undefined",
  },
  {
    why: "the latest acceptance of an offer counts",
    file: tenure,
    from: "valid.toSorted(earliestFirst)",
    to: "valid.toSorted(byTime).toReversed()",
  },
  {
    why: "a former owner goes on renaming",
    file: tenure,
    from: 'return closed.get(act.tenure)?.has(act.id) === false ? "tenure-closed" : undefined;',
    to: "return undefined;",
  },
  {
    why: "whoever names a tenure acts for it",
    file: tenure,
    from: 'if (tenure.owner !== act.author) return "not-owner";',
    to: "",
  },
  {
    why: "two accepted offers are no alarm",
    file: tenure,
    from: "const split = chain.some((tenure) => (heirs.get(tenure)?.length ?? 0) > 1);",
    to: "const split = false;",
  },
  { why: "nothing is held back", file: room, from: "fact.time <= now + AHEAD", to: "true" },
  {
    why: "a copy under another key is the channel",
    file: room,
    from: "fact.key !== undefined && fact.key !== key",
    to: "false",
  },
  { why: "any 400 under the key is the channel's", file: room, from: "fact.id !== id", to: "false" },
  { why: "either form is taken", file: room, from: "fact.form !== create.asks", to: "false" },
  { why: "a 400 need not have the form it asks for", file: room, from: "fact.asks === fact.form", to: "true" },
  {
    why: "events of another channel count",
    file: room,
    from: 'const elsewhere = "channel" in fact && fact.channel !== undefined && fact.channel !== create.id;',
    to: "const elsewhere = false;",
  },
  {
    why: "an owner acts after the expiration",
    file: room,
    from: ": writtenTooLate(create, fact.time)\n        ?",
    to: ": false\n        ?",
  },
  {
    why: "a later date beats a later owner",
    file: room,
    from: "place.get(a.tenure)! - place.get(b.tenure)! || byTime(a, b)",
    to: "byTime(a, b)",
  },
  {
    why: "a change without relays takes them all away",
    file: room,
    from: "counting.findLast((change) => change.relays !== undefined)?.relays ?? create.relays",
    to: "counting.at(-1)?.relays ?? create.relays",
  },
  {
    why: "whoever brought the key vouches for a copy",
    file: room,
    from: "owners.chain.some(({ owner }) => room.keyFrom.has(owner))",
    to: "room.keyFrom.size > 0",
  },
  {
    why: "a void 404 does not stop writing",
    file: room,
    from: "    stopped = true;\n",
    to: "    stopped = fact.tenure === current.name;\n",
  },
  { why: "a void 404 is no alarm", file: room, from: "    voided = true;\n", to: "" },
  {
    why: "a former owner's 404 leads on",
    file: room,
    from: "if (fact.tenure !== current.name) {",
    to: "if (false) {",
  },
  {
    why: "the new channel may be somebody else's",
    file: room,
    from: "create === undefined || create.author === fact.author",
    to: "true",
  },
  {
    why: "the later of two moves counts",
    file: room,
    from: "return a.time - b.time || (a.next",
    to: "return b.time - a.time || (a.next",
  },
  { why: "two moves are no alarm", file: room, from: "placesNamed(told, seen) > 1", to: "false" },
  {
    why: "messages count until the last 404",
    file: room,
    from: ".toSorted((a, b) => a - b)[0]",
    to: ".toSorted((a, b) => b - a)[0]",
  },
  { why: "one relay is no alarm", file: room, from: "if (relays.length < 2)", to: "if (false)" },
  {
    why: "what is lacking is not told",
    file: room,
    from: "listed.filter((id) => !held.has(id))",
    to: "listed.filter(() => false)",
  },
  {
    why: "messages of the future are shown",
    file: spoken,
    from: 'if (fact.time > now + AHEAD) return "held-back";',
    to: "",
  },
  {
    why: "messages of another channel are shown",
    file: spoken,
    from: 'if (fact.channel !== create.id) return "other-channel";',
    to: "",
  },
  {
    why: "messages of the other form are shown",
    file: spoken,
    from: 'if (fact.form !== create.asks) return "wrong-form";',
    to: "",
  },
  {
    why: "expired messages are shown",
    file: spoken,
    from: 'if (fact.expiration !== undefined && fact.expiration <= now) return "expired";',
    to: "",
  },
  {
    why: "messages after the expiration are shown",
    file: spoken,
    from: 'if (writtenTooLate(create, fact.time)) return "after-expiry";',
    to: "",
  },
  {
    why: "messages after the move are shown",
    file: spoken,
    from: 'if (cut !== undefined && fact.time > cut) return "after-move";',
    to: "",
  },
  { why: "clocks must agree to the second", file: expiration, from: "SKEW = 120", to: "SKEW = 0" },
  { why: "the lifetime of a message marks its channel", file: expiration, from: "Math.ceil(", to: "Math.floor(" },
  {
    why: "the owner is warned when it is too late",
    file: expiration,
    from: "fraction(create, 0.8)",
    to: "fraction(create, 1)",
  },
  { why: "people write after the expiration", file: expiration, from: "now > create.expiration;", to: "false;" },
  {
    why: "the user's choice between two moves is not followed",
    file: thread,
    from: "followed(room, thread.follow.get(room.id)) ?? view.move",
    to: "view.move",
  },
  {
    why: "what was held back never comes due",
    file: thread,
    from: "return wakeAt === undefined || wakeAt > now;",
    to: "return true;",
  },
  {
    why: "a circle is a place like any other",
    file: thread,
    from: '      end = "back";\n',
    to: "",
  },
  {
    why: "what was said in the old channel is lost under the new key",
    file: receive,
    from: "named !== undefined && here !== undefined && named < here",
    to: "false",
  },
  {
    why: "what was said in a newer channel comes in under the old key",
    file: receive,
    from: "here !== undefined && named < here",
    to: "here !== undefined",
  },
  {
    why: "a 404 to somebody else is taken",
    file: receive,
    from: 'if (to !== thread.me) return "other-person";',
    to: "",
  },
  {
    why: "an invitation with another key vouches",
    file: receive,
    from: 'fact.type === "invitation" && toHex(fact.secret.pubkey) !== room.key',
    to: "false",
  },
  {
    why: "anybody fills the memory with acceptances",
    file: receive,
    from: "MAX_PENDING = 1_000",
    to: "MAX_PENDING = 1e9",
  },
  {
    why: "of acceptances that wait the first to come are kept",
    file: receive,
    from: "if (largest < arriving.id) return false;",
    to: "return false;",
  },
  {
    why: "a duplicate is new",
    file: receive,
    from: "if ((draft.control ?? room.control).has(fact.id) || (draft.spoken ?? room.spoken).has(fact.id))",
    to: "if (false)",
  },
  {
    why: "who saw only the notice goes on as a member",
    file: settle,
    from: "if (view.noticed) return",
    to: "if (false) return",
  },
  {
    why: "a void 404 leaves members writing",
    file: settle,
    from: "if (view.stopped) return { kind:",
    to: "if (false) return { kind:",
  },
  {
    why: "an offer to somebody else makes a delegate",
    file: settle,
    from: "latest?.to !== me || ",
    to: "latest === undefined || ",
  },
  {
    why: "a new owner does not move",
    file: settle,
    from: 'if (current.name !== undefined) return "new-owner";',
    to: "",
  },
  {
    why: "an expired room keeps its key",
    file: forget,
    from: "(lifeEnd(room) ?? Number.POSITIVE_INFINITY) <= now",
    to: "false",
  },
  {
    why: "the key stays in the 404 that brought it",
    file: forget,
    from: 'fact.type === "move" && gone.has(fact.next)',
    to: "false",
  },
  {
    why: "a message stays after its time",
    file: forget,
    from: "if (expiration !== undefined && expiration <= now) return true;",
    to: "",
  },
  {
    why: "what somebody else wrote can be posted",
    file: channel,
    from: "if (fact.author !== state.thread.me) return false;",
    to: "",
  },
  {
    why: "a member renames the channel",
    file: channel,
    from: 'case "offer":\n      return state.kind === "owner" && mayWrite(state, now);',
    to: 'case "offer":\n      return mayWrite(state, now);',
  },
  {
    why: "an invitation dated ahead is taken",
    file: channel,
    from: "if (chosen.time > event.now + AHEAD)",
    to: "if (false)",
  },
  { why: "an invitation outlives its time", file: channel, from: "if (isOver(chosen, event.now))", to: "if (false)" },
];
