/**
 * Who is in a channel. The draft has no roster, and whoever moves it has to know whom to take along.
 *
 * So whoever invites says so in the channel: a carried event of kind 10401 that names the invited (docs/spec/channels.md,
 * "People"). In are the owners of the present room, who has spoken in it, and who was named there. It decides nothing.
 */
import { type PubkeyHex, pubkeyHex } from "@subrosa/core/bytes";
import type { CarriedContent } from "@subrosa/core/channel/compose";
import type { Spoken } from "@subrosa/core/channel/fact";
import { membersOf, spokenIn } from "@subrosa/core/channel/spoken";
import type { InThread } from "@subrosa/core/channel/state";

export const LISTED = 10_401;

export function listing(people: readonly PubkeyHex[]): CarriedContent {
  return { kind: LISTED, tags: people.map((person) => ["p", person]), content: "" };
}

/** Whom somebody named in the present room. */
export function listedIn({ path }: InThread, now: number): ReadonlySet<PubkeyHex> {
  const { room, view } = path.here;
  return new Set(spokenIn(room.spoken.values(), view, now).flatMap(named));
}

/** Everybody in the present room, as far as this device knows. */
export function peopleIn(state: InThread, now: number): readonly PubkeyHex[] {
  const { room, view } = state.path.here;
  const spoken = spokenIn(room.spoken.values(), view, now);
  return [...new Set([...membersOf(view, spoken), ...spoken.flatMap(named)])];
}

function named(fact: Spoken): readonly PubkeyHex[] {
  if (fact.type !== "carried" || fact.kind !== LISTED) return [];
  return fact.tags.flatMap(([name, key]) => (name === "p" ? (pubkeyHex(key) ?? []) : []));
}
