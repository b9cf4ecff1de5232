/**
 * What one authentic alias event says, without its cryptography: the material from which the state is computed.
 *
 * Spec: docs/spec/alias.md §3. A fact is a function of the event and of who reads it, so two readers who hold the same
 * events hold the same facts, each calling himself "me". Nothing in it is secret but the fact that it exists.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { hexText, integer, object, oneOf, type Shape } from "../json.ts";

export type Person = "me" | "peer";
/** How an event shows who really made it: our `bind`, or the alias that the author's own code would derive. */
export type Variant = "bound" | "0xchat-v1";
export type Cipher = "nip04" | "nip44";

interface Said {
  readonly id: EventId;
  readonly by: Person;
  /** The author of the event. */
  readonly alias: PubkeyHex;
  readonly at: number;
  readonly variant: Variant;
  readonly cipher: Cipher;
}

export interface RequestFact extends Said {
  readonly kind: "request";
  /** NIP-40: after this time a request that nobody answered is withdrawn. */
  readonly expires?: number;
}

export interface AnswerFact extends Said {
  readonly kind: "accept" | "reject";
  /** The alias it is sent to. */
  readonly to: PubkeyHex;
  /** Absent from what 0xchat-v1 writes. */
  readonly request?: EventId;
}

export interface RemoveFact extends Said {
  readonly kind: "remove";
  readonly to: PubkeyHex;
}

export type Fact = RequestFact | AnswerFact | RemoveFact;

const key = hexText(32) as Shape<PubkeyHex>;
const id = hexText(32) as Shape<EventId>;
const said = {
  id,
  by: oneOf("me", "peer"),
  alias: key,
  at: integer(),
  variant: oneOf("bound", "0xchat-v1"),
  cipher: oneOf("nip04", "nip44"),
} as const;
const request = object({ kind: oneOf("request"), ...said }, { optional: { expires: integer() } });
const answer = object({ kind: oneOf("accept", "reject"), ...said, to: key }, { optional: { request: id } });
const remove = object({ kind: oneOf("remove"), ...said, to: key });

/** As it stands in the contacts list. */
export const factShape: Shape<Fact> = {
  read: (value, path) => {
    const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
    if (kind === "request") return request.read(value, path);
    return kind === "remove" ? remove.read(value, path) : answer.read(value, path);
  },
  write: (fact) => {
    if (fact.kind === "request") return request.write(fact);
    return fact.kind === "remove" ? remove.write(fact) : answer.write(fact);
  },
};

/** The same fact as the other person holds it. */
export function mirrorFact<F extends Fact>(fact: F): F {
  return { ...fact, by: fact.by === "me" ? "peer" : "me" };
}
