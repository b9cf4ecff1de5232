/** What a person is called here: by the reader, else by himself as far as he told, else by the beginning of his key. */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { petname } from "../account/notes.ts";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { watch } from "../frame/watch.ts";
import { tidyName } from "../talk/line.ts";

export type NameOf = (person: PubkeyHex) => string;

export function useNames(): NameOf {
  const { say } = useApp();
  const { notes, me } = useOpened();
  const kept = watch(notes.live);
  // A list asks for the same few again and again.
  const keys = new Map<PubkeyHex, string>();
  const keyOf = (person: PubkeyHex): string => {
    const known = keys.get(person) ?? shortKey(person);
    keys.set(person, known);
    return known;
  };
  return (person) => {
    if (person === me) return say("you");
    const given = tidyName(petname(kept(), person) ?? "");
    return given === "" ? keyOf(person) : given;
  };
}

/** Long enough to tell apart those one meets, and never taken for a name. */
export function shortKey(person: PubkeyHex): string {
  const text = encodeEntity({ type: "npub", pubkey: person });
  return `${text.slice(0, 10)}…${text.slice(-4)}`;
}
