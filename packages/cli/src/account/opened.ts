/** What is open while a command works: an account, and a session on it. */
import type { Network } from "@subrosa/client/relay/network";
import type { Account } from "@subrosa/client/session/account";
import type { Identity } from "@subrosa/client/session/identity";
import type { Session } from "@subrosa/client/session/session";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Place } from "./place.ts";

export interface OpenAccount extends AsyncDisposable {
  readonly account: Account;
  readonly place: Place;
}

export interface OpenSession extends AsyncDisposable {
  readonly session: Session;
  readonly identity: Identity;
  readonly network: Network;
  readonly open: OpenAccount;
  readonly relays: readonly RelayUrl[];
}
