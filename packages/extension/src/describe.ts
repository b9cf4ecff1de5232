/**
 * A call in words (view.ts): the site, what it asks for, the content, and what a yes would mean. For a member's proof
 * also the ring with the names the user gave, "one of N", the advice of core, and what may be linked (PROOF-7).
 */
import { fromHex, type PubkeyHex } from "@subrosa/core/bytes";
import type { EventTemplate, Tag } from "@subrosa/core/nostr/event";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { ADVICE_SENTENCES, reviewRing } from "@subrosa/core/proof/advice";
import { addressOf } from "@subrosa/core/proof/directory-address";
import { earlierRings, type GroupMemory } from "@subrosa/core/proof/group-memory";
import { ringName } from "@subrosa/core/ring/ring";
import type { AskedScope, Call } from "./call.ts";
import { kindInWords, replacesSomething } from "./kinds.ts";
import type { View } from "./view.ts";

export interface Knowledge {
  readonly nameOf: (key: string) => string | undefined;
  /** The rings that this account signed for before, by group. */
  readonly memory: GroupMemory;
}

export type Words = Pick<View, "title" | "explanation" | "warnings" | "rows" | "content" | "contentLabel" | "members">;

const NOTHING = { warnings: [], rows: [], content: "", contentLabel: "", members: [] } as const;

export function describe(call: Call, known: Knowledge): Words {
  switch (call.method) {
    case "getPublicKey":
      return {
        ...NOTHING,
        title: "Know who you are",
        explanation: "The site asks for your public key. It can then recognise you and see everything you published.",
      };
    case "signEvent":
      return signing(call.template, known);
    case "nip04.encrypt":
    case "nip44.encrypt":
      return {
        ...NOTHING,
        title: "Encrypt a text in your name",
        explanation: "The site wants to encrypt this text so that only you and this person can read it.",
        rows: [{ label: "For", value: personInWords(call.peer, known) }],
        content: call.plaintext,
        contentLabel: "Text to encrypt",
      };
    case "nip04.decrypt":
    case "nip44.decrypt":
      return {
        ...NOTHING,
        title: "Read a private message",
        explanation:
          "The site asks to have a message opened that only you and this person can read. It will see the text.",
        rows: [{ label: "Between you and", value: personInWords(call.peer, known) }],
      };
    case "subrosa.batchDecrypt":
      return batch(call, known);
    case "subrosa.deriveAlias":
      return {
        ...NOTHING,
        title: "Hand out an alias key",
        explanation:
          "The site asks for a second key that you use with this person alone. It can then speak and read as that " +
          "alias. Your own key cannot be computed from it.",
        warnings: [
          "Whoever runs this site gets a secret key, and keeps it. Allow it only to a site you trust with that alias.",
        ],
        rows: [
          { label: "Alias towards", value: personInWords(call.peer, known) },
          { label: "Number", value: String(call.index) },
        ],
      };
    case "subrosa.anonymousSign":
      return {
        ...NOTHING,
        title: "Send a message under a one-time key",
        explanation:
          "The world sees a key that was never used before. The receiver learns that it was you, and can show it to others.",
        // The first p tag is the receiver (GROUP-1), so it is not a mention.
        rows: tagRows(call.template.tags, known).map((row, i) =>
          i === receiverRow(call) && row.label === MENTIONS ? { ...row, label: "To" } : row,
        ),
        content: call.template.content,
        contentLabel: "Message",
      };
    case "signEventAsGroupMember":
      return member(call, known);
    case "verifyGroupMemberProof":
      return {
        ...NOTHING,
        title: "Check a proof",
        explanation: "The site wants to have a proof of membership checked.",
      };
    default:
      return call satisfies never;
  }
}

function receiverRow(call: Call & { readonly method: "subrosa.anonymousSign" }): number {
  return call.template.tags.findIndex(([name]) => name === "p");
}

function signing(template: EventTemplate, known: Knowledge): Words {
  return {
    ...NOTHING,
    title: `Sign ${kindInWords(template.kind)}`,
    explanation:
      "Signed with your key, so everybody can see that it is yours. What is published can rarely be taken back.",
    warnings: replacesSomething(template.kind) ? ["This replaces what you published of this kind before."] : [],
    rows: [{ label: "Dated", value: timeInWords(template.created_at) }, ...tagRows(template.tags, known)],
    content: template.content,
    contentLabel: "Text to sign",
  };
}

function batch(call: Call & { readonly method: "subrosa.batchDecrypt" }, known: Knowledge): Words {
  const peers = [...new Set(call.items.map(({ pubkey }) => pubkey))];
  const shown = peers.slice(0, MAX_NAMES).map((peer) => known.nameOf(peer) || npubOf(peer));
  const more = peers.length > shown.length ? `, and ${peers.length - shown.length} more` : "";
  return {
    ...NOTHING,
    title: `Read ${call.items.length} private messages at once`,
    explanation: "The site asks once for all of them. It will see every text.",
    rows: [
      { label: "Number", value: String(call.items.length) },
      { label: "Between you and", value: `${shown.join(", ")}${more}` },
      { label: "Its reason", value: call.purpose === "" ? "It gives no reason." : call.purpose },
    ],
  };
}

function member(call: Call & { readonly method: "signEventAsGroupMember" }, known: Knowledge): Words {
  const { template, scope } = call;
  const keys = [...new Set(template.keys)].sort();
  const { n, known: familiar, advice } = reviewRing(keys, (key) => known.nameOf(key) !== undefined);
  const warnings = advice.map((one) => ADVICE_SENTENCES[one]);
  if (n < 5 && n >= 3) warnings.push("Fewer than 5 people: whoever knows them may guess who of you it was.");
  warnings.push(...scopeWarnings(scope, keys, known));
  return {
    title: `Publish ${kindInWords(template.kind)} as one of ${n}`,
    explanation:
      `Everybody will see that one of these ${n} people wrote it, and nobody which one. Your key stays hidden. ` +
      "If you are not among them, nothing is signed, and the site learns no more than if you had refused.",
    warnings,
    rows: [
      { label: "Hidden among", value: `${n} people, of whom you named ${familiar}${namesOf(keys, known)}` },
      ...(scope === undefined
        ? [{ label: "Can it be linked?", value: "No. Nobody can tell whether two such posts come from one person." }]
        : []),
      { label: "Dated", value: timeInWords(template.created_at) },
      {
        label: "Stay hidden",
        value:
          "Relays see when and from where something comes. Publish it later, and not on the connection where you are " +
          "signed in. Words that only you would use give you away too.",
      },
      ...tagRows(template.tags, known),
    ],
    content: template.content,
    contentLabel: "Text to publish",
    members: keys.map((key) => ({ npub: npubOf(key), name: known.nameOf(key) ?? "" })),
  };
}

const MAX_NAMES = 8;

/** The ring's people by the names that the user gave; all of them, with their keys, are in the list below. */
function namesOf(keys: readonly string[], known: Knowledge): string {
  const names = keys.map((key) => known.nameOf(key) ?? "").filter((name) => name !== "");
  const more = names.length > MAX_NAMES ? `, and ${names.length - MAX_NAMES} more` : "";
  return names.length === 0 ? "" : `: ${names.slice(0, MAX_NAMES).join(", ")}${more}`;
}

function linkInWords(scope: AskedScope): string {
  if ("poll" in scope) {
    return (
      "Linkable within this poll: two votes of yours can be recognised as one person's. You can prove your vote to others, " +
      "and whoever gets your key later can read it."
    );
  }
  if ("app" in scope)
    return `Linkable: posts for “${scope.app}” on this site, over these same people, show one author.`;
  const [directory] = scope.group;
  const d = directory?.tags.find(([name]) => name === "d")?.[1] ?? "";
  return `Linkable within the group “${cut(d, 100)}”: all such posts of yours show one pseudonym.`;
}

function scopeWarnings(scope: AskedScope | undefined, keys: readonly string[], known: Knowledge): readonly string[] {
  if (scope === undefined) return [];
  const warnings = [linkInWords(scope), "Whoever gets your key later can find every post that is linked like this."];
  const address = "group" in scope && scope.group[0] !== undefined ? addressOf(scope.group[0]) : undefined;
  const bytes = keys.map((key) => fromHex(key, 32)).filter((key) => key !== undefined);
  if (address !== undefined && earlierRings(known.memory, address, ringName(bytes)).length > 0) {
    warnings.push(
      "You signed for this group when it had other members. Whoever holds both knows that you were there both times.",
    );
  }
  return warnings;
}

const MAX_ROWS = 12;
const MENTIONS = "Mentions";

/** Whom and what an event names; further tags by their number. */
function tagRows(tags: readonly Tag[], known: Knowledge): View["rows"] {
  const shown = tags.slice(0, MAX_ROWS).map(([name = "", value = ""]) => ({
    label: TAGS.get(name) ?? `Tag ${cut(name, 40)}`,
    value: name === "p" ? personInWords(value, known) : cut(value, 300),
  }));
  return tags.length > MAX_ROWS
    ? [...shown, { label: "More", value: `${tags.length - MAX_ROWS} further tags` }]
    : shown;
}

const TAGS: ReadonlyMap<string, string> = new Map([
  ["p", MENTIONS],
  ["e", "About event"],
  ["a", "About"],
  ["g", "Says it is for"],
  ["t", "Topic"],
  ["relay", "Relay"],
  ["u", "Address"],
  ["challenge", "Challenge"],
]);

function personInWords(key: string, known: Knowledge): string {
  const name = known.nameOf(key);
  return name === undefined ? npubOf(key) : `${name} (${npubOf(key)})`;
}

/** What is no key is shown as it is, shortened: it will be refused, but only after the answer. */
export function npubOf(key: string): string {
  return fromHex(key, 32) === undefined
    ? `“${cut(key, 64)}”`
    : encodeEntity({ type: "npub", pubkey: key as PubkeyHex });
}

function timeInWords(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime())
    ? `second ${seconds}`
    : date.toISOString().replace("T", " ").slice(0, 19).concat(" UTC");
}

/** Never in the middle of a character, which would be no text any more. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}
