/**
 * Our own vector files are made by code that stands beside their tests: fixed secrets, fixed randomness, so making them
 * again gives the same bytes. `SUBROSA_WRITE_VECTORS=1` writes them; otherwise the file must be what the code makes.
 */
import { readFileSync, writeFileSync } from "node:fs";

const ROOT = new URL("../../../../vectors/", import.meta.url);

export interface Provenance {
  readonly spec: string;
  readonly source: string;
}

/** The file as it stands, after writing it where that was asked for. */
export function vectorFile<T extends Provenance>(name: string, make: () => T): { readonly file: T; readonly made: T } {
  const path = new URL(name, ROOT);
  const made = JSON.parse(JSON.stringify(make())) as T;
  if (process.env["SUBROSA_WRITE_VECTORS"] !== undefined) writeFileSync(path, `${JSON.stringify(made, null, 1)}\n`);
  return { file: JSON.parse(readFileSync(path, "utf8")) as T, made };
}

export const SOURCE =
  "made by packages/core/test/vectors with fixed secrets and fixed random bytes; the valid ones also satisfy the independent verifier of packages/core/test/ring";
