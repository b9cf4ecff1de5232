/**
 * Ring proofs, as a reader meets them: text in, verdict out, over a ring of 100 keys that was never seen, over one that
 * was, and a feed of whole events; and what a proof costs to sign.
 *
 * Never seen: a kernel with next to no memory, and rings in turn. libsecp256k1 has no ring proofs: it does the 100
 * products a·G + b·P that such a verification cannot do without.
 */

import { getRandomValues } from "node:crypto";
import { toHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { plain } from "@subrosa/core/nostr/event";
import { signAsGroupMember } from "@subrosa/core/proof/sign";
import { verifyFeed } from "@subrosa/core/proof/verify-many";
import { finish } from "@subrosa/core/ring/progress";
import { writeProof } from "@subrosa/core/ring/proof-json";
import { Ring } from "@subrosa/core/ring/ring";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { signOr } from "@subrosa/core/ring/scheme-or";
import { verifyProof } from "@subrosa/core/ring/verify";
import { Secret } from "@subrosa/core/secret";
import { createKernel } from "@subrosa/curve/kernel";
import type { Area } from "./harness.ts";
import { nativeProducts } from "./native.ts";

const NOW = 1_700_000_000;
const random = (length: number): Uint8Array => getRandomValues(new Uint8Array(length));

interface Known {
  readonly keys: readonly Uint8Array[];
  readonly secret: Secret;
}

/** A ring of random keys and one member's secret. */
function draw(size: number, curve: Curve): Known {
  const secrets = Array.from({ length: size }, () => Secret.from(random(32), curve));
  return { keys: secrets.map((secret) => secret.pubkey), secret: secrets[size >> 1]! };
}

function open(keys: readonly Uint8Array[], curve: Curve): Ring {
  const opening = Ring.open(keys, curve);
  if (!opening.ok) throw new Error(opening.reason);
  return opening.ring;
}

export function ring(): Area {
  const kernel = createKernel();
  const forgetful = createKernel({ keys: 128, tables: 0 });
  const message = random(32);
  const rings = Array.from({ length: 8 }, () => {
    const known = draw(100, kernel);
    const claim = { ring: open(known.keys, kernel), message, secret: known.secret, fresh: random(32) };
    return { ...known, proof: writeProof(signOr(claim)) };
  });
  let turn = 0;
  const firstSight = (curve: Curve) => () => {
    const { keys, proof } = rings[turn++ % rings.length]!;
    return check(verifyProof({ proof, ring: open(keys, curve), message }).ok);
  };
  const [{ keys, proof, secret }] = rings as [(typeof rings)[number]];
  const seen = { kernel: open(keys, kernel), noble: open(keys, nobleCurve) };
  const events = feed(kernel);
  const shelf = new RingShelf(kernel);

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
        ...{ name: "feed-1000", unit: "per_s", things: events.length, peers: [] },
        ours: () => check(finish(verifyFeed(events, shelf)).every(({ ok }) => ok)),
      },
      {
        ...{ name: "sign-100", unit: "us" },
        ours: () => signOr({ ring: seen.kernel, message, secret, fresh: random(32) }),
        peers: [{ name: "noble", run: () => signOr({ ring: seen.noble, message, secret, fresh: random(32) }) }],
      },
    ],
  };
}

/** 1,000 events over 10 rings of 50. A hundred are distinct: without a cache a repetition costs as much as a first. */
function feed(curve: Curve): readonly unknown[] {
  const distinct = Array.from({ length: 10 }, () => draw(50, curve)).flatMap(({ keys, secret }) =>
    Array.from({ length: 10 }, (_, i) => {
      const template = { kind: 1, created_at: NOW + i, content: `No. ${i}`, tags: [], keys: keys.map(toHex) };
      const draws = { secret, oneTimeSecret: random(32), fresh: random(32), aux: random(32) };
      return plain(signAsGroupMember(template, draws, curve));
    }),
  );
  return Array.from({ length: 10 }, () => distinct).flat();
}

function check(ok: boolean): boolean {
  if (!ok) throw new Error("a proof that is right was refused");
  return ok;
}
