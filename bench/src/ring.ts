/**
 * Ring proofs, as a reader meets them: text in, verdict out, over a ring of 100 keys that was never seen, over one that
 * was, over one of 1,000 keys, and a feed of whole events on all cores; and what a proof costs to sign.
 *
 * Never seen: a kernel with next to no memory, and rings in turn. libsecp256k1 has no ring proofs: it does the 100
 * products a·G + b·P that such a verification cannot do without.
 */

import type { Curve } from "@subrosa/core/curve/curve";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { verifyFeed } from "@subrosa/core/proof/verify-many";
import { finish } from "@subrosa/core/ring/progress";
import { writeProof } from "@subrosa/core/ring/proof-json";
import { Ring } from "@subrosa/core/ring/ring";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { signOr } from "@subrosa/core/ring/scheme-or";
import { verifyProof, verifyProofInSteps } from "@subrosa/core/ring/verify";
import { createKernel } from "@subrosa/curve/kernel";
import { draw, feed, type Known, MEMBER_PROOF, openFeedPool, random } from "./feed.ts";
import type { Area } from "./harness.ts";
import { nativeProducts } from "./native.ts";

function open(keys: readonly Uint8Array[], curve: Curve): Ring {
  const opening = Ring.open(keys, curve);
  if (!opening.ok) throw new Error(opening.reason);
  return opening.ring;
}

export function ring(): Area {
  const kernel = createKernel();
  const forgetful = createKernel({ keys: 128, tables: 0 });
  const message = random(32);
  const make = (size: number): Made => {
    const known = draw(size, kernel);
    const claim = { ring: open(known.keys, kernel), message, secret: known.secret, fresh: random(32) };
    return { ...known, proof: writeProof(signOr(claim)) };
  };
  const rings = Array.from({ length: 8 }, () => make(100));
  const large = make(1_000);
  let turn = 0;
  const firstSight = (curve: Curve) => () => {
    const { keys, proof } = rings[turn++ % rings.length]!;
    return check(verifyProof({ proof, ring: open(keys, curve), message }).ok);
  };
  const [{ keys, proof, secret }] = rings as [(typeof rings)[number]];
  const seen = { kernel: open(keys, kernel), noble: open(keys, nobleCurve) };
  const events = feed(kernel);
  const shelf = new RingShelf(kernel);
  const pool = openFeedPool();

  return {
    area: "ring",
    works: [
      {
        ...{ name: "proof-100-first", unit: "us", ours: firstSight(forgetful) },
        peers: [{ name: "noble", run: firstSight(nobleCurve) }],
      },
      {
        ...{ name: "proof-100-seen", unit: "us" },
        ours: () => check(verifyProof({ proof, ring: seen.kernel, message }).ok),
        peers: [
          nativeProducts(100),
          { name: "noble", run: () => check(verifyProof({ proof, ring: seen.noble, message }).ok) },
        ],
      },
      {
        ...{ name: "feed-1000", unit: "per_s", things: events.length },
        ours: async () => check((await pool.runAll<unknown, boolean>(MEMBER_PROOF, events)).every(Boolean)),
        peers: [
          {
            name: "ourselves, without the pool",
            run: () => check(finish(verifyFeed(events, shelf)).every(({ ok }) => ok)),
          },
        ],
      },
      {
        ...{ name: "proof-1000-first, with progress", unit: "us" },
        ours: () => pauses(large, message, forgetful),
        peers: [],
      },
      {
        ...{ name: "sign-100", unit: "us" },
        ours: () => signOr({ ring: seen.kernel, message, secret, fresh: random(32) }),
        peers: [{ name: "noble", run: () => signOr({ ring: seen.noble, message, secret, fresh: random(32) }) }],
      },
    ],
    facts: async () => {
      pool[Symbol.dispose]();
      return [];
    },
  };
}

type Made = Known & { readonly proof: string };

/** How often a verification of this ring paused, so that whoever shows it may go on; at least once for every 128 keys. */
function pauses({ keys, proof }: Pick<Made, "keys" | "proof">, message: Uint8Array, curve: Curve): number {
  const steps = verifyProofInSteps({ proof, ring: open(keys, curve), message });
  for (let count = 0; ; count++) {
    const step = steps.next();
    if (step.done) {
      check(step.value.ok && count >= keys.length / 128);
      return count;
    }
  }
}

function check(ok: boolean): boolean {
  if (!ok) throw new Error("a proof that is right was refused");
  return ok;
}
