/**
 * What a device shows of its group, from the state of the machine (docs/spec/groups.md GROUP-10).
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { conversation, type Entry } from "./conversation.ts";
import { epochsByKey } from "./epochs.ts";
import type { Member } from "./facts.ts";
import type { Group } from "./group.ts";
import { introduces } from "./introduction.ts";
import type { GroupInfo } from "./metadata.ts";

/** `seenAt`: when this device first saw a message, which its store knows. */
export function entriesOf(state: Group, now: number, seenAt: (id: EventId) => number): readonly Entry[] {
  const selection = state.ledger.select(now);
  const epochs = epochsByKey(state.ledger.facts(), selection);
  const rich = infoOf(state, now)?.rich === true;
  const messages = state.reader.messages();
  return conversation({ messages, epochOf: (key) => epochs.get(key), seenAt, rich, now });
}

/** GROUP-23: whom to show for a member's key: the person who said that it is his, or the key itself. */
export function personBehind({ reader }: Group, { person, by }: Pick<Member, "person" | "by">): PubkeyHex {
  const { create, curve } = reader.config;
  const said = by !== undefined && introduces(by, create, person, curve) ? by : reader.introductions().get(person);
  return said?.pubkey ?? person;
}

/** Name, picture and rules of the group as the current key's event states them. */
export function infoOf(state: Group, now: number): GroupInfo | undefined {
  const selection = state.ledger.select(now);
  return selection.kind === "none" ? undefined : state.reader.infoOf(selection.tip.fact.id);
}
