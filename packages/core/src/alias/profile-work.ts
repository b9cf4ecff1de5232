/**
 * How much work a person asks of a stranger's request: a field of the profile (kind 0).
 *
 *   {"name": …, "alias_difficulty": 20}
 *
 * Spec: docs/spec/alias.md ALIAS-9, which leaves the place open (docs/decisions/alias.md). The profile is read as others
 * write it, so whatever is not an integer in the range asks for nothing; and nobody can ask for more than can be mined.
 */
import { WireError } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { VerifiedEvent } from "../nostr/event.ts";

/** Some seconds of mining for a phone. */
export const MAX_DIFFICULTY = 24;
const PROFILE = 0;
const LIMITS = { maxLength: 1 << 16, maxDepth: 16 };

export function difficultyAsked(profile: VerifiedEvent): number {
  if (profile.kind !== PROFILE) return 0;
  const content = contentOf(profile);
  if (typeof content !== "object" || content === null || !Object.hasOwn(content, "alias_difficulty")) return 0;
  const { alias_difficulty: asked } = content as { readonly alias_difficulty: unknown };
  const isNumber = typeof asked === "number" && Number.isInteger(asked) && asked >= 0;
  return isNumber ? Math.min(asked, MAX_DIFFICULTY) : 0;
}

function contentOf(profile: VerifiedEvent): unknown {
  try {
    return parseJson(profile.content, "profile", LIMITS);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
