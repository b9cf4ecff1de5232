/**
 * Groups: what a rotation costs to make and to open, and what a device pays that comes back to stored events.
 *
 * The work is the same on both curves: ours is the kernel, the peer is noble, so the ratio is what the kernel saves. That
 * cost grows linearly shows where a work stands against itself with fewer things, in the same turns: per member, per
 * event and per message the ratio stays near 1, or above it where what is paid once is shared by more.
 */
import { type EventId, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { message } from "@subrosa/core/group/acts";
import { type BuiltKeys, buildKeys, type KeysTemplate } from "@subrosa/core/group/build-keys";
import type { Fact, Viewer } from "@subrosa/core/group/facts";
import { Ledger } from "@subrosa/core/group/ledger";
import { memberLine, PLAIN_GROUP } from "@subrosa/core/group/metadata";
import { Reader } from "@subrosa/core/group/reader";
import { sha256 } from "@subrosa/core/hash";
import { signEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import type { Area, Peer, Work } from "./harness.ts";

const NOW = 1_700_000_000;

export function group(): Area {
  const kernel = openCurve();
  const works: Work[] = [];
  for (const members of [10, 100, 1_000]) works.push(building(members, kernel), opening(members, kernel));
  const made = groupOf(10, kernel);
  const stored = said(10_000, made, kernel);
  for (const count of [1_000, 10_000]) works.push(applying(made, stored.slice(0, count), kernel));
  works.push(reading(made, stored, kernel));
  return { area: "group", works };
}

/** How many of the things noble does where all of them would take it minutes; the figure is for one all the same. */
const SAMPLE = 20;

/** Against noble, and against itself with `fewer` things, where that is fewer. */
function compared(
  name: string,
  things: number,
  fewer: number,
  kernel: Curve,
  run: (curve: Curve, count: number) => () => unknown,
): Work {
  const sample = Math.min(things, SAMPLE);
  const noble = sample < things ? `noble, ${sample} of them` : "noble";
  const peers: Peer[] = [{ name: noble, things: sample, run: run(nobleCurve, sample) }];
  if (fewer < things) peers.push({ name: `itself, ${fewer} of them`, things: fewer, run: run(kernel, fewer) });
  return { name, unit: "us", things, least: things < 10_000 ? 5 : 3, ours: run(kernel, things), peers };
}

function building(members: number, kernel: Curve): Work {
  const random = counting();
  return compared(`build a 485 for ${members}, per member`, members, 10, kernel, (curve, count) => {
    const { template, owner } = groupOf(count, kernel);
    return () => buildKeys(template, owner, random, curve).event;
  });
}

function opening(members: number, kernel: Curve): Work {
  return compared(`open a 485 for ${members}, per member`, members, 10, kernel, (curve, count) => {
    const { template, owner, create, first, people } = groupOf(count, kernel);
    const rotation = signed(buildKeys(template, owner, counting(), kernel), kernel);
    return () => {
      const reader = Reader.open({ create, mine: { real: people[1]!, encryption: [] }, curve });
      return reader.read(first).reader.read(rotation).facts.length;
    };
  });
}

/** From cold: every event checked at the door, opened, and the selection asked once. */
function applying({ create, first, people }: Made, stored: readonly VerifiedEvent[], kernel: Curve): Work {
  const all = [first, ...stored].map((event) => ({ ...event }));
  const viewer: Viewer = { me: keyOf(people[1]!), invitedBy: [], reinvitedBy: [], chosen: [], insist: false };
  return compared(
    `apply ${stored.length} stored events from cold, per event`,
    stored.length,
    1_000,
    kernel,
    (curve, count) => () => {
      const claimed = all.slice(0, count + 1);
      let reader = Reader.open({ create, mine: { real: people[1]!, encryption: [] }, curve });
      const facts: Fact[] = [];
      for (const verdict of VerifiedEvent.checkAll(claimed, curve, counting())) {
        if (!verdict.ok) throw new Error(verdict.reason);
        const read = reader.read(verdict.event);
        reader = read.reader;
        facts.push(...read.facts);
      }
      return Ledger.of(facts, viewer).select(NOW + count);
    },
  );
}

/** Messages that passed the door already. */
function reading({ create, first, people }: Made, events: readonly VerifiedEvent[], kernel: Curve): Work {
  return compared(`open ${events.length} messages, per message`, events.length, 1_000, kernel, (curve, count) => () => {
    let reader = Reader.open({ create, mine: { real: people[1]!, encryption: [] }, curve }).read(first).reader;
    for (const event of events.slice(0, count)) reader = reader.read(event).reader;
    return reader.messages().length;
  });
}

interface Made {
  readonly owner: Secret;
  readonly people: readonly Secret[];
  readonly create: EventId;
  readonly first: VerifiedEvent;
  readonly secret: Secret;
  /** For the next 485. */
  readonly template: KeysTemplate;
}

function groupOf(members: number, curve: Curve): Made {
  const people = Array.from({ length: members }, (_, i) =>
    Secret.from(sha256(Uint8Array.of(i >> 8, i & 255, 9)), curve),
  );
  const owner = people[0]!;
  const roster = people.map((secret, rank) =>
    memberLine({ person: keyOf(secret), role: rank === 0 ? "owner" : "member", rank, since: 0 }),
  );
  const template = { created_at: NOW, roster, info: PLAIN_GROUP, base: undefined, handovers: 0, left: [] };
  const made = buildKeys(template, owner, counting(), curve);
  const first = signed(made, curve);
  const base = { create: first.id, id: first.id, epoch: 0, secret: made.secret };
  return { owner, people, create: first.id, first, secret: made.secret, template: { ...template, base } };
}

function said(count: number, { create, secret, owner }: Made, curve: Curve): VerifiedEvent[] {
  const means = { random: counting(), curve };
  return Array.from({ length: count }, (_, i) => {
    const words = { kind: "text", text: `message ${i}: in confidence, under the rose` } as const;
    const { event, alias } = message(create, keyOf(secret), { words }, owner, NOW + i, means);
    return signEvent(event, alias, means.random(32), curve);
  });
}

function signed({ event, alias }: BuiltKeys, curve: Curve): VerifiedEvent {
  return signEvent(event, alias, new Uint8Array(32), curve);
}

function keyOf(secret: Secret): PubkeyHex {
  return toHex(secret.pubkey) as PubkeyHex;
}

/** Bytes that are different each time and the same in every run; nothing here is secret. */
function counting(): (length: number) => Uint8Array {
  let next = 0;
  return (length) => sha256(Uint8Array.of(next >> 16, next >> 8, next++)).slice(0, length);
}
