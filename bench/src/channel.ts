/**
 * npm run bench -- channel: an encrypted channel opened from cold, from the wraps that a store or a relay kept.
 *
 * Opening one costs two signatures, one ECDH and one NIP-44; then the machine takes it. The kernel is compared with
 * core's plain implementation, and 10,000 wraps with a tenth of them: figures are for one, so a ratio of 1 is linear cost.
 */
import { randomBytes } from "node:crypto";
import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { found, step } from "@subrosa/core/channel/channel";
import { composeMessage } from "@subrosa/core/channel/compose";
import { draftCreate } from "@subrosa/core/channel/draft";
import type { InnerEvent } from "@subrosa/core/channel/inner-event";
import { type Keyring, openWraps } from "@subrosa/core/channel/open";
import { readFact } from "@subrosa/core/channel/read-fact";
import type { Arrival } from "@subrosa/core/channel/receive";
import type { Channel } from "@subrosa/core/channel/state";
import { historyOf } from "@subrosa/core/channel/thread";
import type { Curve } from "@subrosa/core/curve/curve";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { plain, type SignedEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import type { Area } from "./harness.ts";

const NOW = 1_800_000_000;
const PAGE = 500;
const STORED = 10_000;
/** What core on noble opens in a fifth of a second. */
const SAMPLE = 20;

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

interface Stored {
  readonly empty: Channel;
  readonly keys: Keyring;
  readonly wraps: readonly SignedEvent[];
}

export function channel(): Area {
  const curve = openCurve();
  const stored = store(curve, STORED);
  const some = (count: number, on: Curve) => () => open(stored, stored.wraps.slice(0, count), on);
  return {
    area: "channel",
    works: [
      {
        name: `open ${STORED} stored wraps, cold`,
        unit: "per_s",
        things: STORED,
        ours: some(STORED, curve),
        peers: [
          { name: `core on noble, ${SAMPLE} of them`, things: SAMPLE, run: some(SAMPLE, nobleCurve) },
          { name: `ourselves, ${STORED / 10} of them`, things: STORED / 10, run: some(STORED / 10, curve) },
        ],
      },
    ],
  };
}

/** How many messages are shown at the end. */
function open({ empty, keys }: Stored, wraps: readonly SignedEvent[], curve: Curve): number {
  let state = empty;
  for (let at = 0; at < wraps.length; at += PAGE) {
    const arrivals = openWraps(wraps.slice(at, at + PAGE), keys, random, curve).flatMap((wrap): readonly Arrival[] => {
      const read = wrap.ok ? readFact(wrap.inner, "channel", curve) : wrap;
      return wrap.ok && read.ok ? [{ fact: read.fact, to: wrap.to, outer: plain(wrap.outer) }] : [];
    });
    state = step(state, { kind: "received", arrivals, now: NOW }).state;
  }
  const shown = "path" in state ? historyOf(state.path, NOW).length : 0;
  if (shown !== wraps.length) throw new Error(`${shown} of ${wraps.length} wraps were opened`);
  return shown;
}

function store(curve: Curve, count: number): Stored {
  const secret = Secret.from(random(32), curve);
  const key = toHex(secret.pubkey) as PubkeyHex;
  const authors = Array.from({ length: 20 }, () => Secret.from(random(32), curve));
  const wrap = (inner: InnerEvent): SignedEvent =>
    plain(inner.wrap({ to: key, now: NOW, expiration: undefined }, random, curve));

  const form = "signed";
  const draft = draftCreate({ time: NOW - count, key, metadata: { name: "bench" }, relays: [], form });
  const created = draft.sign(authors[0]!, random(32), curve);
  const create = readFact(created, "channel", curve);
  if (!create.ok) throw new Error(create.reason);
  const empty = found(secret, { fact: create.fact, to: key, outer: wrap(created) }, [], NOW).state;
  const wraps = Array.from({ length: count }, (_, i) => {
    const said = composeMessage(empty, `message ${i} `.repeat(8), NOW - count + i);
    return wrap(said.draft.sign(authors[i % authors.length]!, random(32), curve));
  });
  return { empty, keys: new Map([[key, secret]]), wraps };
}
