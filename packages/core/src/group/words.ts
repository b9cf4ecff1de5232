/**
 * What a 482 says (docs/spec/groups.md GROUP-10, 12, 15, 18): words for people, structured ones where the group has
 * `"rich": true`, and the few that clients tell each other.
 *
 * A text is plain unless it is JSON of exactly one of these shapes, so whoever types braces is still read as typed;
 * `writeWords` wraps the rare text that would be taken for something else.
 */
import type { Opened } from "../anonymous/anonymous-event.ts";
import type { EventId, PubkeyHex } from "../bytes.ts";
import { WireError } from "../errors.ts";
import {
  hexText,
  integer,
  list,
  object,
  oneOf,
  parseJson,
  type Shape,
  type ShapeValue,
  text,
  writeShape,
} from "../json.ts";
import type { Tag } from "../nostr/event.ts";
import { carriedLeave } from "./leave.ts";

const LIMITS = { maxLength: 1 << 16, maxDepth: 8 };
const tag: Shape<Tag> = list(text({ max: 4_096 }), { max: 32, min: 1 });

/** Kinds inside a structured message, by the NIP that defines them. */
export const TEXT = 14;
export const REACTION = 7;
export const EDIT = 1_010;
export const DELETE = 5;
/** NIP-17: a file elsewhere, encrypted; its key is in the tags. */
export const FILE = 15;

const rich = object({ kind: integer({ max: 65_535 }), content: text({ max: 60_000 }), tags: list(tag, { max: 200 }) });
export type Rich = ShapeValue<typeof rich>;

const passedOn = object({ leave: carriedLeave });
const complaint = object(
  { complaint: hexText(32), z: hexText(33), dleq: hexText(64) },
  { optional: { ekz: hexText(33), ekdleq: hexText(64) } },
);
const lost = object({ lost: hexText(32) });
/** GROUP-18: what an admin does. `target` is a message, or for mute and seen a person. */
export type Act = "hide" | "show" | "pin" | "unpin" | "mute" | "unmute" | "seen";
const acts = oneOf<Act>("hide", "show", "pin", "unpin", "mute", "unmute", "seen");
const moderation = object({ act: acts, target: hexText(32) }, { optional: { reason: text({ max: 500 }) } });

export interface Complaint {
  readonly target: EventId;
  /** The victim's ECDH point with the target's alias, compressed, and BIP-374's proof of it. */
  readonly z: string;
  readonly dleq: string;
  /** The same for his encryption key (GROUP-21). */
  readonly ekz?: string;
  readonly ekdleq?: string;
}

export type Words =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "rich"; readonly rich: Rich }
  | { readonly kind: "leave"; readonly leave: Opened }
  | { readonly kind: "complaint"; readonly complaint: Complaint }
  | { readonly kind: "lost"; readonly target: EventId }
  | { readonly kind: "moderation"; readonly act: Act; readonly target: EventId | PubkeyHex; readonly reason: string };

/** Total: what is none of the shapes is text. */
export function readWords(content: string): Words {
  const plain: Words = { kind: "text", text: content };
  if (!content.startsWith("{")) return plain;
  try {
    return structured(parseJson(content, "words", LIMITS)) ?? plain;
  } catch (error) {
    if (error instanceof WireError) return plain;
    throw error;
  }
}

function structured(value: unknown): Words | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, "leave")) return { kind: "leave", leave: passedOn.read(value, "words").leave };
  if (Object.hasOwn(value, "lost")) return { kind: "lost", target: lost.read(value, "words").lost as EventId };
  if (Object.hasOwn(value, "complaint")) {
    const { complaint: target, ...proof } = complaint.read(value, "words");
    return { kind: "complaint", complaint: { target: target as EventId, ...proof } };
  }
  if (Object.hasOwn(value, "act")) {
    const { act, target, reason = "" } = moderation.read(value, "words");
    return { kind: "moderation", act, target: target as EventId | PubkeyHex, reason };
  }
  return { kind: "rich", rich: rich.read(value, "words") };
}

export function writeWords(words: Words): string {
  switch (words.kind) {
    case "text": {
      const structured = readWords(words.text).kind !== "text";
      return structured ? writeShape(rich, { kind: TEXT, content: words.text, tags: [] }) : words.text;
    }
    case "rich":
      return writeShape(rich, words.rich);
    case "leave":
      return writeShape(passedOn, { leave: words.leave });
    case "complaint": {
      const { target, ...proof } = words.complaint;
      return writeShape(complaint, { complaint: target, ...proof });
    }
    case "lost":
      return writeShape(lost, { lost: words.target });
    case "moderation": {
      const { act, target, reason } = words;
      return writeShape(moderation, reason === "" ? { act, target } : { act, target, reason });
    }
    default:
      return words satisfies never;
  }
}
