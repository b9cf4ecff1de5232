/**
 * A group in a store: what decides in one record for each event, what was said in others, the rest in one small one.
 *
 *   meta               relays, our encryption keys, what was done, who we follow, work that is under way
 *   c/<id>             events that decide, and those that wait for a key
 *   m/<time>/<id>      what was said, so that the newest is found without reading the oldest
 *
 * Group secrets are not written: they are found again in the events with the person's own key. A group opens with all that
 * decides and its newest messages; `rest` gives the others, to be read in afterwards. Work is kept with the key that will
 * sign it, so that a request to join survives the night in which it was made.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import type { Unsigned } from "@subrosa/core/group/acts";
import { type Group, reopenGroup } from "@subrosa/core/group/group";
import type { ReaderConfig } from "@subrosa/core/group/reader-memory";
import { boolean, integer, list, object, oneOf, type ShapeValue, text } from "@subrosa/core/json";
import { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Keeping } from "../driver/machine-store.ts";
import { readJson, writeJson } from "../driver/whole-state.ts";
import type { Change, Entry } from "../store/store.ts";
import type { GroupEffect, GroupState } from "./group-machine.ts";
import { recordKeeping } from "./record-keeping.ts";
import { byKind, idShape, keyShape, relayShape, secretShape, signedShape, unsignedShape } from "./shapes.ts";

/** What a group opens with; the others follow. */
const FIRST_SCREEN = 200;
const MANY = 100_000;

const eventRecord = object({ seen: integer(), event: signedShape });
const effectShape = byKind<GroupEffect>({
  publish: object({ kind: oneOf("publish"), event: signedShape }),
  mine: object({ kind: oneOf("mine"), event: unsignedShape, target: integer({ max: 256 }) }),
});

function metaShape(curve: Curve) {
  const secret = secretShape(curve);
  const viewer = object({
    invitedBy: list(keyShape, { max: 1_000 }),
    reinvitedBy: list(keyShape, { max: 1_000 }),
    chosen: list(idShape, { max: 1_000 }),
    insist: boolean,
  });
  return object(
    {
      relays: list(relayShape, { max: 100 }),
      encryption: list(object({ secret, at: integer() }), { max: 1_000 }),
      ignored: list(idShape, { max: MANY }),
      repeats: list(object({ tip: idShape, add: list(keyShape, { max: 2_000 }) }), { max: 1_000 }),
      cursors: list(object({ name: text({ max: 700 }), at: integer() }), { max: 1_000 }),
      done: list(text({ max: 1 << 18 }), { max: MANY }),
      forgotten: list(keyShape, { max: MANY }),
      mining: list(object({ event: unsignedShape, alias: secret }), { max: 100 }),
      viewer,
    },
    { optional: { asked: integer() } },
  );
}

export interface GroupKeepingOptions {
  readonly config: ReaderConfig;
  readonly me: PubkeyHex;
  readonly initial: GroupState;
  /** Shared with the machine; filled when the group is read. */
  readonly seen: Map<EventId, number>;
  readonly random: RandomSource;
  readonly now: () => number;
}

export interface GroupKeeping extends Keeping<GroupState, GroupEffect> {
  /** Messages that were not read when the group was opened, newest first, so many at once. */
  rest(count: number): readonly VerifiedEvent[];
}

export function groupKeeping(options: GroupKeepingOptions): GroupKeeping {
  const { config, me, initial, seen, random, now } = options;
  const { curve } = config;
  const meta = metaShape(curve);
  type Meta = ShapeValue<typeof meta>;
  /** Names of records that are on the disk or in the commit that writes them. */
  const written = new Map<EventId, string>();
  const later: Entry[] = [];

  const metaOf = ({ group, relays, encryption, asked, ignored, repeats, cursors }: GroupState): Meta => {
    const { me: _, ...viewer } = group.ledger.viewer;
    const { forgotten = [] } = group.reader.config;
    return {
      ...{ relays, encryption, repeats, forgotten, viewer, mining: group.mining, done: [...group.done] },
      ignored: [...ignored],
      cursors: [...cursors].map(([name, at]) => ({ name, at })),
      ...(asked === undefined ? {} : { asked }),
    };
  };
  const isSameMeta = (a: GroupState, b: GroupState): boolean =>
    a.relays === b.relays &&
    a.encryption === b.encryption &&
    a.asked === b.asked &&
    a.ignored === b.ignored &&
    a.cursors === b.cursors &&
    a.repeats.length === b.repeats.length &&
    a.group.done.size === b.group.done.size &&
    a.group.mining === b.group.mining &&
    a.group.ledger.viewer === b.group.ledger.viewer &&
    a.group.reader.config === b.group.reader.config;

  const fresh = (before: Group, after: Group): readonly Change[] => {
    const events = after.reader.eventsFrom(before.reader.size).filter(({ id }) => !written.has(id));
    if (events.length === 0) return [];
    const spoken = new Set(after.reader.messages().map(({ id }) => id));
    return events.map((event) => {
      const name = spoken.has(event.id) ? `m/${digits(event.created_at)}/${event.id}` : `c/${event.id}`;
      written.set(event.id, name);
      return { name, value: writeJson(eventRecord, { seen: seen.get(event.id) ?? 0, event }) };
    });
  };

  const open = (entries: readonly Entry[]): readonly VerifiedEvent[] => {
    const read = entries.map(({ value }) => readJson(eventRecord, value, "event"));
    for (const [i, { event, seen: at }] of read.entries()) {
      seen.set(event.id, at);
      written.set(event.id, entries[i]!.name);
    }
    const events = read.map(({ event }) => event);
    return VerifiedEvent.checkAll(events, curve, random).flatMap((verdict) => (verdict.ok ? [verdict.event] : []));
  };

  const frame = recordKeeping<GroupState, GroupEffect>({
    effect: effectShape,
    changes: (before, after) => [
      ...(before !== undefined && isSameMeta(before, after)
        ? []
        : [{ name: "meta", value: writeJson(meta, metaOf(after)) }]),
      ...fresh(before?.group ?? initial.group, after.group),
    ],
    read: (entries) => {
      const [first] = entries.filter(({ name }) => name === "meta");
      if (first === undefined) return initial;
      const kept = readJson(meta, first.value, "group");
      const spoken = entries.filter(({ name }) => name.startsWith("m/"));
      later.push(...spoken.slice(0, -FIRST_SCREEN));
      for (const { name } of later) written.set(name.slice(-64) as EventId, name);
      const early = [...entries.filter(({ name }) => name.startsWith("c/")), ...spoken.slice(-FIRST_SCREEN)];
      return restored(kept, open(early));
    },
  });

  const restored = (kept: Meta, events: readonly VerifiedEvent[]): GroupState => {
    const { done, viewer, mining, forgotten, encryption } = kept;
    const mine = { ...config.mine, encryption: encryption.map(({ secret }) => secret) };
    const group = reopenGroup({ ...config, mine, forgotten }, { events, done, viewer: { me, ...viewer } }, now());
    const work: readonly Unsigned[] = mining;
    return {
      ...{ relays: kept.relays, encryption, repeats: kept.repeats, asked: kept.asked },
      group: { ...group, mining: work },
      ignored: new Set(kept.ignored),
      cursors: new Map(kept.cursors.map(({ name, at }) => [name, at])),
    };
  };

  return { ...frame, rest: (count) => open(later.splice(-count)) };
}

function digits(time: number): string {
  return String(time).padStart(16, "0");
}

/** The name under which what was said then is kept. */
export function messageName({ created_at, id }: Pick<VerifiedEvent, "created_at" | "id">): string {
  return `m/${digits(created_at)}/${id}`;
}
