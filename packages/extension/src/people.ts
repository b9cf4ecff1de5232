/** People whom the user named himself: the extension has no network, so nobody else can put a name into a prompt. */
import type { PubkeyHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { hexText, list, object, type Shape, type ShapeValue, text } from "@subrosa/core/json";
import { readPublicKey } from "@subrosa/core/nostr/keys";

export const MAX_PEOPLE = 5_000;
const MAX_LENGTH = 60;
const person = object({ pubkey: hexText(32) as Shape<PubkeyHex>, name: text({ max: MAX_LENGTH }) });
export const people = list(person, { max: MAX_PEOPLE });
export type Person = ShapeValue<typeof person>;

export type PeopleRead =
  | { readonly ok: true; readonly people: readonly Person[] }
  | { readonly ok: false; readonly line: number };

/** One person a line: a public key, then a name. The first line that is none is named by its number. */
export function readPeople(lines: string, curve: Curve): PeopleRead {
  const found = new Map<PubkeyHex, Person>();
  for (const [i, line] of lines.split("\n").entries()) {
    const trimmed = line.trim();
    if (trimmed === "") continue;
    const [key = "", ...words] = trimmed.split(/\s+/);
    const read = readPublicKey(key, curve);
    if (!read.ok || found.size === MAX_PEOPLE) return { ok: false, line: i + 1 };
    found.set(read.pubkey, { pubkey: read.pubkey, name: cut(words.join(" ")) });
  }
  return { ok: true, people: [...found.values()] };
}

/** Never in the middle of a character, which would be no text any more. */
function cut(name: string): string {
  return name.slice(0, MAX_LENGTH).replace(/[\ud800-\udbff]$/, "");
}
