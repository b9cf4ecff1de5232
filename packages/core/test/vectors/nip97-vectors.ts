/** Makes vectors/nip97-events.json: ring-signature events at each level, kind 2001, and one for every fault. */
import { type PubkeyHex, toHex, utf8 } from "../../src/bytes.ts";
import { sha256 } from "../../src/hash.ts";
import { eventMessage } from "../../src/nip97/message.ts";
import { announce, type RingSigning, revoke, ringSign } from "../../src/nip97/sign.ts";
import type { Nip97Verdict } from "../../src/nip97/verify.ts";
import { type EventTemplate, plain, type SignedEvent, signEvent, type Tag } from "../../src/nostr/event.ts";
import { writeRingA } from "../../src/ring/ring-a.ts";
import { signSag } from "../../src/ring/sag.ts";
import { Secret } from "../../src/secret.ts";
import { curve, members, open, seeded } from "../ring/ring-fixtures.ts";
import { type Provenance, SOURCE } from "./vector-file.ts";

export interface EventVector {
  readonly id: number;
  readonly why: string;
  readonly event: unknown;
  /** Read with the option that allows the draft's nested members. */
  readonly nested?: boolean;
  readonly expect: Nip97Verdict;
}

export interface Nip97File extends Provenance {
  readonly events: readonly EventVector[];
}

const random = seeded("vectors/nip97");
const four = members(4, "vectors");
const member = four.secrets[3]!;
const throwaway = Secret.from(random(32), curve);
const pubkey = toHex(throwaway.pubkey) as PubkeyHex;
const TIME = 1_700_000_000;
const base: EventTemplate = {
  kind: 1,
  created_at: TIME,
  content: "What I saw.\nThe whole story.",
  tags: [["t", "leak"]],
};

const publish = (template: EventTemplate, secret = throwaway): SignedEvent =>
  plain(signEvent(template, secret, random(32), curve));
const signing = (more: Partial<RingSigning> = {}): RingSigning => ({
  ...{ template: base, pubkey, ring: four.ring, secret: member, fresh: random(32) },
  ...more,
});
const signed = (more: Partial<RingSigning> = {}): SignedEvent => publish(ringSign(signing(more)));
const eventOf = ({ kind, created_at, tags, content }: SignedEvent): EventTemplate => ({
  kind,
  created_at,
  tags,
  content,
});

/** The same tags, changed, and signed again by the same key. */
const changed = (event: SignedEvent, change: (tags: readonly Tag[]) => readonly Tag[]): SignedEvent =>
  publish({ ...eventOf(event), tags: change(event.tags) });
const onSignature = (change: (tag: readonly string[]) => readonly string[]) => (tags: readonly Tag[]) =>
  tags.map((tag) => (tag[0] === "ring-signature" ? change(tag) : tag));
const onMembers = (change: (keys: readonly string[]) => readonly string[]) => (tags: readonly Tag[]) =>
  tags.map((tag) => (tag[0] === "ring-members" ? ["ring-members", ...change(tag.slice(1))] : tag));

/** The draft's literal form: the id is that of the nested JSON. */
function nested(template: EventTemplate): unknown {
  const tags = template.tags.map((tag) => (tag[0] === "ring-members" ? [tag[0], tag.slice(1)] : tag));
  const id = sha256(utf8(JSON.stringify([0, pubkey, template.created_at, template.kind, tags, template.content])));
  const sig = curve.signSchnorr(id, throwaway.expose(), random(32));
  return { id: toHex(id), pubkey, ...template, tags, sig: toHex(sig) };
}

const SAG = { scheme: "sag", dialect: "rs" } as const;
const event = { ok: true, level: "event", n: 4, ...SAG, badge: true } as const;
const pubkeyLevel = { ...event, level: "pubkey" } as const;
const content = { ...event, level: "content", badge: false } as const;
type Case = readonly [why: string, event: unknown, expect: Nip97Verdict, nested?: boolean];

function valid(): readonly Case[] {
  const flag = utf8("poll");
  const blsag = (verdict: object, flagged: object = {}): Nip97Verdict => {
    const { dialect: _, ...rest } = { ...event, ...verdict };
    return { ...rest, scheme: "blsag", linkable: false, ...flagged } as Nip97Verdict;
  };
  const other = members(2, "authors").secrets[1]!;
  const words = { ...base, content: "words", tags: [] };
  return [
    ["bound to the event", signed(), event],
    ["bound to the event, and nothing said", signed({ template: { ...base, content: "" } }), event],
    ["bound to the event, an article", signed({ template: { ...base, kind: 30_023, tags: [["d", "x"]] } }), event],
    ["bound to the event, with a nonce tag that it does not cover", mined(), event],
    ["bound to the key", signed({ level: "pubkey" }), pubkeyLevel],
    ["the words alone", signed({ level: "content" }), content],
    [
      "R-01: the words alone, reposted under another key",
      publish(ringSign(signing({ level: "content" })), other),
      content,
    ],
    [
      "R-01: the words alone, under another time and kind",
      publish({ ...ringSign(signing({ level: "content" })), created_at: TIME + 1, kind: 9 }),
      content,
    ],
    [
      "R-02: words that only mention the key",
      signed({ template: { ...words, content: `do not trust ${pubkey}` }, level: "content" }),
      content,
    ],
    [
      "R-02: the line is not the first one",
      signed({ template: { ...words, content: `x\nring-pubkey: ${pubkey}` }, level: "content" }),
      content,
    ],
    ["words whose line names the key with a space more", foreignLine(`ring-pubkey:  ${pubkey}`), content],
    ["words whose line names the key and ends in CR", foreignLine(`ring-pubkey: ${pubkey}\r\nx`), content],
    ["words whose line names another key", foreignLine(`ring-pubkey: ${four.keys[0]}\nx`), content],
    ["R-10: the words of an article: no badge", article("content"), content],
    ["R-10: an article bound to the key only: no badge", article("pubkey"), { ...pubkeyLevel, badge: false }],
    [
      "an announcement",
      publish(announce({ ...signing(), text: "I am one of these four.", createdAt: TIME })),
      { ...event, announcement: true },
    ],
    [
      "an announcement that knows the draft alone",
      signed({ template: { ...base, kind: 2001 }, level: "pubkey" }),
      { ...pubkeyLevel, announcement: true },
    ],
    [
      "the words of an announcement, which announce nothing",
      signed({ template: { ...base, kind: 2001 }, level: "content" }),
      { ...content, announcement: false },
    ],
    ["a revocation", publish(revoke("ab".repeat(32), TIME)), { ok: true, revokes: "ab".repeat(32) as never }],
    ["bLSAG, bound to the event", signed({ blsag: {} }), blsag({ keyImage: imageOf(signed({ blsag: {} })) })],
    [
      "bLSAG with a flag, the words alone",
      signed({ blsag: { flag }, level: "content" }),
      blsag({ ...content, keyImage: imageOf(signed({ blsag: { flag } })) }, { flag: "706f6c6c" }),
    ],
    [
      "R-03: nested members, from a file",
      nested(ringSign(signing({ level: "content" }))),
      { ...content, variant: "nested" },
      true,
    ],
    [
      "R-03: nested members, bound to the key",
      nested(ringSign(signing({ level: "pubkey" }))),
      { ...pubkeyLevel, variant: "nested" },
      true,
    ],
    ["flat members, where nested ones would be read too", signed(), event, true],
    [
      "other tags named revoke outside kind 2001",
      signed({ template: { ...base, tags: [["revoke", "ab".repeat(32)]] } }),
      event,
    ],
  ];
}

/** The image in a bLSAG, read from its string by a reader of its own. */
function imageOf(blsag: SignedEvent): string {
  const text = blsag.tags.find(([name]) => name === "ring-signature")?.[1] ?? "";
  const hex = Buffer.from(text.slice(5), "base64url").toString("hex");
  const integers = hex.slice(hex.indexOf("61699821") + 8).replace(/616c.*$/, "");
  return integers.replace(/18(..)|(..)/g, (_, two: string | undefined, one: string) => two ?? one).slice(0, 66);
}

function mined(): SignedEvent {
  const template = ringSign(signing());
  return publish({ ...template, tags: [...template.tags, ["nonce", "776", "8"]] });
}

/** What others may write: content-level signatures over words that our own signer refuses. */
function foreignLine(line: string): SignedEvent {
  const { ring, fresh } = signing();
  const claim = { ring, fresh, secret: member, message: utf8(line), dialect: "rs" } as const;
  const signature = writeRingA(signSag(claim));
  const tags = [
    ["ring-signature", signature],
    ["ring-members", ...four.keys],
  ];
  return publish({ kind: 1, created_at: TIME, content: line, tags });
}

function article(level: "content" | "pubkey"): SignedEvent {
  const template = ringSign(signing({ level }));
  return publish({ ...template, kind: 30_023 });
}

function refused(): readonly Case[] {
  const good = signed();
  const wordy = signed({ level: "content" });
  const no = (why: string, value: unknown, reason: string, nestedToo?: boolean): Case =>
    [
      ...([why, value, { ok: false, reason } as Nip97Verdict] as const),
      ...(nestedToo === undefined ? ([] as const) : ([nestedToo] as const)),
    ] as unknown as Case;
  const own = four.secrets[0]!;
  const tag = (event: SignedEvent): readonly string[] => event.tags.find(([name]) => name === "ring-signature")!;
  return [
    no("R-03: nested members, from a relay", nested(ringSign(signing({ level: "content" }))), "event-shape"),
    no("nested twice", { ...good, tags: [["ring-members", [["x"]]]] }, "event-shape", true),
    no("nested members under the flat form's id", nestedUnderFlatId(), "event-id", true),
    no("a changed content", { ...good, content: "x" }, "event-id"),
    no(
      "a changed signature",
      { ...good, sig: good.sig.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) },
      "event-sig",
    ),
    no(
      "no ring signature",
      changed(good, (tags) => tags.filter(([name]) => name !== "ring-signature")),
      "ringsig-missing",
    ),
    no(
      "an empty ring-signature tag",
      changed(
        good,
        onSignature(() => ["ring-signature"]),
      ),
      "ringsig-missing",
    ),
    no(
      "two ring signatures",
      changed(good, (tags) => [...tags, tag(good)]),
      "ringsig-many",
    ),
    no(
      "no members",
      changed(good, (tags) => tags.filter(([name]) => name !== "ring-members")),
      "members-missing",
    ),
    no(
      "two tags of members",
      changed(good, (tags) => [...tags, ["ring-members", ...four.keys]]),
      "members-many",
    ),
    no(
      "R-14: one member",
      changed(
        good,
        onMembers((keys) => keys.slice(0, 1)),
      ),
      "ring-size",
    ),
    no(
      "an empty tag of members",
      changed(
        good,
        onMembers(() => []),
      ),
      "ring-size",
    ),
    no(
      "R-14: a member in uppercase",
      changed(
        good,
        onMembers(([key = "", ...keys]) => [key.toUpperCase(), ...keys]),
      ),
      "ring-key",
    ),
    no(
      "a member of 33 bytes",
      changed(
        good,
        onMembers(([key = "", ...keys]) => [`02${key}`, ...keys]),
      ),
      "ring-key",
    ),
    no(
      "a member off the curve",
      changed(
        good,
        onMembers(([, ...keys]) => [`${"0".repeat(63)}5`, ...keys]),
      ),
      "ring-key",
    ),
    no(
      "an npub",
      changed(
        good,
        onMembers(([, ...keys]) => [`npub1${"q".repeat(58)}`, ...keys]),
      ),
      "ring-key",
    ),
    no(
      "R-14: a member twice",
      changed(
        good,
        onMembers(([key = "", , ...keys]) => [key, key, ...keys]),
      ),
      "ring-duplicate",
    ),
    no("R-14: the throwaway key among the members", publish(ringSign(signing({ level: "content" })), own), "ring-self"),
    no(
      "an unknown binding",
      changed(
        good,
        onSignature(([a = "", b = ""]) => [a, b, "v2"]),
      ),
      "ringsig-binding",
    ),
    no(
      "an empty binding",
      changed(
        good,
        onSignature(([a = "", b = ""]) => [a, b, ""]),
      ),
      "ringsig-binding",
    ),
    no(
      "a binding in uppercase",
      changed(
        good,
        onSignature(([a = "", b = ""]) => [a, b, "EVENT"]),
      ),
      "ringsig-binding",
    ),
    no(
      "a fourth element",
      changed(
        good,
        onSignature((parts) => [...parts, "x"]),
      ),
      "ringsig-binding",
    ),
    no("a revocation beside a ring signature", revokedBesideRing(), "ringsig-binding"),
    no(
      "two revocations in one event",
      publish({
        ...revoke("ab".repeat(32), TIME),
        tags: [
          ["revoke", "ab".repeat(32)],
          ["revoke", "cd".repeat(32)],
        ],
      }),
      "ringsig-missing",
    ),
    no(
      "a revocation of nothing",
      publish({ ...revoke("ab".repeat(32), TIME), tags: [["revoke", "x"]] }),
      "ringsig-missing",
    ),
    no(
      "a revocation with a third element",
      publish({ ...revoke("ab".repeat(32), TIME), tags: [["revoke", "ab".repeat(32), "x"]] }),
      "ringsig-missing",
    ),
    no("no words to sign", publish({ ...eventOf(wordy), content: "" }), "ringsig-empty"),
    no(
      "the signature longer than its ring needs",
      changed(
        good,
        onSignature(([a = "", b = "", c = ""]) => [a, b.padEnd(2000, "A"), c]),
      ),
      "ringsig-size",
    ),
    no(
      "R-04: a signature of another form",
      changed(
        good,
        onSignature(([a = "", , c = ""]) => [a, "nrs1:AA", c]),
      ),
      "ringsig-encoding",
    ),
    no(
      "σ empty",
      changed(
        good,
        onSignature(([a = "", , c = ""]) => [a, "", c]),
      ),
      "ringsig-encoding",
    ),
    no(
      "an unknown scheme",
      changed(
        good,
        onSignature(([a = "", b = "", c = ""]) => [a, b.replace("Y3Nh", "Y3Nb"), c]),
      ),
      "ringsig-alg",
    ),
    no(
      "a member taken out",
      changed(
        good,
        onMembers((keys) => keys.slice(1)),
      ),
      "ringsig-ring-size",
    ),
    no(
      "R-05: the members in another order",
      changed(
        good,
        onMembers((keys) => [...keys].reverse()),
      ),
      "ringsig-invalid",
    ),
    no(
      "R-05: another member",
      changed(
        good,
        onMembers(([, ...keys]) => [members(2, "strangers").keys[0]!, ...keys]),
      ),
      "ringsig-invalid",
    ),
    no(
      "R-12: the words with a space at the end",
      publish({ ...eventOf(wordy), content: `${wordy.content} ` }),
      "ringsig-invalid",
    ),
    no(
      "the event level claimed for words",
      changed(
        wordy,
        onSignature(([a = "", b = ""]) => [a, b, "event"]),
      ),
      "ringsig-invalid",
    ),
    no(
      "the level taken away from an event",
      changed(
        good,
        onSignature(([a = "", b = ""]) => [a, b]),
      ),
      "ringsig-invalid",
    ),
    no("a SAG of dialect ts, bound to the event", dialectTs(), "ringsig-invalid"),
  ];
}

function nestedUnderFlatId(): unknown {
  const flat = signed({ level: "content" });
  return { ...flat, tags: flat.tags.map((tag) => (tag[0] === "ring-members" ? [tag[0], tag.slice(1)] : tag)) };
}

function revokedBesideRing(): SignedEvent {
  const template = ringSign(signing({ template: { ...base, kind: 2001 } }));
  return publish({ ...template, tags: [["revoke", "ab".repeat(32)], ...template.tags] });
}

function dialectTs(): SignedEvent {
  const tags = (signature: string): Tag[] => [
    ["ring-signature", signature, "event"],
    ["ring-members", ...four.keys],
  ];
  const message = eventMessage({ ...base, pubkey, tags: tags("") });
  const signature = signSag({
    ring: open(four.ring.keys()),
    secret: member,
    fresh: random(32),
    message,
    dialect: "ts",
  });
  return publish({ ...base, tags: tags(writeRingA(signature)) });
}

export function makeNip97(): Nip97File {
  const events = [...valid(), ...refused()].map(([why, value, verdict, isNested], id) => ({
    ...{ id, why, event: value },
    ...(isNested === undefined ? {} : { nested: isNested }),
    expect: verdict,
  }));
  return { spec: "docs/spec/member-proofs.md §2", source: SOURCE, events };
}
