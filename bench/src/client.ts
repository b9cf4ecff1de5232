/**
 * A client that comes back to a backlog: 10,000 messages of a group, read by a device that has nothing but the invite.
 *
 * Two figures: until the first screen's worth (50 messages) is shown, and until all is; and how much memory that took.
 * Verified, opened and stored with the kernel. The relay answers in this process, in pages of 500, and the store forgets:
 * what a socket and a disk add is not in it.
 */

import { systemRandom as random, systemClock } from "@subrosa/client/ports";
import type { WebSocketLike } from "@subrosa/client/relay/connect";
import { Network } from "@subrosa/client/relay/network";
import { verifyInPlace } from "@subrosa/client/relay/verify-in-place";
import { ownIdentity } from "@subrosa/client/session/identity";
import { openSession } from "@subrosa/client/session/session";
import { openMemoryStore } from "@subrosa/client/store/memory-store";
import { type EventId, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { createGroup, message } from "@subrosa/core/group/acts";
import { writeInvite } from "@subrosa/core/group/invite";
import { PLAIN_GROUP } from "@subrosa/core/group/metadata";
import { plain, type SignedEvent, signEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import type { Area, Line } from "./harness.ts";

const MESSAGES = 10_000;
const SCREEN = 50;

export function client(): Area {
  return { area: "client", works: [], facts };
}

async function facts(): Promise<readonly Line[]> {
  const curve = openCurve();
  const [owner, reader] = [Secret.from(random(32), curve), Secret.from(random(32), curve)];
  const { events, invite } = backlog(owner, reader, curve);
  const connect = (): WebSocketLike => answering(events);
  const clock = systemClock;
  using network = new Network({ connect, clock, random, verify: verifyInPlace(curve, random) });
  const relays = ["ws://in.this.process"];
  const store = openMemoryStore();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  await using session = await openSession({
    store,
    identity: ownIdentity(reader),
    network,
    relays,
    clock,
    random,
    curve,
  });
  const groups = session.groups;
  if (groups === undefined) throw new Error("groups need a key, and there is one");
  const began = performance.now();
  const made = await groups.look(invite);
  if (!made.ok) throw new Error(made.reason);
  const screen = await reached(() => (groups.group(made.id).current?.entries.length ?? 0) >= SCREEN, 20, began);
  const all = await reached(() => (groups.group(made.id).current?.entries.length ?? 0) >= MESSAGES, 500, began);
  const megabytes = Math.round((process.memoryUsage().heapUsed - before) / 1e6);
  return [
    { area: "client", work: `${MESSAGES} messages from cold: first ${SCREEN} shown`, ours: screen * 1_000, unit: "us" },
    {
      area: "client",
      work: `${MESSAGES} messages from cold: all shown, ${megabytes} MB of heap`,
      ours: all * 1_000,
      unit: "us",
    },
  ];
}

/** Looked at now and then: to look is to draw, and that is work. */
async function reached(isSo: () => boolean, every: number, began: number): Promise<number> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, every));
  return performance.now() - began;
}

function backlog(owner: Secret, reader: Secret, curve: ReturnType<typeof openCurve>) {
  const now = Math.floor(Date.now() / 1_000);
  const means = { random, curve };
  const member = { person: toHex(reader.pubkey) as PubkeyHex, role: "member" } as const;
  const made = createGroup(owner, [member], { ...PLAIN_GROUP, name: "long" }, now - MESSAGES, means);
  const first = signEvent(made.event, made.alias, random(32), curve);
  const key = toHex(made.secret.pubkey) as PubkeyHex;
  const said = Array.from({ length: MESSAGES }, (_, i) => {
    const words = { kind: "text", text: `message ${i}` } as const;
    const { event, alias } = message(first.id, key, { words }, owner, now - MESSAGES + i, means);
    return plain(signEvent(event, alias, random(32), curve));
  });
  const events = [plain(first), ...said].sort((a, b) => b.created_at - a.created_at);
  return { events, invite: writeInvite({ create: first.id, key, relays: ["ws://in.this.process"] }) };
}

interface Asked {
  readonly ids?: readonly string[];
  readonly kinds?: readonly number[];
  readonly "#e"?: readonly string[];
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
}

/** A relay that holds these, newest first, and forgets what it is told. */
function answering(events: readonly SignedEvent[]): WebSocketLike {
  const listeners = new Map<string, ((event: { readonly data: unknown }) => void)[]>();
  const tell = (type: string, data?: string): void => {
    for (const listener of listeners.get(type) ?? []) listener({ data });
  };
  setTimeout(() => tell("open"), 0);
  return {
    bufferedAmount: 0,
    send: (text) => {
      const [type, id, ...rest] = JSON.parse(text) as [string, string, ...unknown[]];
      if (type === "EVENT")
        setTimeout(() => tell("message", JSON.stringify(["OK", (id as unknown as { id: EventId }).id, true, ""])), 0);
      if (type !== "REQ") return;
      const found = (rest as Asked[]).flatMap((asked) => events.filter(matching(asked)).slice(0, asked.limit ?? 500));
      setTimeout(() => {
        for (const event of found) tell("message", JSON.stringify(["EVENT", id, event]));
        tell("message", JSON.stringify(["EOSE", id]));
      }, 0);
    },
    close: () => undefined,
    addEventListener: (type: string, listener: (event: { readonly data: unknown }) => void) => {
      listeners.set(type, [...(listeners.get(type) ?? []), listener]);
    },
  };
}

function matching({ ids, kinds, "#e": about, since = 0, until = Number.MAX_SAFE_INTEGER }: Asked) {
  return ({ id, kind, tags, created_at }: SignedEvent): boolean =>
    ids?.includes(id) !== false &&
    kinds?.includes(kind) !== false &&
    (about === undefined || tags.some(([name, value = ""]) => name === "e" && about.includes(value))) &&
    created_at >= since &&
    created_at <= until;
}
