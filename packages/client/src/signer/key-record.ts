/**
 * The user's key in the store, as NIP-49's `ncryptsec` under its own password: it can be copied out as it is, and a store
 * that is open does not give the key away by itself. Sealing the store (sealed-store.ts) hides that there is one.
 */
import { fromUtf8, utf8 } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { decodeNcryptsec, encodeNcryptsec, type KeySecurity, type Unlocked } from "@subrosa/core/nostr/nip49";
import type { Secret } from "@subrosa/core/secret";
import type { Store } from "../store/store.ts";

const RECORD = "account/ncryptsec";
const LEAST_LOG_N = 17;
const MOST_LOG_N = 20;

export interface KeyRecordOptions {
  readonly random: RandomSource;
  /** 17 to 20. Default 17. */
  readonly logN?: number;
  /** What is known of the key's past. Default: nobody kept track. */
  readonly security?: KeySecurity;
}

/** Takes the place of the key that was there. */
export async function keepKey(
  store: Store,
  secret: Secret,
  password: string,
  options: KeyRecordOptions,
): Promise<void> {
  const { random, logN = LEAST_LOG_N, security = "untracked" } = options;
  if (logN < LEAST_LOG_N || logN > MOST_LOG_N) {
    throw new UsageError("usage/range", `logN is an integer from ${LEAST_LOG_N} to ${MOST_LOG_N}`);
  }
  const text = encodeNcryptsec(secret, password, { logN, security, salt: random(16), nonce: random(24) });
  await store.commit([{ name: RECORD, value: utf8(text) }]);
}

/** For showing and copying. */
export async function keptKey(store: Store): Promise<string | undefined> {
  const record = await store.get(RECORD);
  return record && fromUtf8(record);
}

/** Takes a second or more, and 128 MiB. */
export async function unlockKey(
  store: Store,
  password: string,
  curve: Curve,
): Promise<Unlocked | { readonly ok: false; readonly reason: "no-key" }> {
  const text = await keptKey(store);
  if (text === undefined) return { ok: false, reason: "no-key" };
  return decodeNcryptsec(text, password, curve, { maxLogN: MOST_LOG_N });
}
