/**
 * What to ask relays for, and on whose socket.
 *
 * Spec: docs/spec/alias.md §4: a subscription for aliases never shares a socket with one that authenticated as the real
 * key. Filters come in one group per identity; aliases in their own groups too, for a relay that asks each reader of
 * gift wraps to authenticate would otherwise learn which aliases belong together. What a relay serves to recipients alone is
 * asked for alone: in a mixed question it would be left out, and nobody would be told to authenticate.
 */
import type { PubkeyHex } from "../bytes.ts";
import { ACCEPT, REJECT, REMOVE, REQUEST } from "./exchange.ts";
import { DIRECT_MESSAGE } from "./message.ts";

const GIFT_WRAP = 1_059;

export interface Subscription {
  /** Connections are separated by this; never authenticate as anything else there. */
  readonly identity: PubkeyHex;
  readonly filters: readonly { readonly kinds: readonly number[]; readonly "#p": readonly PubkeyHex[] }[];
}

export function subscriptionsFor(real: PubkeyHex, aliases: readonly PubkeyHex[]): readonly Subscription[] {
  return [
    { identity: real, filters: apart([REQUEST], [GIFT_WRAP], real) },
    ...aliases.map((alias) => ({
      identity: alias,
      filters: apart([ACCEPT, REJECT, REMOVE], [DIRECT_MESSAGE, GIFT_WRAP], alias),
    })),
  ];
}

function apart(open: readonly number[], secret: readonly number[], to: PubkeyHex): Subscription["filters"] {
  return [open, secret].map((kinds) => ({ kinds, "#p": [to] }));
}
