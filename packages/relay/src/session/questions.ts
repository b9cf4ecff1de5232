/**
 * May this be asked, by whoever is on the connection? It depends on the question and on who asks, never on what is
 * stored. Spec: NIP-01, NIP-42, NIP-50, NIP-17 and NIP-59 (who may ask for private kinds), PROOF-14.
 */
import type { Filter } from "@subrosa/core/nostr/filter";
import { isPrivateKind } from "../event/kind.ts";
import { imagesNow, isSomebody, type Present } from "./admissions.ts";

export interface QuestionRules {
  readonly maxSubscriptions: number;
  /** Everybody must authenticate before he may ask. */
  readonly authToRead: boolean;
  /** Only these, and who was admitted without a name, may ask. */
  readonly readers?: ReadonlySet<string>;
  /** NIP-50: what is wrong with this search, or undefined. */
  readonly searchFault: (search: string) => string | undefined;
}

interface Asking extends Present {
  readonly subscriptions: ReadonlyMap<unknown, unknown>;
  readonly tasks: ReadonlyMap<unknown, unknown>;
}

export function refusedQuestion(
  session: Asking,
  filters: readonly Filter[],
  rules: QuestionRules,
  now: number,
): string | undefined {
  if (session.subscriptions.size + session.tasks.size >= rules.maxSubscriptions) {
    return `rate-limited: at most ${rules.maxSubscriptions} subscriptions at a time; close one first`;
  }
  for (const { search } of filters) {
    const fault = search === undefined ? undefined : rules.searchFault(search);
    if (fault !== undefined) return `unsupported: ${fault}`;
  }
  const stranger = refusedStranger(session, rules, now);
  if (stranger !== undefined) return stranger;
  if (session.keys.size > 0 || !filters.every((filter) => asksOnlyForPrivate(filter))) return undefined;
  return "auth-required: these kinds are served to their recipients only";
}

function refusedStranger(session: Asking, { authToRead, readers }: QuestionRules, now: number): string | undefined {
  if (!authToRead && readers === undefined) return undefined;
  if (!isSomebody(session, now)) return "auth-required: this relay answers members only";
  const isKnown = readers === undefined || [...session.keys].some((key) => readers.has(key));
  if (isKnown || imagesNow(session, now).length > 0) return undefined;
  return "restricted: this relay answers members only";
}

function asksOnlyForPrivate(filter: Filter): boolean {
  return filter.kinds !== undefined && filter.kinds.length > 0 && filter.kinds.every(isPrivateKind);
}
