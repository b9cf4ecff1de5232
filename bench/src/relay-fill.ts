/**
 * A database to ask: so many events written straight into the store, with signatures that nobody looks at here. Says how
 * long opening it again takes.
 */
import { hash } from "node:crypto";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { serialise } from "@subrosa/core/nostr/event";
import { Entry } from "@subrosa/relay/event/entry";
import { openLmdbStore } from "@subrosa/relay/store/lmdb-store";

const BATCH = 2_000;
const AUTHORS = 1_000;
const key = (n: number): string => hash("sha256", `author ${n}`);

function entry(n: number, now: number): Entry {
  const tags = [
    ["p", key((n * 7) % AUTHORS)],
    ["t", `t${n % 50}`],
  ];
  const content = `${"sub rosa, under the rose. ".repeat(8)}${n}`;
  const unsigned = { pubkey: key(n % AUTHORS), created_at: now - (n % 8_640_000), kind: 1, tags, content };
  const event = { ...unsigned, id: hash("sha256", serialise(unsigned as never)), sig: "0".repeat(128) };
  return Entry.identify(event as unknown as SignedEvent)!.admit(true)!;
}

/** Milliseconds that opening took afterwards. */
export async function fill(dir: string, events: number): Promise<number> {
  const now = Math.floor(Date.now() / 1_000);
  const store = await openLmdbStore({ dir, durability: "relaxed" });
  for (let at = 0; at < events; at += BATCH) {
    await store.append(
      Array.from({ length: Math.min(BATCH, events - at) }, (_, i) => entry(at + i, now)),
      now,
    );
  }
  await store.close();
  const start = performance.now();
  const again = await openLmdbStore({ dir });
  const took = performance.now() - start;
  await again.close();
  return took;
}
