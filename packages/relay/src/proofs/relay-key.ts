/**
 * The relay's own key (NIP-11 `self`), with which it signs its verdicts. Made on first use, kept in a file that only
 * the relay's user may read, or, for several processes that are one relay, in their store. It stands in no log.
 */
import { randomFillSync } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fromHex, toHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { type EventTemplate, plain, type SignedEvent, signEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import type { Store } from "../store/store.ts";

const META = "relay-key";
const NOT_A_KEY = "the relay's key file does not hold 64 hex digits";

export class RelayKey implements Disposable {
  readonly #secret: Secret;
  readonly #curve: Curve;
  readonly pubkey: string;

  constructor(secret: Secret, curve: Curve) {
    this.#secret = secret;
    this.#curve = curve;
    this.pubkey = toHex(secret.pubkey);
  }

  static open(path: string, curve: Curve): RelayKey {
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, toHex(randomFillSync(new Uint8Array(32))), { mode: 0o600, flag: "wx" });
    }
    chmodSync(path, 0o600);
    const bytes = fromHex(readFileSync(path, "utf8").trim(), 32);
    if (bytes === undefined) throw new UsageError("usage/secret", NOT_A_KEY);
    return new RelayKey(Secret.from(bytes, curve), curve);
  }

  /** One key for all processes of a store. The first one makes it, or brings the one it had alone. */
  static async share(store: Store, path: string, curve: Curve): Promise<RelayKey> {
    for (;;) {
      const text = await store.getMeta(META);
      const bytes = fromHex(text ?? "", 32);
      if (bytes !== undefined) return new RelayKey(Secret.from(bytes, curve), curve);
      const own = existsSync(path) ? readFileSync(path, "utf8").trim() : toHex(randomFillSync(new Uint8Array(32)));
      if (fromHex(own, 32) === undefined) throw new UsageError("usage/secret", NOT_A_KEY);
      await store.setMeta(META, own, text);
    }
  }

  sign(template: EventTemplate): SignedEvent {
    return plain(signEvent(template, this.#secret, randomFillSync(new Uint8Array(32)), this.#curve));
  }

  [Symbol.dispose](): void {
    this.#secret.wipe();
  }
}
