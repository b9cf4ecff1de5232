/**
 * What the relay scenarios share: a person who signs, a clock that runs a thousand times as fast for delays, waiting with
 * an end. Times of events are the test's own.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { toHex } from "@subrosa/core/bytes";
import { type EventTemplate, signEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import { seededRandom } from "@subrosa/testkit/random";
import type { Clock } from "../../src/ports.ts";
import { connectNode } from "../../src/relay/connect-node.ts";
import type { NetworkOptions } from "../../src/relay/network.ts";
import { verifyInPlace } from "../../src/relay/verify-in-place.ts";

export const curve = openCurve();
export const START = 1_700_000_000;

export interface Person {
  readonly pubkey: PubkeyHex;
  readonly secret: Secret;
  sign(template: Partial<EventTemplate>): VerifiedEvent;
  readonly authenticate: (template: EventTemplate) => Promise<VerifiedEvent>;
}

export function person(name: string): Person {
  const random = seededRandom(name);
  const secret = Secret.from(random(32), curve);
  const sign = (template: Partial<EventTemplate>): VerifiedEvent =>
    signEvent({ kind: 1, created_at: START, tags: [], content: name, ...template }, secret, random(32), curve);
  return {
    pubkey: toHex(secret.pubkey) as PubkeyHex,
    secret,
    sign,
    authenticate: async (template) => sign(template),
  };
}

/** Delays divided by `speed`; the time of day is real. */
export function fastClock(speed: number): Clock {
  return {
    now: () => Math.floor(Date.now() / 1000),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds / speed);
      return () => clearTimeout(timer);
    },
  };
}

export function relayOptions(seed: string, clock: Clock = fastClock(20)): NetworkOptions {
  const random = seededRandom(seed);
  return { connect: connectNode, clock, random, verify: verifyInPlace(curve, random) };
}

export async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 12_000; turn++) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain: ${what}`);
}
