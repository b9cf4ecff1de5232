/**
 * What a page hands to a provider: an event with the placeholder `["group-member-proof", null, <pk…>]`, or "" for null
 * (docs/spec/member-proofs.md, PROOF-4).
 *
 * Reading it looks at its form only. Whether the keys make a ring, and whether the user is in it, is not asked here, so
 * a refusal tells a page nothing about who is sitting before it.
 */
import { isWellFormed } from "../bytes.ts";
import { WireError } from "../errors.ts";
import { DEFAULT_LIMITS, type EventTemplate, type Tag } from "../nostr/event.ts";
import { isProvableTime, PROOF_TAG } from "./commitment.ts";

export interface ProofTemplate extends EventTemplate {
  /** Without the placeholder. */
  readonly tags: readonly Tag[];
  /** As the page names them, in its order. */
  readonly keys: readonly string[];
}

/** Throws WireError where this is no template. */
export function readProofTemplate(value: unknown): ProofTemplate {
  if (typeof value !== "object" || value === null) throw new WireError("wire/type", "template");
  const { kind, created_at, content, tags } = value as Readonly<Record<string, unknown>>;
  if (!isInteger(kind) || kind > 65_535) throw new WireError("wire/range", "template.kind");
  if (!isInteger(created_at) || !isProvableTime(created_at)) throw new WireError("wire/range", "template.created_at");
  if (typeof content !== "string") throw new WireError("wire/type", "template.content");
  if (content.length > DEFAULT_LIMITS.maxContent) throw new WireError("wire/too-long", "template.content");
  if (!isWellFormed(content)) throw new WireError("wire/text", "template.content");
  if (!Array.isArray(tags)) throw new WireError("wire/type", "template.tags");
  const places = tags.flatMap((tag: unknown, i) => (isPlaceholder(tag) ? [i] : []));
  const [place] = places;
  if (place === undefined) throw new WireError("wire/missing-field", `template.tags.${PROOF_TAG}`);
  if (places.length > 1) throw new WireError("wire/duplicate-field", `template.tags.${PROOF_TAG}`);
  const [, mark, ...keys] = tags[place] as unknown[];
  if (mark !== null && mark !== "") throw new WireError("wire/non-canonical", `template.tags[${place}]`);
  const others = tags.filter((_, i) => i !== place).map((tag, i) => readStrings(tag, `template.tags[${i}]`));
  return { kind, created_at, content, tags: others, keys: readStrings(keys, `template.tags[${place}]`) };
}

/** A template as another program would hand it over. */
export function writeProofTemplate({ keys, ...template }: ProofTemplate): EventTemplate {
  return { ...template, tags: [...template.tags, [PROOF_TAG, "", ...keys]] };
}

function isInteger(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
}

function isPlaceholder(tag: unknown): boolean {
  return Array.isArray(tag) && tag[0] === PROOF_TAG;
}

function readStrings(value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) throw new WireError("wire/type", path);
  if (value.length > DEFAULT_LIMITS.maxTagElements) throw new WireError("wire/too-many", path);
  return value.map((element: unknown) => {
    if (typeof element !== "string") throw new WireError("wire/type", path);
    if (!isWellFormed(element)) throw new WireError("wire/text", path);
    return element;
  });
}
