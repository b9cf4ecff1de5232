/**
 * What to tell a user before he posts as one of many: one list, so that every screen says the same.
 *
 * Spec: docs/spec/member-proofs.md "Provider", PROOF-6, PROOF-7. A pure function of the draft and of what the account
 * knows of itself. "stop": it cannot be posted so. "warn": it can, and this may give the author away. It finds what
 * can be found in a text; how somebody writes it cannot judge, and says so.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { ADVICE_SENTENCES, reviewRing } from "@subrosa/core/proof/advice";

export interface PostDraft {
  readonly text: string;
  readonly tags?: readonly (readonly string[])[];
  readonly keys: readonly PubkeyHex[];
  readonly me: PubkeyHex;
  /** What the author is called: name, handle, NIP-05 address, names of aliases. */
  readonly names: readonly string[];
  /** Keys that the author knows to be of real people: follows, contacts, members he met. */
  readonly isKnown: (key: string) => boolean;
  readonly relays: readonly string[];
  /** Relays that know the author: of his relay lists, or where one of his identities is connected. */
  readonly relaysThatKnowMe: ReadonlySet<string>;
  readonly now: number;
  /** Makes posts recognisable as one member's. */
  readonly scope?: "poll" | "group" | "app" | "pseudonym";
  /** Rings of the same group that were signed for before. */
  readonly earlierRings?: number;
}

export type PostCheckId = keyof typeof ABOUT;
export interface PostCheck {
  readonly id: PostCheckId;
  readonly level: "ok" | "warn" | "stop";
  readonly sentence: string;
  /** What was found, for a screen that marks it. */
  readonly found?: readonly string[];
}

/** Which check is about what, in the order in which they are shown. */
export const ABOUT = Object.freeze({
  membership: "Whether you are one of these keys",
  size: "How many you hide among",
  strangers: "Whether you know the others",
  names: "Your own names and keys in the text",
  people: "People you name",
  links: "Links and addresses",
  hidden: "Characters that cannot be seen",
  relays: "Relays that know you",
  linkable: "What links this to your other posts",
  time: "The date of the post",
  forever: "What nobody can check for you",
});

/** Below this the group says too much about who it was. */
const FEW = 5;
/** Seconds. Posts are dated down to this, so that a date does not say when somebody sat at his device. */
export const DATE_STEP = 600;

export function roundedTime(now: number): number {
  return now - (now % DATE_STEP);
}

export function postChecklist(draft: PostDraft): readonly PostCheck[] {
  const { keys, me } = draft;
  const n = new Set(keys).size;
  const review = reviewRing(
    keys.filter((key) => key !== me),
    draft.isKnown,
  );
  return [
    keys.includes(me)
      ? ok("membership", "You are one of these keys.")
      : stop("membership", "Your key is not among these keys, so you cannot post as one of them."),
    size(n),
    review.known < Math.min(FEW, n - 1)
      ? warn("strangers", ADVICE_SENTENCES["few-known"])
      : ok("strangers", "You know enough of the others to believe that they are people."),
    ownNames(draft),
    people(draft),
    links(draft.text),
    hidden(draft.text),
    relays(draft),
    linkable(draft),
    ok("time", "The post is dated down to ten minutes. It reaches the relays now, and they see from which address."),
    warn("forever", "A post cannot be taken back, and nobody can tell you whether your way of writing gives you away."),
  ];
}

export function mayPost(checks: readonly PostCheck[]): boolean {
  return checks.every(({ level }) => level !== "stop");
}

function size(n: number): PostCheck {
  if (n < 3) return stop("size", ADVICE_SENTENCES["too-small"]);
  if (n > 1_000) return stop("size", ADVICE_SENTENCES["too-large"]);
  if (n < FEW) return warn("size", `You will be 1 of ${n}. In so small a group it is easily guessed who it was.`);
  if (n > 150) return warn("size", `You will be 1 of ${n}. ${ADVICE_SENTENCES["large-event"]}`);
  return ok("size", `You will be 1 of ${n}.`);
}

function ownNames({ text, tags = [], me, names }: PostDraft): PostCheck {
  const npub = encodeEntity({ type: "npub", pubkey: me });
  const own = [...names.filter((name) => name.trim().length >= 2), me, npub];
  const all = folded([text, ...tags.flat()].join("\n"));
  const found = own.filter((name) => occurs(folded(name.trim()), all));
  if (found.length === 0) return ok("names", "None of your names is in the text.");
  return warn("names", "The text holds one of your own names or keys.", found);
}

/** As whole words, so that "Al" is not found in "also"; scripts without spaces have no such bounds. */
function occurs(name: string, text: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const [before, after] = [text[at - 1] ?? "", text[at + name.length] ?? ""];
    const isInside = [before, after].some((each) => /[a-z0-9\u00df-\u024f\u0370-\u052f]/.test(each));
    if (!isInside) return true;
  }
  return false;
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

const ENTITY = /\b(?:nostr:)?(?:npub|nprofile)1[02-9ac-hj-np-z]{20,}/gi;

function people({ text, tags = [] }: PostDraft): PostCheck {
  const tagged = tags.flatMap(([name, key]) => (name === "p" && key !== undefined ? [key] : []));
  const found = [...new Set([...(text.match(ENTITY) ?? []), ...tagged])];
  if (found.length === 0) return ok("people", "The text names no keys.");
  return warn("people", "Those whom you name may guess who writes about them, and are told of the post.", found);
}

const ADDRESSES = [
  /\b(?:https?|wss?|ftp|magnet|mailto|blob|data|file):\S{3,}/gi,
  /\bwww\.\S{3,}/gi,
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/gu,
  /(?<![\d.])\+?\d[\d ()/-]{7,20}\d(?![\d.])/g,
];

function links(text: string): PostCheck {
  const found = [...new Set(ADDRESSES.flatMap((pattern) => text.match(pattern) ?? []))];
  if (found.length === 0) return ok("links", "The text holds no links, addresses or telephone numbers.");
  return warn("links", "A link or an address may lead to you: whoever made it may know to whom it was given.", found);
}

/** Controls, marks without a shape, private use. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;
/** Tab and line ends; joiners and variation selectors, which emoji and several scripts need. */
const MEANT = /^(?:[\t\n\r]|\u200c|\u200d|[\ufe00-\ufe0f])$/;

function hidden(text: string): PostCheck {
  const unseen = (text.match(UNSEEN) ?? []).filter((each) => !MEANT.test(each));
  const found = [...new Set(unseen)].map((each) => {
    return `U+${each.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  });
  if (found.length === 0) return ok("hidden", "The text holds no hidden characters.");
  return warn("hidden", "The text holds characters that cannot be seen; copied text is sometimes marked so.", found);
}

function relays({ relays: chosen, relaysThatKnowMe }: PostDraft): PostCheck {
  if (chosen.length === 0) return stop("relays", "Choose a relay to send this to.");
  const found = chosen.filter((relay) => relaysThatKnowMe.has(relay));
  if (found.length === 0) return ok("relays", "These relays do not know you.");
  return warn("relays", "These relays know you by another connection from the same address.", found);
}

function linkable({ scope, earlierRings = 0 }: PostDraft): PostCheck {
  if (earlierRings > 0) {
    return warn(
      "linkable",
      "You signed for other members of this group before. Whoever holds both posts knows that their author was a member both times.",
    );
  }
  if (scope === undefined) return ok("linkable", "Nothing links this to your other posts.");
  if (scope === "poll") return ok("linkable", "Only your ballots in this one poll can be recognised as one voter's.");
  return warn(
    "linkable",
    "Your posts under this name can be recognised as by one person. The more they say, the easier it is to tell who.",
  );
}

function ok(id: PostCheckId, sentence: string): PostCheck {
  return { id, level: "ok", sentence };
}
function warn(id: PostCheckId, sentence: string, found?: readonly string[]): PostCheck {
  return { id, level: "warn", sentence, ...(found === undefined ? {} : { found }) };
}
function stop(id: PostCheckId, sentence: string): PostCheck {
  return { id, level: "stop", sentence };
}
