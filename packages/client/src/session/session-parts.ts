/**
 * Opens the parts of a session in the order in which they need each other, and closes them the other way round.
 *
 * One inbox: what is wrapped to the person goes to contacts, then to channels, then to private messages, until somebody
 * takes it. With a signer who asks, it waits in private messages until the person opens it, and channels get theirs from
 * there. Others' relay lists are asked for on sockets that are nobody's, once before the first thing is sent to them.
 */
import { AliasKeyring } from "@subrosa/core/alias/keyring";
import type { PubkeyHex } from "@subrosa/core/bytes";
import { type EventTemplate, type SignedEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { type AskRelay, relayInformation } from "../relay/information.ts";
import type { Presence } from "../relay/network.ts";
import { localSigner } from "../signer/local-signer.ts";
import { openSigner, type Signer } from "../signer/signer.ts";
import { type AnonymousPost, postAnonymously } from "./anonymous-post.ts";
import { type Channels, openChannels } from "./channels.ts";
import { Conversations } from "./conversations.ts";
import { type Correspondence, type Ingested, openCorrespondence } from "./correspondence.ts";
import type { Sender } from "./delivery.ts";
import { type Direct, openDirect } from "./direct.ts";
import type { Tried } from "./direct-opening.ts";
import { type Drafts, openDrafts } from "./drafts.ts";
import { Feed } from "./feed.ts";
import { Finder } from "./finder.ts";
import { type Groups, openGroups } from "./groups.ts";
import { signAs } from "./identity.ts";
import { type KnownRings, openKnownRings } from "./known-rings.ts";
import { type Lists, openLists } from "./lists.ts";
import { type Marks, openMarks } from "./marks.ts";
import { Media } from "./media.ts";
import { localMemberSigner, remoteMemberSigner } from "./member-signer.ts";
import { keyOpener, signerOpener } from "./opener.ts";
import { type Outbox, openOutbox } from "./outbox.ts";
import { openPolls, type Polls } from "./polls.ts";
import { Profiles } from "./profiles.ts";
import { openPseudonyms, type Pseudonyms } from "./pseudonyms.ts";
import { RelayLists } from "./relay-lists.ts";
import { openReplaceables } from "./replaceable.ts";
import type { SessionOptions } from "./session-options.ts";
import { minerInPlace } from "./work.ts";

/** Kinds of our own that follow us: profile, follows, muted, relays, private relays, lists of people. */
const OURS = [0, 3, 10_000, 10_002, 10_050, 30_000];
/** Milliseconds that a relay may take to say where somebody reads. */
const REACH_TIMEOUT = 5_000;
/** Seconds before somebody who has not said where he reads is asked about again. */
const ASK_AGAIN = 3_600;

/** What a session is made of. */
export interface SessionParts {
  /** What goes out, relay by relay: what became of it, resend, forget. */
  readonly outbox: Outbox;
  /** People by alias. */
  readonly contacts: Correspondence | undefined;
  readonly groups: Groups | undefined;
  readonly channels: Channels | undefined;
  /** Private messages with other programs; with a signer who asks, everything wrapped to us waits here for `open`. */
  readonly direct: Direct;
  readonly profiles: Profiles;
  readonly relayLists: RelayLists;
  /** Followed, muted, blocked. */
  readonly lists: Lists | undefined;
  readonly drafts: Drafts;
  /** What was read. */
  readonly marks: Marks;
  /** Every conversation of whatever kind: for export. */
  readonly conversations: Conversations;
  /** Messages by their words, in all conversations. */
  readonly finder: Finder;
  /** Files in conversations; there where the host has handed in how to reach media servers. */
  readonly media: Media | undefined;
  /** Posts as one of many, out as nobody; with a signer elsewhere the page of its own provider does it. */
  readonly post: ((post: AnonymousPost) => ReturnType<typeof postAnonymously>) | undefined;
  /** The four that judge proofs are there where the host has handed a judge in. */
  readonly rings: KnownRings | undefined;
  readonly feed: Feed | undefined;
  readonly polls: Polls | undefined;
  readonly pseudonyms: Pseudonyms | undefined;
}

type Opened = { readonly parts: SessionParts; readonly close: () => Promise<void> };

export async function openParts(options: SessionOptions): Promise<Opened> {
  const closing: (AsyncDisposable | Disposable)[] = [];
  const close = async (): Promise<void> => {
    for (const part of closing.splice(0).reverse()) {
      if (Symbol.asyncDispose in part) await part[Symbol.asyncDispose]();
      else part[Symbol.dispose]();
    }
  };
  const keep = <P extends AsyncDisposable | Disposable>(part: P): P => {
    closing.push(part);
    return part;
  };
  try {
    return { parts: await assemble(options, keep), close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

type Keep = <P extends AsyncDisposable | Disposable>(part: P) => P;

async function assemble(options: SessionOptions, keep: Keep): Promise<SessionParts> {
  const { store, identity, network, relays, clock, random, curve, backoff, difficulty } = options;
  const { pubkey: me } = identity;
  const keys = identity.kind === "own" ? keep(new AliasKeyring(identity.secret, curve)) : undefined;
  const sign = (template: EventTemplate) => signAs(identity, template, random, curve);
  const authenticate = async (template: EventTemplate) => {
    const signed = await sign(template);
    if (signed === undefined) throw new Error("the signer did not sign");
    return signed;
  };
  const own = (): Presence => network.as({ pubkey: me, authenticate });
  const presence = (sender: Exclude<Sender, "nobody">): Presence | undefined => {
    if (sender === me) return own();
    return keys?.find(sender) === undefined ? undefined : network.as({ pubkey: sender });
  };
  const common = { store, network, clock, random, curve };
  const outbox = keep(await openOutbox({ ...common, presence, ...(backoff === undefined ? {} : { backoff }) }));

  const replaceables = keep(await openReplaceables({ ...common, me, outbox, own, relays: () => relays, sign }));
  if (relays.length > 0) keep(replaceables.follow(own(), relays, { kinds: OURS, authors: [me] }));
  const relayLists = new RelayLists({ replaceables, allowPrivate: options.allowPrivateRelays === true });
  const relaysOf = (person: PubkeyHex): readonly string[] => {
    const inbox = relayLists.inboxOf(person).current?.relays ?? [];
    if (person === me) return [...new Set([...relays, ...inbox])];
    const read = inbox.length > 0 ? inbox : (relayLists.of(person).current?.read ?? []);
    return read.length > 0 ? read : relays;
  };
  const reach = reaching(options, relayLists, relaysOf);
  const ask: AskRelay = options.fetch === undefined ? async () => undefined : relayInformation(options.fetch, clock);
  const signer = await signerOf(options);
  const lists = signer && keep(await openLists({ ...common, replaceables, signer }));

  const hasChannels = identity.kind === "own" || identity.signer.capabilities.nip44;
  const channels = hasChannels ? keep(await openChannels({ ...common, identity, outbox, reach, ask })) : undefined;
  const opener =
    identity.kind === "own" ? keep(keyOpener(identity.secret, random, curve)) : signerOpener(identity.signer);
  const direct = keep(
    await openDirect({
      ...{ opener, sign, store, outbox, clock, random, curve },
      inboxOf: (person) => relayLists.inboxOf(person).current?.relays,
      isBlocked: (person) => lists?.has("blocked", person) === true,
      onOther: (tried, event) => {
        network.hearing.during(handOn(channels, tried, event, options)).catch(() => undefined);
      },
    }),
  );
  const others = async (event: VerifiedEvent): Promise<Ingested> => {
    const taken = await channels?.ingest(event);
    if (taken?.ok === true) return taken;
    const refused = await direct.ingest(event);
    return refused === undefined ? { ok: true } : { ok: false, reason: taken?.reason ?? refused };
  };
  const work = difficulty === undefined ? {} : { difficulty };
  const saving = options.saveDelay === undefined ? {} : { saveDelay: options.saveDelay };
  const contacts: Correspondence | undefined =
    keys && keep(await openCorrespondence({ ...common, keys, outbox, relaysOf, reach, others, ...work, ...saving }));
  if (identity.kind === "signer" && relays.length > 0) keep(direct.follow(own(), relaysOf(me)));

  const miner = options.miner ?? minerInPlace(clock);
  const homes = (): readonly string[] => relaysOf(me);
  const groups = hasChannels
    ? keep(await openGroups({ ...common, identity, own, homes, outbox, miner, limitsOf: ask, ...saving }))
    : undefined;
  const profiles = new Profiles({ replaceables, network, relays: () => relays, clock });
  const conversations = new Conversations({ me, contacts, groups, channels, direct, profiles });
  const allowPrivate = options.allowPrivateRelays === true;
  return {
    ...{ outbox, contacts, groups, channels, direct, relayLists, lists, profiles, conversations },
    finder: keep(new Finder(conversations, clock)),
    media: options.mediaFetch && new Media({ fetch: options.mediaFetch, allowPrivate, clock, random, curve }),
    drafts: keep(await openDrafts(common)),
    marks: keep(await openMarks(common)),
    post:
      identity.kind === "own"
        ? (post) => postAnonymously(post, { secret: identity.secret, outbox, clock, random, curve })
        : undefined,
    ...(await judged(options, outbox, sign, keep)),
  };
}

/** What needs somebody who verifies proofs. */
async function judged(
  options: SessionOptions,
  outbox: SessionParts["outbox"],
  sign: (template: EventTemplate) => Promise<VerifiedEvent | undefined>,
  keep: Keep,
): Promise<Pick<SessionParts, "rings" | "feed" | "polls" | "pseudonyms">> {
  const { judge, identity, store, network, clock, random, curve } = options;
  if (judge === undefined) return { rings: undefined, feed: undefined, polls: undefined, pseudonyms: undefined };
  const common = { store, clock, random, curve };
  const rings = keep(await openKnownRings(common));
  const feed = keep(new Feed({ network, judge, clock, trust: () => rings.sources() }));
  const canProve = identity.kind === "own" || identity.signer.capabilities.memberProofs;
  const member =
    identity.kind === "own"
      ? localMemberSigner(identity.secret, random, curve)
      : remoteMemberSigner(identity.signer, curve);
  const polls = canProve
    ? keep(await openPolls({ ...common, outbox, network, judge, member, sign, rings }))
    : undefined;
  const pseudonyms =
    identity.kind === "own" ? keep(await openPseudonyms({ ...common, outbox, secret: identity.secret })) : undefined;
  return { rings, feed, polls, pseudonyms };
}

/** Where to send something to somebody, asked for before the first time. */
function reaching(
  { network, relays, clock, identity }: SessionOptions,
  relayLists: RelayLists,
  relaysOf: (person: PubkeyHex) => readonly string[],
): (person: PubkeyHex) => Promise<readonly string[]> {
  const asked = new Map<PubkeyHex, number>();
  return async (person) => {
    const isKnown = person === identity.pubkey || relayLists.inboxOf(person).current !== undefined;
    const now = clock.now();
    if (!isKnown && relays.length > 0 && (asked.get(person) ?? 0) <= now - ASK_AGAIN) {
      asked.set(person, now);
      const nobody = network.anonymously();
      try {
        await relayLists.fetch([person], nobody, relays, REACH_TIMEOUT);
      } finally {
        nobody[Symbol.dispose]();
      }
    }
    return relaysOf(person);
  };
}

/** What was opened with a signer and is no private message. */
async function handOn(
  channels: Channels | undefined,
  { text, seal, rumor }: Tried & { readonly ok: false },
  event: SignedEvent,
  { curve }: SessionOptions,
): Promise<void> {
  const verdict = VerifiedEvent.check(event, curve);
  if (!verdict.ok || channels === undefined) return;
  if (text !== undefined) await channels.ingestOpened(verdict.event, { text });
  else if (seal !== undefined && rumor !== undefined) await channels.ingestOpened(verdict.event, { seal, rumor });
}

async function signerOf({ identity, random, curve }: SessionOptions): Promise<Signer | undefined> {
  if (identity.kind === "signer") return identity.signer;
  const opening = await openSigner(localSigner(identity.secret, random, curve), curve);
  return opening.ok ? opening.signer : undefined;
}
