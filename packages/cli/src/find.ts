/** Which one is meant: by its id, by the beginning of it where only one begins so, or by its name where only one has it. */
import { type EventId, eventId } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { decodeEntity } from "@subrosa/core/nostr/nip19";
import { badArguments, Failure } from "./failure.ts";

interface Named {
  readonly name: string;
}

export function find(all: ReadonlyMap<EventId, Named>, text: string, what: string): EventId {
  const id = eventId(text) ?? idIn(text);
  if (id !== undefined) {
    if (all.has(id)) return id;
    throw new Failure("not-found", `There is no such ${what} here.`);
  }
  const begun = /^[0-9a-f]{6,63}$/.test(text) ? [...all.keys()].filter((each) => each.startsWith(text)) : [];
  const named = [...all].flatMap(([each, { name }]) => (name === text ? [each] : []));
  const found = new Set([...begun, ...named]);
  if (found.size === 0) throw new Failure("not-found", `There is no such ${what} here.`);
  if (found.size > 1) throw badArguments(`Several are called so: name the ${what} by its id.`);
  return [...found][0]!;
}

function idIn(text: string): EventId | undefined {
  try {
    const entity = decodeEntity(text.replace(/^nostr:/, ""));
    return entity.type === "note" || entity.type === "nevent" ? entity.id : undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
