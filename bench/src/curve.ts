/**
 * The kernel against every other secp256k1 within reach: noble (JavaScript), tiny-secp256k1 and nostr-wasm (libsecp256k1
 * in WebAssembly), libsecp256k1 itself. `verify` and `ecdh` meet keys that were never seen; `…-seen` says what memory
 * is worth; `pool-single` is one signature at a time through a pool of two workers against the same without a pool.
 * `npm run bench -- curve-timing` looks for secrets in the times.
 */
import { randomBytes } from "node:crypto";
import { Worker } from "node:worker_threads";
import { toHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { sha256 } from "@subrosa/core/hash";
import { createKernel } from "@subrosa/curve/kernel";
import { nodeWorker } from "@subrosa/curve/pool-node";
import { VerifierPool } from "@subrosa/curve/verifier-pool";
import { initNostrWasm } from "nostr-wasm";
import * as tiny from "tiny-secp256k1";
import { openNative, THINGS } from "./curve-native.ts";
import type { Area } from "./harness.ts";

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const join = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Two workers; they keep the process alive until the area ends. */
function openPool(curve: Curve): VerifierPool {
  return new VerifierPool({
    curve,
    workers: 2,
    openWorker: () => nodeWorker(new Worker(new URL("./curve-worker.js", import.meta.url))),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
  });
}

export async function curve(): Promise<Area> {
  const kernel = createKernel();
  const pool = openPool(kernel);
  // With room for four keys and no table, every key is met for the first time.
  const forgetful = createKernel({ keys: 4, tables: 0 });
  const native = openNative();
  const wasm = await initNostrWasm();

  const events = Array.from({ length: THINGS }, (_, i) => {
    const secret = kernel.scalarReduce(random(40));
    const pubkey = kernel.baseMultiply(secret).slice(1);
    const event = { pubkey: toHex(pubkey), created_at: i, kind: 1, tags: [], content: "", id: "", sig: "" };
    const message = sha256(Buffer.from(JSON.stringify([0, event.pubkey, i, 1, [], ""])));
    const signature = kernel.signSchnorr(message, secret, random(32));
    Object.assign(event, { id: toHex(message), sig: toHex(signature) });
    return { secret, pubkey, point: Uint8Array.of(2, ...pubkey), message, signature, event };
  });
  const each = (run: (one: (typeof events)[number]) => unknown) => (): unknown => {
    let last: unknown;
    for (const one of events) last = run(one);
    return last;
  };
  const batches = Array.from({ length: THINGS / 64 }, (_, i) => events.slice(64 * i, 64 * i + 64));
  const ring = kernel.openRing(events.map(({ pubkey }) => pubkey))!;
  // Keys lifted once, as opening does, but no table for any.
  const newRing = createKernel({ tables: 0 }).openRing(events.map(({ pubkey }) => pubkey))!;
  const nobleRing = nobleCurve.openRing(events.map(({ pubkey }) => pubkey))!;
  const a = join(events.map(() => kernel.scalarReduce(random(40))));
  const b = join(events.map(() => kernel.scalarReduce(random(40))));
  // Every key earns its table before the clock runs.
  for (let sight = 0; sight < 3; sight++) ring.sums(a, b);
  const secret = events[0]!.secret;
  const noble = (run: () => unknown) => ({ name: "noble", run });

  return {
    area: "curve",
    works: [
      {
        name: "verify",
        unit: "us",
        things: THINGS,
        ours: each(({ signature, message, pubkey }) => forgetful.verifySchnorr(signature, message, pubkey)),
        peers: [
          noble(each(({ signature, message, pubkey }) => nobleCurve.verifySchnorr(signature, message, pubkey))),
          {
            name: "tiny-secp256k1",
            run: each(({ signature, message, pubkey }) => tiny.verifySchnorr(message, pubkey, signature)),
          },
          { name: "nostr-wasm", run: each(({ event }) => wasm.verifyEvent(event)) },
          native("v"),
        ],
      },
      {
        name: "verify-seen",
        unit: "us",
        things: THINGS,
        ours: each(({ signature, message, pubkey }) => kernel.verifySchnorr(signature, message, pubkey)),
        peers: [native("v")],
      },
      {
        name: "verify-batch-64",
        unit: "us",
        things: THINGS,
        ours: () => batches.map((batch) => kernel.verifySchnorrBatch(batch, random)),
        peers: [native("v")],
      },
      {
        name: "pool-single",
        unit: "us",
        things: THINGS,
        ours: async () => {
          let last: unknown;
          for (const one of events) last = await pool.verify([one]);
          return last;
        },
        peers: [
          {
            name: "in place",
            run: each(({ signature, message, pubkey }) => kernel.verifySchnorr(signature, message, pubkey)),
          },
        ],
      },
      {
        name: "two-term-seen",
        unit: "us",
        things: THINGS,
        ours: () => ring.sums(a, b),
        peers: [noble(() => nobleRing.sums(a, b)), native("t")],
      },
      {
        name: "two-term-first",
        unit: "us",
        things: THINGS,
        ours: () => newRing.sums(a, b),
        peers: [noble(() => nobleRing.sums(a, b)), native("t")],
      },
      {
        name: "ecdh",
        unit: "us",
        things: THINGS,
        ours: each(({ pubkey }) => forgetful.ecdh(secret, pubkey)),
        peers: [
          noble(each(({ pubkey }) => nobleCurve.ecdh(secret, pubkey))),
          { name: "tiny-secp256k1", run: each(({ point }) => tiny.pointMultiply(point, secret)) },
          native("e"),
        ],
      },
      {
        name: "sign",
        unit: "us",
        things: THINGS,
        ours: each((one) => kernel.signSchnorr(one.message, one.secret, one.message)),
        peers: [
          noble(each((one) => nobleCurve.signSchnorr(one.message, one.secret, one.message))),
          { name: "tiny-secp256k1", run: each((one) => tiny.signSchnorr(one.message, one.secret, one.message)) },
          native("s"),
        ],
      },
      {
        name: "open a kernel",
        unit: "us",
        ours: () => createKernel(),
        peers: [],
      },
    ],
    facts: () => {
      pool[Symbol.dispose]();
      return Promise.resolve([]);
    },
  };
}
