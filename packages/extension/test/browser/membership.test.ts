/**
 * A page that wants to find out who you are asks for signatures with rings that you are in and rings that you are not in,
 * and has no consent: a site that was told no for good, in a real Chromium, from the page's side of everything. Each
 * probe gets the same answer, and what is kept and shown is the same (review finding P-03).
 *
 * Five probes a minute are answered for one site, so forty sites ask. Times are measured, not judged: SUBROSA_LONG=1 prints
 * how likely they are of one distribution.
 */
import { toHex, utf8 } from "@subrosa/core/bytes";
import { sha256 } from "@subrosa/core/hash";
import { Secret } from "@subrosa/core/secret";
import { findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import { fastCurve } from "@subrosa/testkit/curves";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ALWAYS, type Grant } from "../../src/permission.ts";
import { MEMBER_RATE } from "../../src/rate.ts";
import { pValue } from "../kolmogorov-smirnov.ts";
import { Lab, SLOW_MACHINE } from "./lab.ts";

vi.setConfig(SLOW_MACHINE);
const program = findChromium(process.env);
if (program === undefined) process.stdout.write(`${NO_CHROMIUM}\n`);

const KEY = "1".repeat(64);
const pubkeyOf = (secret: Uint8Array): string => toHex(Secret.from(secret, fastCurve).pubkey);
const ANN = pubkeyOf(Buffer.from(KEY, "hex"));
const OTHERS = Array.from({ length: 20 }, (_, i) => pubkeyOf(sha256(utf8(`other ${i}`))));
const SITES = Array.from({ length: 40 }, (_, i) => `https://probe-${i}.example`);
const PROBES = SITES.length * MEMBER_RATE;

interface Probed {
  readonly answer: string;
  readonly time: number;
}

const ringOf = (hasAnn: boolean): readonly string[] => (hasAnn ? [ANN, ...OTHERS.slice(1)] : OTHERS);
const templateOf = (hasAnn: boolean): string =>
  JSON.stringify({
    kind: 1,
    created_at: 1_700_000_000,
    tags: [["group-member-proof", null, ...ringOf(hasAnn)]],
    content: "words",
  });

/** What a page can see of an answer, and how long it took. */
const probe = (hasAnn: boolean): string => `(async () => {
  const start = performance.now();
  const error = await nostr.signEventAsGroupMember(${templateOf(hasAnn)}).then(() => "signed", (given) => given);
  const time = performance.now() - start;
  return { time, answer: JSON.stringify([error.name, error.code, error.message, Object.keys(error), String(error)]) };
})()`;

const REFUSED = JSON.stringify([
  "ProviderError",
  "refused",
  "The request was refused.",
  ["name", "code"],
  "ProviderError: The request was refused.",
]);

describe.skipIf(program === undefined)("the membership oracle", () => {
  let lab: Lab;
  let page: Page;

  beforeAll(async () => {
    lab = await Lab.open(program ?? "");
    await lab.importAccount("Ann", KEY);
    await lab.context.route(/^https:\/\/[a-z0-9-]+\.example\//, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>A site</title>" }),
    );
    page = await lab.context.newPage();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  /** Told no for good, as by forty answers of a person; the worker finds it when it starts. */
  async function denyAll(): Promise<void> {
    const grants: readonly Grant[] = SITES.map((origin) => ({
      origin,
      account: ANN,
      method: "signEventAsGroupMember",
      verdict: "deny",
      until: ALWAYS,
    }));
    const options = await lab.options();
    await options.evaluate(`chrome.storage.local.set({ grants: ${JSON.stringify(JSON.stringify(grants))} })`);
    await lab.killWorker();
    await options.reload();
    await options
      .getByRole("button", { name: /^Take back/ })
      .nth(SITES.length - 1)
      .waitFor();
    await options.close();
  }

  test("the account is unlocked, so that nothing but the missing consent is in the way", async () => {
    await page.goto("https://ordinary.example/");
    const signing = page.evaluate(
      `nostr.signEvent({ kind: 1, created_at: 1, tags: [], content: "" }).then((event) => event.pubkey)`,
    );
    await lab.answer("allow");
    expect(await signing).toBe(ANN);
    // Where a person says yes, the two do differ: by a signature, to which he agreed.
    const asking = page.evaluate(`nostr.signEventAsGroupMember(${templateOf(true)}).then(({ kind }) => kind)`);
    await lab.answer("allow");
    expect(await asking).toBe(1);
  });

  test("a prompt that is refused, and one that is closed, is the same answer, member or not", async () => {
    for (const hasAnn of [true, false]) {
      for (const end of ["refuse", "close"] as const) {
        const asking = page.evaluate(probe(hasAnn));
        const prompt = await lab.prompt();
        if (end === "refuse") await lab.click(prompt, "deny");
        else await prompt.close();
        expect(((await asking) as Probed).answer).toBe(REFUSED);
      }
    }
  });

  test(`${PROBES} probes from ${SITES.length} sites that were told no: one answer, no prompt, one record each`, async () => {
    await denyAll();
    const times: Record<"member" | "stranger", number[]> = { member: [], stranger: [] };
    const answers = new Set<string>();
    const pages: string[] = [];
    lab.context.on("page", (opened) => pages.push(opened.url()));
    let i = 0;
    for (const site of SITES) {
      await page.goto(`${site}/`);
      // The first call of a page makes its connection, and pays for that alone.
      await page.evaluate("nostr.verifyGroupMemberProof({})");
      for (let each = 0; each < MEMBER_RATE; each++) {
        // The order within a pair changes, so that what the machine does meanwhile falls on both alike.
        const hasAnn = (i % 2 === 0) !== i % 4 < 2;
        i++;
        const { answer, time } = (await page.evaluate(probe(hasAnn))) as Probed;
        answers.add(answer);
        times[hasAnn ? "member" : "stranger"].push(time);
      }
    }
    expect([...answers]).toEqual([REFUSED]);
    expect([times.member.length, times.stranger.length]).toEqual([PROBES / 2, PROBES / 2]);
    expect(pages).toEqual([]);
    const options = await lab.options();
    const { activity } = (await options.evaluate("chrome.storage.local.get('activity')")) as { activity: string };
    await options.close();
    const acts = (JSON.parse(activity) as Record<string, unknown>[]).slice(-PROBES);
    const seen = new Set(acts.map(({ at, origin, ...same }) => JSON.stringify([typeof at, typeof origin, same])));
    expect([acts.length, seen.size]).toEqual([PROBES, 1]);
    if (process.env["SUBROSA_LONG"] !== undefined) {
      const p = pValue(times.member, times.stranger);
      process.stdout.write(`membership oracle from a page: KS p = ${p.toFixed(3)} over ${PROBES} probes\n`);
    }
  });
});
