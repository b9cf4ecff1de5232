/**
 * How to write to one peer: sealed by default, plain to somebody who reads nothing else (ALIAS-3), and what plain gives
 * away, as data.
 *
 * Spec: docs/spec/alias.md ALIAS-3, §4. A function of the facts: who has written as 0xchat-v1 does reads plain events,
 * and NIP-04 until he has shown that he reads NIP-44. A person may choose otherwise; the leaks are there to be shown.
 */
import type { Cipher, Fact } from "./fact.ts";

export type Manner =
  | { readonly mode: "sealed"; readonly cipher: "nip44" }
  | { readonly mode: "plain"; readonly cipher: Cipher };
export type Mode = Manner["mode"];

export function mannerFor(facts: readonly Fact[], chosen?: Mode): Manner {
  const theirs = facts.filter(({ by }) => by === "peer");
  const mode = chosen ?? (theirs.some(({ variant }) => variant === "0xchat-v1") ? "plain" : "sealed");
  if (mode === "sealed") return { mode, cipher: "nip44" };
  return { mode, cipher: theirs.some(({ cipher }) => cipher === "nip44") ? "nip44" : "nip04" };
}

export interface Leak {
  readonly leak: "recipient" | "peer-alias" | "pattern" | "real-key-once-broken";
  readonly sentence: string;
}

/** Nothing links two keys in sealed mode: relays see one-time keys, the addressee, and sizes. */
export const SEALED_LEAKS: readonly Leak[] = Object.freeze([]);

export const PLAIN_LEAKS: readonly Leak[] = Object.freeze([
  {
    leak: "recipient",
    sentence: "Everybody sees that some alias asks the real key of the person you write to.",
  },
  {
    leak: "peer-alias",
    sentence:
      "Everybody sees which alias answers, so that person's alias is linked to their real key; only the asker is hidden.",
  },
  {
    leak: "pattern",
    sentence: "Everybody sees when the two aliases ask, answer, end and write, and how much.",
  },
  {
    leak: "real-key-once-broken",
    sentence: "NIP-04 keeps nothing but the words secret, and every word opens to whoever gets one of the keys later.",
  },
] as const);

export function leaksOf({ mode }: Manner): readonly Leak[] {
  return mode === "plain" ? PLAIN_LEAKS : SEALED_LEAKS;
}
