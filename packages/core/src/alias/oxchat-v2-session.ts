/**
 * A session of 0xchat's later form: where it stands, its key, and the messages under that key.
 *
 *   requested | requested-by-peer → active → closed, and rejected          key = SHA256( x( ECDH of the two aliases ) )
 *
 * Spec: docs/spec/alias.md §5. The state is a function of the set of events of one session, as in relation.ts: a close
 * by either side ends it for good, of two answers the later counts (on a tie the reject), and the newest alias of each
 * side is the one to use. A message is a kind 14 rumor by the real key, sealed to the session's public key and wrapped
 * by its secret key, as that app expects; so it shows its author to whoever holds the session key.
 */
import { type EventId, fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { sha256 } from "../hash.ts";
import { plain, toRumor, type VerifiedEvent } from "../nostr/event.ts";
import { backdate, openWrap, seal, wrap } from "../nostr/nip59.ts";
import { Secret } from "../secret.ts";
import type { SessionEvent } from "./oxchat-v2.ts";
import { MAX_AHEAD } from "./relation.ts";

/** Aliases of sessions are derived as ALIAS-1 says, from this index on, so they never meet those of draft 3. */
export const FIRST_SESSION_INDEX = 0x8000_0000;

export type Session =
  | { readonly kind: "unknown" }
  | { readonly kind: "requested" | "requested-by-peer" }
  | { readonly kind: "active"; readonly mine: PubkeyHex; readonly theirs: PubkeyHex }
  | { readonly kind: "rejected" | "closed" };

export function sessionOf(
  id: EventId,
  events: Iterable<SessionEvent>,
  { me, now }: { readonly me: PubkeyHex; readonly now: number },
): Session {
  const counted = [...events].filter(({ session, at }) => session === id && at <= now + MAX_AHEAD);
  const request = counted.find((event) => event.kind === "request");
  if (request === undefined) return { kind: "unknown" };
  const between = counted.filter(
    ({ from, to }) => (from === request.from && to === request.to) || (from === request.to && to === request.from),
  );
  if (between.some(({ kind }) => kind === "close")) return { kind: "closed" };
  const answer = newest(between.filter(({ kind, from }) => isAnswer(kind) && from === request.to));
  if (answer === undefined) return { kind: request.from === me ? "requested" : "requested-by-peer" };
  if (answer.kind === "reject") return { kind: "rejected" };
  const aliasOf = (person: PubkeyHex): PubkeyHex => {
    const latest = newest(between.filter((event) => "alias" in event && event.from === person));
    return latest !== undefined && "alias" in latest ? latest.alias : request.alias;
  };
  const peer = request.from === me ? request.to : request.from;
  return { kind: "active", mine: aliasOf(me), theirs: aliasOf(peer) };
}

const isAnswer = (kind: SessionEvent["kind"]): boolean => kind === "accept" || kind === "reject";

function newest(events: readonly SessionEvent[]): SessionEvent | undefined {
  return [...events].sort(
    (a, b) => b.at - a.at || Number(b.kind === "reject") - Number(a.kind === "reject") || (a.id < b.id ? -1 : 1),
  )[0];
}

/** The key of a session: both sides compute it, and read and wrap with it. */
export function sessionKey(alias: Secret, peerAlias: PubkeyHex, curve: Curve): Secret {
  const shared = curve.ecdh(alias.expose(), fromHex(peerAlias)!);
  if (shared === undefined) throw new UsageError("usage/point", "the peer's alias is not on the curve");
  const scalar = sha256(shared);
  shared.fill(0);
  const key = Secret.from(scalar, curve);
  scalar.fill(0);
  return key;
}

export interface SessionMessage {
  readonly id: EventId;
  readonly from: PubkeyHex;
  readonly text: string;
  readonly at: number;
}

export function writeSessionMessage(
  { text, to, now }: { readonly text: string; readonly to: PubkeyHex; readonly now: number },
  { real, session }: { readonly real: Secret; readonly session: Secret },
  random: RandomSource,
  curve: Curve,
): VerifiedEvent {
  const template = { kind: 14, created_at: now, tags: [["p", to]], content: text };
  const rumor = toRumor(template, toHex(real.pubkey) as PubkeyHex);
  const recipient = toHex(session.pubkey) as PubkeyHex;
  const past = (): number => backdate(now, random(8));
  const sealed = seal(rumor, { author: real, recipient, created_at: past() }, random, curve);
  const inputs = { oneTime: session, recipient, created_at: past() };
  return wrap(JSON.stringify(plain(sealed)), inputs, random, curve);
}

/** Undefined where it is not a message of this session between these two people. */
export function readSessionMessage(
  wrapped: VerifiedEvent,
  session: Secret,
  people: readonly [PubkeyHex, PubkeyHex],
  curve: Curve,
): SessionMessage | undefined {
  const opened = openWrap(wrapped, session, curve);
  if (!opened.ok || opened.rumor.kind !== 14 || !people.includes(opened.rumor.pubkey)) return undefined;
  const { id, pubkey: from, content: text, created_at: at } = opened.rumor;
  return { id, from, text, at };
}
