/**
 * Reads an inner event: is its kind allowed at the key it was sent to, does it name a channel, are its fields sound?
 *
 * Spec: docs/spec/channels.md, CHANNEL-1, 2, 5, 6, 9. Foreign variants of the draft's author are read: `e` without
 * marker for the channel in 401, 402 and 405, 406 without root, 400 and 404 without the channel's pubkey. What the
 * author may do is not said here.
 */
import { type EventId, eventId, fromHex, type PubkeyHex, pubkeyHex, toHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import { readShape } from "../json.ts";
import type { Tag } from "../nostr/event.ts";
import { tagsNamed, tagValue } from "../nostr/tags.ts";
import { Secret } from "../secret.ts";
import { MAX_LIFETIME, readExpiration } from "./expiration.ts";
import type { Create, Fact } from "./fact.ts";
import { type Form, type InnerEvent, JSON_LIMITS } from "./inner-event.ts";
import { ACCEPT, CHANGE, CREATE, DELEGATE, INVITATION, isCarried, isReservedKind, MESSAGE, MOVED } from "./kinds.ts";
import { type Metadata, metadataShape, readRelays } from "./metadata.ts";
import type { FieldReason } from "./reason.ts";

export type ReadFact =
  | { readonly ok: true; readonly fact: Fact }
  | { readonly ok: false; readonly reason: FieldReason };
/** Whose key the wrap was addressed to. */
export type Place = "channel" | "person";

/** Thrown and caught inside this file only. */
class Fault {
  readonly reason: FieldReason;
  constructor(reason: FieldReason) {
    this.reason = reason;
  }
}

type Fields = InnerEvent["fields"];

export function readFact(inner: InnerEvent, place: Place, curve: Curve): ReadFact {
  try {
    return { ok: true, fact: Object.freeze(read(inner.fields, inner.form, place, curve)) };
  } catch (fault) {
    if (fault instanceof Fault) return { ok: false, reason: fault.reason };
    throw fault;
  }
}

function read(fields: Fields, form: Form, place: Place, curve: Curve): Fact {
  const { id, author, time, kind, tags, content } = fields;
  if (isReservedKind(kind)) throw new Fault("kind-reserved");
  const personal = kind === INVITATION || (kind === MOVED && place === "person");
  if ((place === "person") !== personal) {
    throw new Fault(kind !== INVITATION && !isCarriedOrOurs(kind) ? "kind-envelope" : "wrong-destination");
  }
  const lifetime = readExpiration(tags, time);
  if (!lifetime.ok) throw new Fault(lifetime.reason);
  const common = { id, author, time, expiration: lifetime.expiration, form };
  switch (kind) {
    case CREATE:
      return readCreate(fields, common);
    case INVITATION: {
      const channel = firstBare(tags);
      const { secret } = readSecret(tags, curve);
      return {
        ...common,
        type: "invitation",
        channel,
        secret,
        relays: readRelays(tags),
        accepts: marked(tags, "accept"),
        words: content,
      };
    }
    case CHANGE: {
      const relays = tagsNamed(tags, "r").length === 0 ? undefined : readRelays(tags);
      const channel = root(tags, "bare");
      return { ...common, type: "change", channel, tenure: tenure(tags), metadata: metadata(content), relays };
    }
    case MESSAGE:
      return { ...common, type: "message", channel: root(tags), reply: marked(tags, "reply")[0], text: content };
    case MOVED:
      return place === "person" ? readMove(fields, common, curve) : readNotice(fields, common);
    case DELEGATE: {
      const people = tagsNamed(tags, "p");
      const to = pubkeyHex(people[0]?.[1]);
      const channel = root(tags, "bare");
      if (people.length !== 1 || to === undefined) throw new Fault("offer-shape");
      return { ...common, type: "offer", channel, to, tenure: tenure(tags) };
    }
    case ACCEPT: {
      const bare = bareIds(tags);
      if (bare.length !== 1) throw new Fault("accept-shape");
      const channel = tags.some((tag) => tag[0] === "e" && tag[3] === "root") ? root(tags) : undefined;
      return { ...common, type: "accept", offer: bare[0]!, channel, seen: marked(tags, "seen") };
    }
    default:
      if (!isCarried(kind)) throw new Fault("kind-envelope");
      return { ...common, type: "carried", channel: root(tags), kind, tags, content };
  }
}

function isCarriedOrOurs(kind: number): boolean {
  return isCarried(kind) || (kind >= CREATE && kind <= ACCEPT);
}

type Common = Pick<Fact, "id" | "author" | "time" | "expiration" | "form">;

function readCreate({ tags, content, time }: Fields, common: Common): Create {
  const sec = tagValue(tags, "sec");
  if (sec !== undefined && sec !== "sealed" && sec !== "signed") throw new Fault("form-unknown");
  if (common.expiration !== undefined && common.expiration - time > MAX_LIFETIME) throw new Fault("expiration-range");
  const asks = sec ?? "signed";
  return { ...common, type: "create", key: key(tags), metadata: metadata(content), relays: readRelays(tags), asks };
}

function readMove({ tags, content }: Fields, common: Common, curve: Curve): Fact {
  const [channel, next, ...more] = bareIds(tags);
  if (channel === undefined || next === undefined || more.length > 0) throw new Fault("move-shape");
  if (channel === next) throw new Fault("moved-to-itself");
  const { secret, pubkey } = readSecret(tags, curve);
  const named = key(tags);
  if (named !== undefined && named !== pubkey) throw new Fault("key-mismatch");
  const accepts = marked(tags, "accept");
  return { ...common, type: "move", channel, next, secret, tenure: tenure(tags), accepts, words: content };
}

/** CHANNEL-5: a removed person reads it, so a notice that says more than it must is refused. */
function readNotice({ tags }: Fields, common: Common): Fact {
  const moved = tagsNamed(tags, "moved");
  const [channel, ...more] = bareIds(tags);
  const fingerprint = moved[0]?.[1];
  const plainNotice = moved.length === 1 && more.length === 0 && tagsNamed(tags, "privkey").length === 0;
  if (channel === undefined || fingerprint === undefined || !plainNotice) throw new Fault("notice-shape");
  if (fromHex(fingerprint, 32) === undefined) throw new Fault("notice-shape");
  return { ...common, type: "notice", channel, moved: fingerprint, tenure: tenure(tags) };
}

function metadata(content: string): Metadata {
  try {
    return readShape(metadataShape, content, "metadata", JSON_LIMITS);
  } catch (error) {
    if (error instanceof WireError) throw new Fault("metadata");
    throw error;
  }
}

/** The channel's pubkey where one is named (CHANNEL-1). */
function key(tags: readonly Tag[]): PubkeyHex | undefined {
  const found = tagsNamed(tags, "p");
  if (found.length === 0) return undefined;
  const named = pubkeyHex(found[0]![1]);
  if (found.length > 1 || named === undefined) throw new Fault("tag-shape");
  return named;
}

function readSecret(tags: readonly Tag[], curve: Curve): { readonly secret: Secret; readonly pubkey: string } {
  const found = tagsNamed(tags, "privkey");
  if (found.length !== 1) throw new Fault("secret-missing");
  const bytes = fromHex(found[0]![1] ?? "", 32);
  const zero = bytes?.every((byte) => byte === 0) ?? true;
  if (bytes === undefined || zero || toHex(curve.scalarReduce(bytes)) !== found[0]![1]) throw new Fault("secret-range");
  const secret = Secret.from(bytes, curve);
  return { secret, pubkey: toHex(secret.pubkey) };
}

function id(tag: Tag): EventId {
  const value = eventId(tag[1]);
  if (value === undefined) throw new Fault("tag-shape");
  return value;
}

function marked(tags: readonly Tag[], marker: string): readonly EventId[] {
  return Object.freeze(tags.filter((tag) => tag[0] === "e" && tag[3] === marker).map(id));
}

/** `e` tags whose meaning is their position, as the draft has them. */
function bareIds(tags: readonly Tag[]): readonly EventId[] {
  return tags.filter((tag) => tag[0] === "e" && (tag[3] === undefined || tag[3] === "")).map(id);
}

function firstBare(tags: readonly Tag[]): EventId {
  const first = bareIds(tags)[0];
  if (first === undefined) throw new Fault("root-missing");
  return first;
}

/** CHANNEL-6: the ticket. */
function root(tags: readonly Tag[], fallback: "none" | "bare" = "none"): EventId {
  const roots = new Set(marked(tags, "root"));
  if (roots.size > 1) throw new Fault("root-ambiguous");
  const [only] = roots;
  if (only !== undefined) return only;
  if (fallback === "none") throw new Fault("root-missing");
  return firstBare(tags);
}

function tenure(tags: readonly Tag[]): EventId | undefined {
  const found = marked(tags, "tenure");
  if (found.length > 1) throw new Fault("tag-shape");
  return found[0];
}
