/**
 * Everything one person does, in one place: contacts, groups, channels and what goes out. Screens and commands use this.
 *
 *   const opening = await openAccount({ shelf, name, passphrase, random, curve });     account.ts
 *   const who = await openIdentity(opening.account.key, { network, … });               identity.ts
 *   const session = await openSession({ store: opening.account.store, identity: who.identity, network, relays, … });
 *   session.groups?.list.subscribe((groups) => draw(groups));    await session.groups?.say(id, { text });
 *
 * A part that the signer cannot serve is undefined, and `session.lacks` says why. Whoever opens closes: the session closes
 * its parts; store, network, identity and account are the caller's, closed after it.
 */
import { AliasKeyring } from "@subrosa/core/alias/keyring";
import type { PubkeyHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import { relayUrl } from "@subrosa/core/nostr/relay-url";
import type { Backoff, Clock } from "../ports.ts";
import { type AskRelay, type Fetch, relayInformation } from "../relay/information.ts";
import type { Network, Presence } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import { type Channels, openChannels } from "./channels.ts";
import { type Correspondence, type Ingested, openCorrespondence } from "./correspondence.ts";
import type { Sender } from "./delivery.ts";
import { type Groups, openGroups } from "./groups.ts";
import { type Identity, lackingParts, type Part, signAs } from "./identity.ts";
import { type Letters, openLetters } from "./letters.ts";
import { type Outbox, openOutbox } from "./outbox.ts";
import { type Miner, minerInPlace } from "./work.ts";

export interface SessionOptions {
  readonly store: Store;
  readonly identity: Identity;
  readonly network: Network;
  /** Where this person reads and writes until his relay lists say otherwise. */
  readonly relays: readonly string[];
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
  readonly backoff?: Backoff;
  /** Who does proof of work. Default: this thread, in slices. */
  readonly miner?: Miner;
  /** To ask relays for their limits (NIP-11). Absent: nobody asks, and what is too large is refused by the relay. */
  readonly fetch?: Fetch;
  /** Bits of work that a stranger's request must show (ALIAS-9). Default: none. */
  readonly difficulty?: number;
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const { store, identity, network, relays, clock, random, curve, backoff, difficulty } = options;
  const { pubkey: me } = identity;
  const closing: AsyncDisposable[] = [];
  const keys = identity.kind === "own" ? new AliasKeyring(identity.secret, curve) : undefined;
  const authenticate = async (template: Parameters<typeof signAs>[1]) => {
    const signed = await signAs(identity, template, random, curve);
    if (signed === undefined) throw new Error("the signer did not sign");
    return signed;
  };
  const presence = (sender: Exclude<Sender, "nobody">): Presence | undefined => {
    if (sender === me) return network.as({ pubkey: me, authenticate });
    return keys?.find(sender) === undefined ? undefined : network.as({ pubkey: sender });
  };
  const common = { store, network, clock, random, curve };
  const outbox = await openOutbox({ ...common, presence, ...(backoff === undefined ? {} : { backoff }) });
  closing.unshift(outbox);
  const relaysOf = (): readonly string[] => relays;
  const ask: AskRelay = options.fetch === undefined ? async () => undefined : relayInformation(options.fetch, clock);
  const channels =
    identity.kind === "own" || identity.signer.capabilities.nip44
      ? await openChannels({ ...common, identity, outbox, relaysOf, ask })
      : undefined;
  if (channels !== undefined) closing.unshift(channels);
  const others = async (event: VerifiedEvent): Promise<Ingested> =>
    channels === undefined ? { ok: false, reason: "nobody" } : channels.ingest(event);
  const contacts =
    keys && (await openCorrespondence({ ...common, keys, outbox, relaysOf, others, ...work(difficulty) }));
  if (contacts !== undefined) closing.unshift(contacts);
  const letters =
    identity.kind === "own"
      ? undefined
      : await openLetters({
          ...{ store, clock, random, curve, me, presence: network.as({ pubkey: me, authenticate }), read: others },
          relays: relays.flatMap((url) => relayUrl(url) ?? []),
        });
  if (letters !== undefined) closing.unshift(letters);
  if (keys !== undefined) closing.push({ [Symbol.asyncDispose]: async () => keys[Symbol.dispose]() });
  const miner = options.miner ?? minerInPlace(clock);
  const groups =
    identity.kind === "own"
      ? await openGroups({ ...common, secret: identity.secret, outbox, miner, limitsOf: ask })
      : undefined;
  if (groups !== undefined) closing.unshift(groups);
  return new Session(options, { outbox, contacts, groups, channels, letters }, closing);
}

function work(difficulty: number | undefined): { readonly difficulty?: number } {
  return difficulty === undefined ? {} : { difficulty };
}

interface Parts {
  readonly outbox: Outbox;
  readonly contacts: Correspondence | undefined;
  readonly groups: Groups | undefined;
  readonly channels: Channels | undefined;
  readonly letters: Letters | undefined;
}

export class Session implements AsyncDisposable {
  readonly me: PubkeyHex;
  /** What goes out, relay by relay: what became of it, resend, forget. */
  readonly outbox: Outbox;
  readonly contacts: Correspondence | undefined;
  readonly groups: Groups | undefined;
  readonly channels: Channels | undefined;
  /** With an outside signer: what was wrapped to this person and waits to be opened. With a key it is opened as it comes. */
  readonly letters: Letters | undefined;
  /** Why a part is not there, in a sentence. */
  readonly lacks: Readonly<Partial<Record<Part, string>>>;
  readonly #closing: readonly AsyncDisposable[];

  /** Only `openSession` makes one. @internal */
  constructor({ identity }: SessionOptions, parts: Parts, closing: readonly AsyncDisposable[]) {
    this.me = identity.pubkey;
    this.outbox = parts.outbox;
    this.contacts = parts.contacts;
    this.groups = parts.groups;
    this.channels = parts.channels;
    this.letters = parts.letters;
    this.lacks = lackingParts(identity);
    this.#closing = closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of this.#closing) await part[Symbol.asyncDispose]();
  }
}
