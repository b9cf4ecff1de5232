/**
 * Did one of the named keys sign this, and what exactly did he sign? (docs/spec/member-proofs.md, NIP97-0 … NIP97-8)
 *
 * The level that the tag claims is the level that is checked; there is no falling back to a weaker one. Words alone
 * (`content`) earn no badge: anyone can repost them. Shape, id and signature of the event come first.
 */
import { type EventId, eventId, fromHex } from "../bytes.ts";
import { VerifiedEvent } from "../nostr/event.ts";
import type { ExpectedImage } from "../ring/blsag.ts";
import { finish } from "../ring/progress.ts";
import type { Ring } from "../ring/ring.ts";
import type { RingShelf } from "../ring/ring-shelf.ts";
import type { SagDialect } from "../ring/sag.ts";
import { type RingSignatureVerdict, verifyRingSignatureInSteps } from "../ring/verify-ring-signature.ts";
import {
  type BindingLevel,
  contentMessage,
  EVENT_BINDING,
  eventMessage,
  isReplaceable,
  MEMBERS_TAG,
  namedAuthor,
  SIGNATURE_TAG,
} from "./message.ts";
import { type CheckedEvent, checkNested } from "./nested.ts";
import type { Nip97Reason } from "./reasons.ts";

export const ANNOUNCEMENT_KIND = 2001;

export interface RingSigned {
  readonly ok: true;
  readonly level: BindingLevel;
  readonly n: number;
  readonly scheme: "sag" | "blsag";
  /** Of a SAG. */
  readonly dialect?: SagDialect;
  /** Of a bLSAG: 66 lowercase hex digits. */
  readonly keyImage?: string;
  /** Of a bLSAG, lowercase hex; absent when none was used. */
  readonly flag?: string;
  /** May the image be compared with others? Never without the expected flag and ring. */
  readonly linkable?: boolean;
  /** May this be shown as a member's event? */
  readonly badge: boolean;
  /** Of kind 2001: does it announce its key as a lasting pseudonym? */
  readonly announcement?: boolean;
  readonly variant?: "nested";
}

export interface Revocation {
  readonly ok: true;
  readonly revokes: EventId;
}

export type Nip97Verdict = RingSigned | Revocation | { readonly ok: false; readonly reason: Nip97Reason };

export interface Nip97Options {
  /** Read the draft's nested members too: for files, never for what a relay sends. */
  readonly nested?: boolean;
  /** Under which flag and over which ring a bLSAG's image would count. */
  readonly expected?: ExpectedImage;
}

/** Of an event as it came, of any shape. */
export function verifyRingEvent(value: unknown, shelf: RingShelf, options: Nip97Options = {}): Nip97Verdict {
  return finish(verifyRingEventInSteps(value, shelf, options));
}

/** As `verifyRingEvent`; yields the number of keys done. */
export function* verifyRingEventInSteps(
  value: unknown,
  shelf: RingShelf,
  options: Nip97Options = {},
): Generator<number, Nip97Verdict> {
  const checked = check(value, shelf, options);
  if (!checked.ok) return { ok: false, reason: checked.reason };
  const { event } = checked;
  const revocation = readRevocation(event);
  if (revocation !== undefined) return revocation;
  const claim = yield* readClaim(event, shelf);
  if (!claim.ok) return claim;
  const { signature, ring, level } = claim;
  const isEvent = level === "event";
  const verdict = yield* verifyRingSignatureInSteps({
    ...{ signature, ring, message: isEvent ? eventMessage(event) : contentMessage(event) },
    ...(isEvent ? { dialects: ["rs"] } : {}),
    ...(options.expected === undefined ? {} : { expected: options.expected }),
  });
  return verdict.ok ? describe(verdict, level, event) : verdict;
}

function check(value: unknown, { curve }: RingShelf, { nested = false }: Nip97Options): CheckedEvent {
  if (VerifiedEvent.is(value)) return { ok: true, event: value };
  const flat = VerifiedEvent.check(value, curve);
  return flat.ok || !nested || flat.reason !== "event-shape" ? flat : checkNested(value, curve);
}

type ReadEvent = Extract<CheckedEvent, { ok: true }>["event"];

/** The members as strings, where the draft's nested form was read. */
function membersOf(event: ReadEvent): readonly (readonly string[])[] {
  const tags = event.tags.filter((tag) => tag[0] === MEMBERS_TAG);
  return tags.map((tag) => tag.slice(1).flat());
}

function refuse(reason: Nip97Reason): { readonly ok: false; readonly reason: Nip97Reason } {
  return { ok: false, reason };
}

/** NIP97-3. */
function readRevocation(event: ReadEvent): Nip97Verdict | undefined {
  const revokes = event.tags.filter((tag) => tag[0] === "revoke");
  const [tag, ...more] = revokes;
  if (event.kind !== ANNOUNCEMENT_KIND || tag === undefined) return undefined;
  if (event.tags.some(([name]) => name === SIGNATURE_TAG || name === MEMBERS_TAG)) return refuse("ringsig-binding");
  const id = tag.length === 2 ? eventId(tag[1]) : undefined;
  return id === undefined || more.length > 0 ? undefined : { ok: true, revokes: id };
}

interface Claim {
  readonly ok: true;
  readonly signature: string;
  readonly ring: Ring;
  readonly level: BindingLevel;
}

type Claimed = Claim | { readonly ok: false; readonly reason: Nip97Reason };

function* readClaim(event: ReadEvent, shelf: RingShelf): Generator<number, Claimed> {
  const [tag, ...moreSignatures] = event.tags.filter(([name]) => name === SIGNATURE_TAG);
  const signature = tag?.[1];
  if (tag === undefined || typeof signature !== "string") return refuse("ringsig-missing");
  if (moreSignatures.length > 0) return refuse("ringsig-many");
  const [members, ...moreMembers] = membersOf(event);
  if (members === undefined) return refuse("members-missing");
  if (moreMembers.length > 0) return refuse("members-many");
  const opening = yield* shelf.openInSteps(members);
  if (!opening.ok) return refuse(opening.reason);
  if (opening.ring.has(fromHex(event.pubkey)!)) return refuse("ring-self");
  const [, , binding, ...rest] = tag;
  if (rest.length > 0 || (binding !== undefined && binding !== EVENT_BINDING)) return refuse("ringsig-binding");
  if (binding === EVENT_BINDING) return { ok: true, signature, ring: opening.ring, level: "event" };
  if (event.content === "") return refuse("ringsig-empty");
  const level = namedAuthor(event.content, event.pubkey) === "own" ? "pubkey" : "content";
  return { ok: true, signature, ring: opening.ring, level };
}

function describe(
  verdict: RingSignatureVerdict & { readonly ok: true },
  level: BindingLevel,
  event: ReadEvent,
): RingSigned {
  const isBound = level !== "content";
  const scheme =
    verdict.scheme === "sag"
      ? { scheme: verdict.scheme, dialect: verdict.dialect }
      : { scheme: verdict.scheme, keyImage: verdict.keyImage, linkable: verdict.linkable, ...flagOf(verdict) };
  return {
    ...{ ok: true, level, n: verdict.n, ...scheme },
    badge: isReplaceable(event.kind) ? level === "event" : isBound,
    ...(event.kind === ANNOUNCEMENT_KIND ? { announcement: isBound } : {}),
    ...(VerifiedEvent.is(event) ? {} : { variant: "nested" }),
  };
}

function flagOf({ flag }: { readonly flag?: string }): { readonly flag?: string } {
  return flag === undefined ? {} : { flag };
}
