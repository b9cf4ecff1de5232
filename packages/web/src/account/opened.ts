/**
 * Everything of one account that is open, and how it is closed again: store, sockets, threads, session. Views reach it
 * through `useOpened`.
 */
import { systemClock, systemRandom } from "@subrosa/client/ports";
import { connectWeb } from "@subrosa/client/relay/connect";
import { Network } from "@subrosa/client/relay/network";
import { verifyInPool } from "@subrosa/client/relay/verify-in-pool";
import type { Account } from "@subrosa/client/session/account";
import type { Feed } from "@subrosa/client/session/feed";
import { type Identity, type IdentityReason, openIdentity } from "@subrosa/client/session/identity";
import type { KnownRings } from "@subrosa/client/session/known-rings";
import { Media } from "@subrosa/client/session/media";
import type { Polls } from "@subrosa/client/session/polls";
import type { Pseudonyms } from "@subrosa/client/session/pseudonyms";
import { openSession, type Session } from "@subrosa/client/session/session";
import type { Nip07Signer } from "@subrosa/client/signer/signer";
import type { PubkeyHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { type Accessor, createContext, useContext } from "solid-js";
import { Notes } from "./notes.ts";
import { proofPool, signaturePool } from "./workers.ts";

export interface Opened extends AsyncDisposable {
  readonly account: Account;
  readonly identity: Identity;
  readonly session: Session;
  readonly network: Network;
  readonly notes: Notes;
  readonly rings: KnownRings;
  readonly feed: Feed;
  readonly media: Media;
  /** Undefined where the signer cannot prove membership. */
  readonly polls: Polls | undefined;
  /** Undefined where the key is not here. */
  readonly pseudonyms: Pseudonyms | undefined;
  readonly curve: Curve;
  readonly me: PubkeyHex;
  /** Where this account reads and writes. */
  readonly relays: readonly string[];
}

export type OpenedOrNot =
  | { readonly ok: true; readonly opened: Opened }
  | { readonly ok: false; readonly reason: IdentityReason };

/** Takes the account over, and closes it where it cannot be opened. */
export async function openEverything(account: Account, curve: Curve, fresh?: FirstNotes): Promise<OpenedOrNot> {
  const common = { clock: systemClock, random: systemRandom, curve };
  const signatures = signaturePool(curve);
  const network = new Network({ ...common, connect: connectWeb, verify: verifyInPool(signatures) });
  const extension = (globalThis as { readonly nostr?: Nip07Signer }).nostr;
  const who = await openIdentity(account.key, {
    ...common,
    network,
    ...(extension === undefined ? {} : { extension }),
  });
  if (!who.ok) {
    network[Symbol.dispose]();
    signatures[Symbol.dispose]();
    await account[Symbol.asyncDispose]();
    return who;
  }
  const { store } = account;
  const notes = await Notes.open({ store, ...common });
  if (fresh !== undefined) {
    await notes.set("name", fresh.name);
    await notes.set("relays", fresh.relay);
  }
  const relays = (notes.setting("relays") ?? "").split("\n").filter((each) => each !== "");
  const proofs = proofPool();
  const { identity } = who;
  const session = await openSession({
    ...{ store, identity, network, relays, judge: proofs.judge, ...common },
    fetch: (url, init) => fetch(url, init),
    allowPrivateRelays: OWN_NETWORK.test(location.hostname),
  });
  const { rings, feed, polls, pseudonyms } = session;
  if (rings === undefined || feed === undefined) throw new Error("a session with a judge has a feed and rings");
  const media = new Media({
    ...common,
    fetch: (url, init) => fetch(url, init),
    // A page from one's own network may have its media there; one from elsewhere does not reach into it.
    allowPrivate: OWN_NETWORK.test(location.hostname),
  });
  const opened: Opened = {
    ...{ account, identity, session, network, notes, rings, feed, media, polls, pseudonyms },
    ...{ curve, relays, me: identity.pubkey },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      proofs[Symbol.dispose]();
      await notes[Symbol.asyncDispose]();
      who.close();
      network[Symbol.dispose]();
      signatures[Symbol.dispose]();
      await account[Symbol.asyncDispose]();
    },
  };
  return { ok: true, opened };
}

const OWN_NETWORK = /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[::1\])/;

/** What is known when an account is new. */
export interface FirstNotes {
  readonly name: string;
  readonly relay: string;
}

const Context = createContext<Accessor<Opened>>();
export const OpenedProvider = Context.Provider;

export function useOpened(): Opened {
  const opened = useContext(Context);
  if (opened === undefined) throw new Error("this view needs an open account");
  return opened();
}
