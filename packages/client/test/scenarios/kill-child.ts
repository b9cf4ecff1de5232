/**
 * The process that kill.test.ts kills: it hands letters to an outbox on a disk, one after the other, and says so when each
 * is durable. A letter is the same event in every life, so that nothing but the outbox decides how often it arrives.
 */
import { signEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import { systemRandom as random, systemClock } from "../../src/ports.ts";
import { connectNode } from "../../src/relay/connect-node.ts";
import { Network } from "../../src/relay/network.ts";
import { verifyInPlace } from "../../src/relay/verify-in-place.ts";
import { standingOf } from "../../src/session/delivery.ts";
import { openOutbox } from "../../src/session/outbox.ts";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";

const [, , path = "", relay = "", count = ""] = process.argv;
const curve = openCurve();
const secret = Secret.from(new Uint8Array(32).fill(7), curve);
const network = new Network({ connect: connectNode, clock: systemClock, random, verify: verifyInPlace(curve, random) });
const outbox = await openOutbox({
  store: openLmdbStore(path),
  network,
  presence: () => undefined,
  clock: systemClock,
  random,
  curve,
  backoff: { first: 20, longest: 100 },
});
process.stdout.write("open\n");
for (let i = 0; i < Number(count); i++) {
  const template = { kind: 1, created_at: 1_700_000_000 + i, tags: [], content: `letter ${i}` };
  const event = signEvent(template, secret, new Uint8Array(32).fill(1), curve);
  if (outbox.deliveries.current.has(event.id)) continue;
  await outbox.send(event, "nobody", [relay]);
  process.stdout.write(`durable ${event.id}\n`);
}
for await (const deliveries of outbox.deliveries) {
  if ([...deliveries.values()].every((each) => standingOf(each) === "sent")) break;
}
process.stdout.write("all\n");
await outbox[Symbol.asyncDispose]();
network[Symbol.dispose]();
process.exit(0);
