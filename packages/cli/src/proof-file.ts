/** A proof in a file: as it is, or as `ring sign --json` wrote it. */
import { readFileSync, statSync } from "node:fs";
import { badArguments } from "./failure.ts";
import { isObject, readLine } from "./read-event.ts";

const MAX_PROOF = 1 << 22;

export function readProofFile(path: string): string {
  if (statSync(path).size > MAX_PROOF) throw badArguments("This file is too long for a proof.");
  const text = readFileSync(path, "utf8").trim();
  const value = readLine(text);
  return isObject(value) && typeof value["proof"] === "string" ? value["proof"] : text;
}
