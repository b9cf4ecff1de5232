/**
 * The contacts list: what another device of ours needs to go on where this one is.
 *
 *   kind 30078, d = "subrosa/contacts" (then "subrosa/contacts/1", …), content NIP-44 to oneself of
 *   {"v": 1, "contacts": [{"peer", "facts": […], "sessions": […]}]}
 *
 * Spec: docs/spec/alias.md ALIAS-1, ALIAS-10. Indexes and states are not written but derived from the facts, so they
 * can't disagree with them. Lists are merged by union: two devices that write at once lose nothing, in whatever order
 * relays replace one with the other. Facts that can no longer decide anything are left out.
 */
import { fromHex, type PubkeyHex, toHex, utf8 } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError, WireError } from "../errors.ts";
import { hexText, integer, list, object, oneOf, readShape, type Shape, type ShapeValue, writeShape } from "../json.ts";
import { signEvent, type VerifiedEvent } from "../nostr/event.ts";
import { ConversationKey, decrypt, encrypt, MAX_PLAINTEXT } from "../nostr/nip44.ts";
import { onlyTag } from "../nostr/tags.ts";
import type { Secret } from "../secret.ts";
import { type Fact, factShape } from "./fact.ts";

export const APP_DATA = 30_078;
export const CONTACTS = "subrosa/contacts";
const MAX_FACTS = 1_000;
const MAX_CONTACTS = 1_000;
const LIMITS = { maxLength: MAX_PLAINTEXT, maxDepth: 8 };

const key = hexText(32) as Shape<PubkeyHex>;
/** A session of 0xchat's later form: its id, and the index of the alias we use in it. */
const session = object({ id: hexText(32), index: integer({ max: 0xffff_ffff }) });
const contact = object({ peer: key, facts: list(factShape, { max: MAX_FACTS }), sessions: list(session, { max: 64 }) });
export type Contact = ShapeValue<typeof contact>;
const page = object({ v: oneOf(1), contacts: list(contact, { max: MAX_CONTACTS }) }, { unknown: "ignore" });

/** One event per page; each page can be read alone. */
export function writeContacts(
  contacts: readonly Contact[],
  { real, now }: { readonly real: Secret; readonly now: number },
  random: RandomSource,
  curve: Curve,
): readonly VerifiedEvent[] {
  using conversation = ConversationKey.between(real, real.pubkey, curve)!;
  return pagesOf(mergeContacts(contacts, [], now)).map((text, i) => {
    const tags = [["d", i === 0 ? CONTACTS : `${CONTACTS}/${i}`]];
    const content = encrypt(text, conversation, random(32));
    return signEvent({ kind: APP_DATA, created_at: now, tags, content }, real, random(32), curve);
  });
}

function pagesOf(contacts: readonly Contact[]): readonly string[] {
  const text = writeShape(page, { v: 1, contacts });
  if (utf8(text).length <= MAX_PLAINTEXT && contacts.length <= MAX_CONTACTS) return [text];
  if (contacts.length <= 1) throw new UsageError("usage/too-long", "one contact does not fit; prune its facts first");
  const half = contacts.length >> 1;
  return [...pagesOf(contacts.slice(0, half)), ...pagesOf(contacts.slice(half))];
}

export type ReadContacts =
  | { readonly ok: true; readonly contacts: readonly Contact[] }
  | { readonly ok: false; readonly reason: "not-contacts" | "decrypt" | "shape" };

export function readContacts(event: VerifiedEvent, real: Secret, curve: Curve): ReadContacts {
  const d = onlyTag(event.tags, "d")?.[1];
  const isPage = d === CONTACTS || d?.startsWith(`${CONTACTS}/`) === true;
  if (event.kind !== APP_DATA || event.pubkey !== toHex(real.pubkey) || !isPage) {
    return { ok: false, reason: "not-contacts" };
  }
  using conversation = ConversationKey.between(real, fromHex(event.pubkey)!, curve)!;
  const opened = decrypt(event.content, conversation);
  if (!opened.ok) return { ok: false, reason: "decrypt" };
  try {
    return { ok: true, contacts: readShape(page, opened.plaintext, "contacts", LIMITS).contacts };
  } catch (error) {
    if (error instanceof WireError) return { ok: false, reason: "shape" };
    throw error;
  }
}

/** The union, sorted, without what can no longer decide anything. */
export function mergeContacts(a: readonly Contact[], b: readonly Contact[], now: number): readonly Contact[] {
  const peers = [...new Set([...a, ...b].map(({ peer }) => peer))].sort();
  return peers.map((peer) => {
    const both = [...a, ...b].filter((contact) => contact.peer === peer);
    return {
      peer,
      facts: deciding(byId(both.flatMap(({ facts }) => facts)), now),
      sessions: byId(both.flatMap(({ sessions }) => sessions)),
    };
  });
}

function byId<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  const unique = new Map(items.map((item) => [item.id, item]));
  return [...unique.values()].sort((x, y) => (x.id < y.id ? -1 : 1));
}

/**
 * ALIAS-7: what a removed alias said is over for good, whatever else comes. What 0xchat-v1 says is judged by time and
 * stays; so does everything while a removal is dated ahead of us, for it may be held back elsewhere.
 */
function deciding(facts: readonly Fact[], now: number): readonly Fact[] {
  const removals = facts.filter(({ kind, at }) => kind === "remove" && at <= now);
  const removed = new Set(removals.flatMap((fact) => ("to" in fact ? [fact.alias, fact.to] : [])));
  return facts.filter((fact) => fact.kind === "remove" || fact.variant === "0xchat-v1" || !removed.has(fact.alias));
}
