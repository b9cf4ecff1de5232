/** Runs cases against a relay at any address and says how each went. */
import type { Curve } from "@subrosa/core/curve/curve";
import type { Check, CheckCase } from "./case.ts";
import { Fault, NotApplicable } from "./fault.ts";
import { Peer } from "./peer.ts";
import { Person } from "./person.ts";

export type CheckResult =
  | { readonly verdict: "passed" }
  | { readonly verdict: "failed"; readonly why: string }
  | { readonly verdict: "skipped"; readonly why: string };

export interface RunOptions {
  readonly curve: Curve;
  /** How long to wait for an answer, in milliseconds. */
  readonly patience?: number;
}

const DEFAULT_PATIENCE = 5_000;

/** NIPs that the relay says it supports; undefined where it says nothing. */
export async function claimedNips(url: string): Promise<ReadonlySet<number> | undefined> {
  try {
    const document = (await (await fetchInformation(url)).json()) as { readonly supported_nips?: unknown };
    const nips = document.supported_nips;
    return Array.isArray(nips) ? new Set(nips.filter((nip): nip is number => typeof nip === "number")) : undefined;
  } catch {
    return undefined;
  }
}

export async function runCase(it: CheckCase, url: string, options: RunOptions): Promise<CheckResult> {
  const { curve, patience = DEFAULT_PATIENCE } = options;
  const peers: Peer[] = [];
  const check: Check = {
    url,
    now: Math.floor(Date.now() / 1_000),
    connect: async () => {
      const peer = await Peer.connect(url, patience);
      peers.push(peer);
      return peer;
    },
    person: () => new Person(curve),
    information: () => fetchInformation(url),
  };
  try {
    await it.run(check);
    return { verdict: "passed" };
  } catch (error) {
    if (error instanceof Fault) return { verdict: "failed", why: error.message };
    if (error instanceof NotApplicable) return { verdict: "skipped", why: error.message };
    throw error;
  } finally {
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  }
}

/** All cases in their order; those of NIPs that the relay does not claim are skipped. */
export async function* runAll(
  cases: readonly CheckCase[],
  url: string,
  options: RunOptions,
): AsyncIterable<{ readonly case: CheckCase; readonly result: CheckResult }> {
  const claimed = await claimedNips(url);
  for (const it of cases) {
    const isClaimed = claimed === undefined || it.nip === 1 || claimed.has(it.nip);
    const why = `the relay does not claim NIP-${it.nip}`;
    yield { case: it, result: isClaimed ? await runCase(it, url, options) : { verdict: "skipped", why } };
  }
}

function fetchInformation(url: string): Promise<Response> {
  return fetch(url.replace(/^ws/, "http"), { headers: { accept: "application/nostr+json" } });
}
