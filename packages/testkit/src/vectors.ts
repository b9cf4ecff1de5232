/**
 * Runs the JSON files of /vectors: one case, one test.
 *
 * A file says which text it is about (`spec`) and who made its numbers (`source`); one that does not is refused. What
 * the cases look like is each file's own; `vectorTests` wants a list of them, with `id` and `why` for the titles where
 * they have them. Cases of public files keep their own names, so `note` serves as well.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const ROOT = new URL("../../../vectors/", import.meta.url);

export interface Provenance {
  readonly spec: string;
  readonly source: string;
  readonly licence?: string;
}

/** Reads `/vectors/<name>`; the name carries its `.json`, so that a search for the file finds its users. */
export function readVectors<T>(name: string): T & Provenance {
  const file = JSON.parse(readFileSync(new URL(name, ROOT), "utf8")) as T & Partial<Provenance>;
  for (const field of ["spec", "source"] as const) {
    const value = file[field];
    if (typeof value !== "string" || value === "") throw new Error(`vectors/${name} does not say its ${field}`);
  }
  return file as T & Provenance;
}

/** A test of its own for every case. An empty list fails: it would be a vector file that proves nothing. */
export function vectorTests<C>(title: string, cases: readonly C[], check: (vector: C) => void): void {
  if (cases.length === 0) {
    test(title, () => expect.fail("no cases"));
    return;
  }
  cases.forEach((vector, index) => {
    test(caseTitle(title, vector, index), () => check(vector));
  });
}

function caseTitle(title: string, vector: unknown, index: number): string {
  const { id = index, why, note } = vector as { id?: unknown; why?: unknown; note?: unknown };
  const reason = why ?? note;
  return typeof reason === "string" ? `${title} #${String(id)}: ${reason}` : `${title} #${String(id)}`;
}
