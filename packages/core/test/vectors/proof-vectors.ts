/** Makes vectors/proof-events.json: whole events of draft 1, valid ones and one for every fault. */
import { type EventId, fromHex, type PubkeyHex, toHex, utf8 } from "../../src/bytes.ts";
import { type EventTemplate, plain, type SignedEvent, signEvent, type Tag, toRumor } from "../../src/nostr/event.ts";
import { commitment, PROOF_TAG } from "../../src/proof/commitment.ts";
import { DirectoryBook, type GroupRing, writeDirectory } from "../../src/proof/directory.ts";
import { addressOf } from "../../src/proof/directory-address.ts";
import type { ScopeRequest } from "../../src/proof/scope-request.ts";
import { type MemberKeys, signAsGroupMember } from "../../src/proof/sign.ts";
import type { ProofTemplate } from "../../src/proof/template.ts";
import { writeProof } from "../../src/ring/proof-json.ts";
import { ringName } from "../../src/ring/ring.ts";
import { signOr } from "../../src/ring/scheme-or.ts";
import { signOrLink } from "../../src/ring/scheme-or-link.ts";
import { Secret } from "../../src/secret.ts";
import { curve, members, open, seeded } from "../ring/ring-fixtures.ts";
import { type Provenance, SOURCE } from "./vector-file.ts";

export interface CommitmentVector {
  readonly id: number;
  readonly why: string;
  readonly event: Omit<SignedEvent, "id" | "sig">;
  readonly text: string;
  readonly sha256: string;
}

export interface EventVector {
  readonly id: number;
  readonly why: string;
  readonly event: unknown;
  readonly expect: { readonly ok: boolean; readonly reason?: string };
}

export interface ProofFile extends Provenance {
  readonly commitments: readonly CommitmentVector[];
  readonly events: readonly EventVector[];
}

const random = seeded("vectors/proof");
const five = members(5, "vectors");
const member = five.secrets[2]!;
const TIME = 1_700_000_000;

export const keysOf = (secret: Secret): MemberKeys => ({
  ...{ secret, oneTimeSecret: random(32), fresh: random(32), aux: random(32) },
});

const template = (more: Partial<ProofTemplate> = {}): ProofTemplate => ({
  ...{
    kind: 1,
    created_at: TIME,
    content: 'One of us writes this.\n"ü" \u2028 🌹',
    tags: [["t", "rose"]],
    keys: five.keys,
  },
  ...more,
});

const signed = (more: Partial<ProofTemplate> = {}, scope?: ScopeRequest): SignedEvent =>
  plain(signAsGroupMember(template(more), keysOf(member), curve, scope));

const POLL = "ab".repeat(32) as EventId;

function group(): GroupRing {
  const author = members(2, "directory").secrets[0]!;
  const written = writeDirectory({ d: "club", members: five.keys as PubkeyHex[], createdAt: TIME });
  const event = signEvent(written, author, random(32), curve);
  const book = new DirectoryBook();
  book.add(event);
  const address = addressOf(event);
  const resolved = address && book.resolve(address);
  if (resolved?.ok !== true) throw new Error("the directory does not resolve");
  return { address: resolved.address, keys: resolved.keys, ring: resolved.ring };
}

const club = group();
const app = { app: { origin: "https://example.com", text: "thread 1" } };

/** A change of a signed event, signed again by a fresh key that the proof then covers or does not. */
interface Forged {
  readonly tags?: (tags: readonly Tag[]) => readonly Tag[];
  readonly content?: string;
  readonly kind?: number;
  readonly created_at?: number;
  /** A scope as it stands, unchecked. */
  readonly scope?: string;
  /** Other tags before the proof. */
  readonly before?: readonly Tag[];
}

/** What a signer without our manners would publish: a good proof over whatever he likes, then changed, then signed. */
function forged({ tags: change, scope, before = [], ...more }: Forged): SignedEvent {
  const oneTime = Secret.from(random(32), curve);
  const pubkey = toHex(oneTime.pubkey) as PubkeyHex;
  const base: EventTemplate = { kind: 1, created_at: TIME, content: "words", tags: before };
  const covered = { ...base, ...more };
  const claim = { ring: five.ring, secret: member, fresh: random(32), message: commitment(toRumor(covered, pubkey)) };
  const proof = scope === undefined ? signOr(claim) : signOrLink({ ...claim, scope });
  const tags: readonly Tag[] = [...before, [PROOF_TAG, writeProof(proof), ...five.keys]];
  return plain(signEvent({ ...covered, tags: change?.(tags) ?? tags }, oneTime, random(32), curve));
}

/** The same proof under another event: each field in turn, with a signature that is right for what is there. */
function moved(change: Partial<EventTemplate>): SignedEvent {
  const keys = keysOf(member);
  const event = signAsGroupMember(template(), keys, curve);
  const { kind, created_at, tags, content } = event;
  const oneTime = Secret.from(keys.oneTimeSecret, curve);
  return plain(signEvent({ kind, created_at, tags, content, ...change }, oneTime, random(32), curve));
}

function stolen(): SignedEvent {
  const { kind, created_at, tags, content } = signAsGroupMember(template(), keysOf(member), curve);
  return plain(signEvent({ kind, created_at, tags, content }, Secret.from(random(32), curve), random(32), curve));
}

const proofPart = (change: (tag: readonly string[]) => readonly string[]) => (tags: readonly Tag[]) =>
  tags.map((tag) => (tag[0] === PROOF_TAG ? change(tag) : tag));

function refused(): readonly (readonly [why: string, event: unknown, reason: string])[] {
  const good = signed();
  const [, proof = "", ...ring] = good.tags.at(-1)!;
  const name = ringName(five.ring.keys());
  const other = ringName(five.ring.keys().slice(1));
  const flip = (hex: string): string => (hex.startsWith("0") ? "1" : "0") + hex.slice(1);
  const ballot = (tags: readonly Tag[], scope: string, kind = 1018): SignedEvent =>
    forged({ kind, before: tags, scope });
  return [
    ["null, as in a template", { ...good, tags: [[PROOF_TAG, null, ...ring]] }, "event-shape"],
    ["a number among the tags", { ...good, tags: [[PROOF_TAG, proof, 1]] }, "event-shape"],
    ["no signature", { ...good, sig: undefined }, "event-shape"],
    ["a kind above 65535", { ...good, kind: 65_536 }, "event-shape"],
    ["half of a surrogate pair in the content", { ...good, content: "\ud83c" }, "event-shape"],
    ["half of a surrogate pair in a tag", { ...good, tags: [["t", "\udf39"], ...good.tags] }, "event-shape"],
    ["created_at of nine digits", forged9(), "event-shape"],
    ["created_at of eleven digits", forged11(), "event-shape"],
    ["another content under the same id", { ...good, content: "other" }, "event-id"],
    ["another id", { ...good, id: flip(good.id) }, "event-id"],
    ["a signature with one digit changed", { ...good, sig: flip(good.sig) }, "event-sig"],
    ["no proof tag", forged({ tags: () => [] }), "proof-missing"],
    ["a proof tag without a proof", forged({ tags: () => [[PROOF_TAG]] }), "proof-missing"],
    [
      "the empty placeholder",
      forged({ tags: proofPart(([tag = "", , ...keys]) => [tag, "", ...keys]) }),
      "proof-missing",
    ],
    ["P-13: the proof twice", forged({ tags: (tags) => [...tags, ...tags] }), "proof-many"],
    [
      "two proofs, the second one a valid one",
      forged({ tags: (tags) => [[PROOF_TAG, "00", ...five.keys], ...tags] }),
      "proof-many",
    ],
    ["no keys", forged({ tags: proofPart((tag) => tag.slice(0, 2)) }), "ring-size"],
    ["one key", forged({ tags: proofPart((tag) => tag.slice(0, 3)) }), "ring-size"],
    [
      "a key in uppercase",
      forged({ tags: proofPart((tag) => [...tag.slice(0, -1), tag.at(-1)!.toUpperCase()]) }),
      "ring-key",
    ],
    [
      "an npub for a key",
      forged({ tags: proofPart((tag) => [...tag.slice(0, -1), `npub1${"q".repeat(58)}`]) }),
      "ring-key",
    ],
    ["a key of 33 bytes", forged({ tags: proofPart((tag) => [...tag.slice(0, -1), `02${tag.at(-1)}`]) }), "ring-key"],
    [
      "a key off the curve",
      forged({ tags: proofPart((tag) => [...tag.slice(0, -1), `${"0".repeat(63)}5`]) }),
      "ring-key",
    ],
    ["a key twice", forged({ tags: proofPart((tag) => [...tag.slice(0, -1), tag[2]!]) }), "ring-duplicate"],
    ["P-23: the one-time key in the ring", selfProved(), "ring-self"],
    [
      "the proof longer than its ring needs",
      forged({ tags: proofPart(([tag = "", text = "", ...keys]) => [tag, text + "20".repeat(3000), ...keys]) }),
      "proof-size",
    ],
    [
      "the proof in uppercase hex",
      forged({ tags: proofPart(([tag = "", text = "", ...keys]) => [tag, text.toUpperCase(), ...keys]) }),
      "proof-encoding",
    ],
    [
      "the draft's three fields only",
      forged({ tags: proofPart(([tag = "", text = "", ...keys]) => [tag, bare(text), ...keys]) }),
      "proof-json",
    ],
    [
      "a scheme that is not known",
      forged({
        tags: proofPart(([tag = "", text = "", ...keys]) => [
          tag,
          text.replace(toHex(utf8('"or"')), toHex(utf8('"lrs"'))),
          ...keys,
        ]),
      }),
      "proof-alg",
    ],
    ["a key taken out of the ring", forged({ tags: proofPart((tag) => tag.slice(0, -1)) }), "proof-ring-size"],
    ["a scope in none of the three spaces", forged({ scope: "vote" }), "proof-scope"],
    ["a scope that only begins like one", forged({ scope: `poll:${POLL}` }), "proof-scope"],
    ["a poll's scope outside kind 1018", ballot([["e", POLL]], `poll:${POLL}:${name}`, 1), "proof-scope"],
    ["a poll's scope without the poll", ballot([], `poll:${POLL}:${name}`), "proof-scope"],
    [
      "a poll's scope beside another event",
      ballot(
        [
          ["e", POLL],
          ["e", "cd".repeat(32)],
        ],
        `poll:${POLL}:${name}`,
      ),
      "proof-scope",
    ],
    ["a poll's scope of another poll", ballot([["e", "cd".repeat(32)]], `poll:${POLL}:${name}`), "proof-scope"],
    ["a poll's scope with another ring's name", ballot([["e", POLL]], `poll:${POLL}:${other}`), "proof-scope"],
    ["a group's scope without g", forged({ scope: `group:${club.address}` }), "proof-scope"],
    [
      "a group's scope with g of two elements",
      forged({ scope: `group:${club.address}`, before: [["g", club.address]] }),
      "proof-scope",
    ],
    [
      "a group's scope with another ring's name",
      forged({ scope: `group:${club.address}`, before: [["g", club.address, other]] }),
      "proof-scope",
    ],
    [
      "a group's scope with g twice",
      forged({
        scope: `group:${club.address}`,
        before: [
          ["g", club.address, name],
          ["g", "u"],
        ],
      }),
      "proof-scope",
    ],
    [
      "a group's scope of another kind",
      forged({
        scope: `group:30000:${club.address.slice(6)}`,
        before: [["g", `30000:${club.address.slice(6)}`, name]],
      }),
      "proof-scope",
    ],
    ["an app's scope of origin null", forged({ scope: `app:null/x:${name}` }), "proof-scope"],
    ["an app's scope with a path for an origin", forged({ scope: `app:https:///x:${name}` }), "proof-scope"],
    ["an app's scope with a default port", forged({ scope: `app:https://example.com:443/x:${name}` }), "proof-scope"],
    [
      "an app's scope with an origin in uppercase",
      forged({ scope: `app:https://Example.com/x:${name}` }),
      "proof-scope",
    ],
    ["an app's scope without a text", forged({ scope: `app:https://example.com/:${name}` }), "proof-scope"],
    ["an app's scope with another ring's name", forged({ scope: `app:https://example.com/x:${other}` }), "proof-scope"],
    [
      "a scalar of zero",
      forged({ tags: proofPart(([tag = "", text = "", ...keys]) => [tag, zeroed(text), ...keys]) }),
      "proof-scalar",
    ],
    ["moved to another key", stolen(), "proof-invalid"],
    ["moved to another time", moved({ created_at: TIME + 1 }), "proof-invalid"],
    ["moved to another kind", moved({ kind: 2 }), "proof-invalid"],
    ["moved to another content", moved({ content: "One of us writes that." }), "proof-invalid"],
    ["moved under another tag", movedTags((tags) => [["t", "nettle"], ...tags.slice(1)]), "proof-invalid"],
    ["moved under one tag more", movedTags((tags) => [...tags, ["p", ring[0]!]]), "proof-invalid"],
    ["moved under one tag less", movedTags((tags) => tags.slice(1)), "proof-invalid"],
    ["moved under tags in another order", movedOrder(), "proof-invalid"],
    [
      "the ring's order changed",
      movedTags(proofPart(([tag = "", text = "", ...keys]) => [tag, text, ...keys.reverse()])),
      "proof-invalid",
    ],
    [
      "a member replaced",
      movedTags(proofPart((tag) => [...tag.slice(0, -1), members(2, "strangers").keys[0]!])),
      "proof-invalid",
    ],
  ];
}

function movedTags(change: (tags: readonly Tag[]) => readonly Tag[]): SignedEvent {
  const keys = keysOf(member);
  const { kind, created_at, tags, content } = signAsGroupMember(template(), keys, curve);
  const oneTime = Secret.from(keys.oneTimeSecret, curve);
  return plain(signEvent({ kind, created_at, tags: change(tags), content }, oneTime, random(32), curve));
}

function movedOrder(): SignedEvent {
  const keys = keysOf(member);
  const tags = [
    ["t", "a"],
    ["t", "b"],
  ];
  const event = signAsGroupMember(template({ tags }), keys, curve);
  const turned = [event.tags[1]!, event.tags[0]!, event.tags[2]!];
  const { kind, created_at, content } = event;
  return plain(
    signEvent({ kind, created_at, content, tags: turned }, Secret.from(keys.oneTimeSecret, curve), random(32), curve),
  );
}

/** P-07: the commitment of (168684021, 71) is that of (1686840217, 1); only ten digits are a time. */
function forged9(): SignedEvent {
  return shifted(1_686_840_217, 1, 168_684_021, 71);
}

function forged11(): SignedEvent {
  return shifted(1_686_840_217, 12, 16_868_402_171, 2);
}

function shifted(time: number, kind: number, shownTime: number, shownKind: number): SignedEvent {
  const keys = keysOf(member);
  const { tags, content } = signAsGroupMember(template({ created_at: time, kind }), keys, curve);
  const oneTime = Secret.from(keys.oneTimeSecret, curve);
  return plain(signEvent({ kind: shownKind, created_at: shownTime, tags, content }, oneTime, random(32), curve));
}

function selfProved(): SignedEvent {
  const oneTime = Secret.from(random(32), curve);
  const ring = open([...five.ring.keys(), oneTime.pubkey]);
  const base: EventTemplate = { kind: 1, created_at: TIME, content: "words", tags: [] };
  const message = commitment(toRumor(base, toHex(oneTime.pubkey) as PubkeyHex));
  const proof = writeProof(signOr({ ring, secret: oneTime, fresh: random(32), message }));
  return plain(
    signEvent({ ...base, tags: [[PROOF_TAG, proof, ...ring.keys().map(toHex)]] }, oneTime, random(32), curve),
  );
}

const json = (hex: string): string => new TextDecoder().decode(fromHex(hex));
const bare = (hex: string): string => toHex(utf8(json(hex).replace(',"v":1,"alg":"or"', "")));
const zeroed = (hex: string): string => toHex(utf8(json(hex).replace(/"c":"[0-9a-f]{64}"/, `"c":"${"0".repeat(64)}"`)));

function commitments(): readonly CommitmentVector[] {
  const pubkey = five.keys[0] as PubkeyHex;
  const cases: readonly (readonly [string, EventTemplate])[] = [
    ["nothing but numbers", { kind: 0, created_at: TIME, tags: [], content: "" }],
    [
      "the proof's own tag is left out, wherever it stands",
      { kind: 1, created_at: TIME, tags: [["a", "b"], [PROOF_TAG, "x", pubkey], ["c"]], content: "x" },
    ],
    [
      "quotes, backslashes and control characters",
      { kind: 1, created_at: TIME, tags: [["t", '"\\/\b\f\n\r\t\u0000\u001f\u007f']], content: '"\\' },
    ],
    [
      "P-08: signs that other languages escape",
      { kind: 1, created_at: TIME, tags: [["t", "<>&\u2028\u2029é"]], content: "<>&" },
    ],
    ["P-08: signs outside the basic plane", { kind: 1, created_at: TIME, tags: [["t", "🌹𝔘"]], content: "🌹" }],
    ["the largest time and kind", { kind: 65_535, created_at: 9_999_999_999, tags: [], content: "1" }],
    ["P-09: created_at and kind are covered", { kind: 1, created_at: 1_686_840_217, tags: [], content: "" }],
  ];
  return cases.map(([why, event], id) => {
    const covered = event.tags.filter(([name]) => name !== PROOF_TAG);
    const text = pubkey + String(event.created_at) + String(event.kind) + JSON.stringify(covered) + event.content;
    return { id, why, event: { ...event, pubkey }, text, sha256: toHex(commitment({ ...event, pubkey })) };
  });
}

export function makeProofs(): ProofFile {
  const valid: readonly (readonly [string, SignedEvent])[] = [
    ["unlinkable", signed()],
    ["P-02: a group's name in g is carried and means nothing", signed({ tags: [["g", "wallet-developers"]] })],
    ["two keys, which may be read and not signed", pair()],
    [
      "linkable in a poll",
      signed(
        {
          kind: 1018,
          tags: [
            ["e", POLL],
            ["response", "1"],
          ],
        },
        { poll: POLL },
      ),
    ],
    ["linkable in a group", signed({}, { group: club })],
    ["linkable in an app", signed({}, app)],
    [
      "an app's text with colons and slashes",
      signed({}, { app: { origin: "http://localhost:8080", text: "a:/b/:c" } }),
    ],
    [
      "with an event-bound ring signature's tag beside it (PROOF-13), which it covers",
      signed({ tags: [["ring-signature", "x", "event"]] }),
    ],
  ];
  const cases = [
    ...valid.map(([why, event]) => ({ why, event: event as unknown, expect: { ok: true } })),
    ...refused().map(([why, event, reason]) => ({ why, event, expect: { ok: false, reason } })),
  ];
  return {
    ...{ spec: "docs/spec/member-proofs.md §1", source: SOURCE, commitments: commitments() },
    events: cases.map((vector, id) => ({ id, ...vector })),
  };
}

function pair(): SignedEvent {
  const two = members(2, "vectors");
  const oneTime = Secret.from(random(32), curve);
  const base: EventTemplate = { kind: 1, created_at: TIME, content: "words", tags: [] };
  const message = commitment(toRumor(base, toHex(oneTime.pubkey) as PubkeyHex));
  const proof = writeProof(signOr({ ring: two.ring, secret: two.secrets[0]!, fresh: random(32), message }));
  return plain(signEvent({ ...base, tags: [[PROOF_TAG, proof, ...two.keys]] }, oneTime, random(32), curve));
}
