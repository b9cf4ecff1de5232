/** Rings and messages as files: keys one a line, in any form, with room for a name after each; a message is its bytes. */
import { readFileSync, statSync } from "node:fs";
import { type PubkeyHex, utf8 } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { taggedHash } from "@subrosa/core/hash";
import { RING_SENTENCES } from "@subrosa/core/ring/reasons";
import { MAX_RING, type Ring } from "@subrosa/core/ring/ring";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { badArguments, Failure } from "./failure.ts";
import { readPerson } from "./given.ts";
import type { Host } from "./host.ts";
import { wholeInput } from "./input.ts";

const MAX_FILE = 1 << 22;

export function readKeys(path: string, curve: Curve): readonly PubkeyHex[] {
  if (statSync(path).size > MAX_FILE) throw badArguments("This file is too long for a ring.");
  const lines = readFileSync(path, "utf8").split(/\r?\n/);
  const keys = lines.map((line) => line.replace(/#.*$/, "").trim()).filter((line) => line !== "");
  if (keys.length > MAX_RING) throw badArguments(`A ring has ${MAX_RING} keys at most.`);
  return keys.map((line) => readPerson(line.split(/\s/)[0]!, curve));
}

export function openRing(keys: readonly PubkeyHex[], curve: Curve): Ring {
  const opening = new RingShelf(curve).open(keys);
  if (!opening.ok) throw badArguments(RING_SENTENCES[opening.reason]);
  return opening.ring;
}

/** The bytes of a file, or of standard input for `-`, under a name of their own so that they are nothing else. */
export async function messageIn(path: string, host: Host): Promise<Uint8Array> {
  if (path === "-") return messageOf(utf8(await wholeInput(host)));
  if (statSync(path).size > 1 << 30) throw new Failure("input", "This file is too long to be signed.");
  return messageOf(readFileSync(path));
}

export function messageOf(bytes: Uint8Array): Uint8Array {
  return taggedHash("subrosa/file", bytes);
}
