/**
 * The process that kill.test.ts kills: a whole session on a disk, which says letters in a group and in a channel, one after
 * the other, and tells when each is durable. What a letter says is the same in every life; whether it was said already
 * only the session knows.
 */
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import { systemRandom as random, systemClock } from "../../src/ports.ts";
import { connectNode } from "../../src/relay/connect-node.ts";
import { Network } from "../../src/relay/network.ts";
import { verifyInPlace } from "../../src/relay/verify-in-place.ts";
import { standingOf } from "../../src/session/delivery.ts";
import { ownIdentity } from "../../src/session/identity.ts";
import { openSession } from "../../src/session/session.ts";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";

const [, , path = "", relay = "", count = "", key = ""] = process.argv;
const curve = openCurve();
const secret = Secret.from(Uint8Array.from(Buffer.from(key, "hex")), curve);
// The list for other devices waits for more to say; not so long here.
const clock = { ...systemClock, after: (delay: number, run: () => void) => systemClock.after(delay / 20, run) };
const network = new Network({ connect: connectNode, clock, random, verify: verifyInPlace(curve, random) });
const session = await openSession({
  ...{ store: openLmdbStore(path), network, relays: [relay], clock, random, curve },
  identity: ownIdentity(secret),
  backoff: { first: 20, longest: 100 },
});
process.stdout.write("open\n");
const { groups, channels, outbox } = session;
if (groups!.list.current.size === 0) await groups!.create({ name: "letters", relays: [relay] });
if (channels!.list.current.size === 0) await channels!.create({ metadata: { name: "letters" }, relays: [relay] });
const [group] = groups!.list.current.keys();
const [channel] = channels!.list.current.keys();
for (let i = 0; i < Number(count); i++) {
  const text = `letter ${i}`;
  const entries = i % 2 === 0 ? groups!.group(group!).current!.entries : channels!.channel(channel!).current!.entries;
  if (entries.some((entry) => entry.text === text)) continue;
  const ignored = i % 2 === 0 ? await groups!.say(group!, { text }) : await channels!.say(channel!, text);
  if (ignored !== undefined) throw new Error(ignored);
  process.stdout.write(`durable ${i}\n`);
}
for (;;) {
  const all = [...outbox.deliveries.current.values()];
  const isListed = all.some(({ event }) => event.kind === 30_078);
  if (isListed && all.length > Number(count) && all.every((each) => standingOf(each) === "sent")) break;
  await new Promise((resolve) => setTimeout(resolve, 5));
}
process.stdout.write("all\n");
await session[Symbol.asyncDispose]();
network[Symbol.dispose]();
process.exit(0);
