/** The suite as an operator reads it: what is broken by name, then the sums by NIP. */
import { allCases } from "./all-cases.ts";
import { type RunOptions, runAll } from "./run.ts";

/** True where the relay keeps every rule that it could be asked for. */
export async function report(url: string, options: RunOptions, say: (line: string) => void): Promise<boolean> {
  const sums = new Map<number, { passed: number; failed: number; skipped: number }>();
  for await (const { case: it, result } of runAll(allCases, url, options)) {
    const sum = sums.get(it.nip) ?? { passed: 0, failed: 0, skipped: 0 };
    sums.set(it.nip, sum);
    sum[result.verdict]++;
    if (result.verdict === "failed") say(`NIP-${it.nip}: ${it.title}\n    ${result.why}`);
  }
  let failures = 0;
  for (const [nip, { passed, failed, skipped }] of sums) {
    failures += failed;
    say(`NIP-${nip}: ${passed} kept, ${failed} broken, ${skipped} not tried`);
  }
  return failures === 0;
}
