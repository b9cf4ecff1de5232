/**
 * The relay's own key (NIP-11 `self`), with which it signs its verdicts. Made on first use, kept in a file that only
 * the relay's user may read; it never leaves the process and stands in no log.
 */
import { randomFillSync } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fromHex, toHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { type EventTemplate, plain, type SignedEvent, signEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";

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
    if (bytes === undefined) throw new UsageError("usage/secret", "the relay's key file does not hold 64 hex digits");
    return new RelayKey(Secret.from(bytes, curve), curve);
  }

  sign(template: EventTemplate): SignedEvent {
    return plain(signEvent(template, this.#secret, randomFillSync(new Uint8Array(32)), this.#curve));
  }

  [Symbol.dispose](): void {
    this.#secret.wipe();
  }
}
