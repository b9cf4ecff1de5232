/** People with whole sessions, for stories: each device a disk, a network of its own, fast delays. */

import type { PubkeyHex } from "@subrosa/core/bytes";
import { toHex } from "@subrosa/core/bytes";
import { Secret } from "@subrosa/core/secret";
import { seededRandom } from "@subrosa/testkit/random";
import type { Clock } from "../../src/ports.ts";
import { Network } from "../../src/relay/network.ts";
import { ownIdentity } from "../../src/session/identity.ts";
import { openSession, type Session } from "../../src/session/session.ts";
import type { SessionOptions } from "../../src/session/session-options.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import { curve, fastClock, relayOptions } from "./relay-stage.ts";

export interface Someone {
  readonly name: string;
  readonly pubkey: PubkeyHex;
  readonly secret: Secret;
}

export function someone(name: string): Someone {
  const secret = Secret.from(seededRandom(`key of ${name}`)(32), curve);
  return { name, secret, pubkey: toHex(secret.pubkey) as PubkeyHex };
}

export interface Device extends AsyncDisposable {
  readonly session: Session;
  /** Nothing waits to go out. */
  isQuiet(): boolean;
}

let devices = 0;

const SPEED = 20;
const began = Date.now();
/** Everybody's clock: it runs twenty times as fast, and delays with it. */
export const quickClock: Clock = {
  ...fastClock(SPEED),
  now: () => Math.floor((began + (Date.now() - began) * SPEED) / 1_000),
};

/** One device of one person; `disk` survives it. */
export async function device(
  who: Someone,
  relays: readonly string[],
  disk: MemoryDisk = new Map(),
  more: Partial<SessionOptions> = {},
): Promise<Device> {
  const name = `${who.name} ${devices++}`;
  const backoff = { first: 200, longest: 1_000 };
  const network = new Network({ ...relayOptions(`network ${name}`, quickClock), backoff });
  const store = openMemoryStore(disk);
  const session = await openSession({
    ...{ store, network, relays, curve, backoff },
    identity: ownIdentity(who.secret),
    clock: quickClock,
    random: seededRandom(`device ${name}`),
    allowPrivateRelays: true,
    ...more,
  });
  return {
    session,
    isQuiet: () =>
      [...session.outbox.deliveries.current.values()].every(({ relays: at }) =>
        [...at.values()].every(({ kind }) => kind !== "waiting"),
      ),
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      network[Symbol.dispose]();
    },
  };
}
