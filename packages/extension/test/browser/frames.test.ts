/**
 * A site that was granted everything ordinary, and everybody else who would like to use that: frames of every sort in
 * its page, other sites, windows that they open. In a real Chromium, in four states of the account. The oracle is one
 * line: nobody but the site itself, unlocked and granted, has a result.
 */
import { toHex, utf8 } from "@subrosa/core/bytes";
import { sha256 } from "@subrosa/core/hash";
import { findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { METHODS } from "../../src/method.ts";
import { Lab } from "./lab.ts";

const program = findChromium(process.env);
if (program === undefined) process.stdout.write(`${NO_CHROMIUM}\n`);

const PEER = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const EVENT = { kind: 1, created_at: 1_700_000_000, tags: [], content: "not the person's words" };
const RING = ["group-member-proof", null, PEER, toHex(sha256(utf8("a"))), toHex(sha256(utf8("b")))];
const PARAMS: Readonly<Record<string, readonly unknown[]>> = {
  getPublicKey: [],
  signEvent: [EVENT],
  signEventAsGroupMember: [{ ...EVENT, tags: [RING] }],
  "subrosa.anonymousSign": [{ ...EVENT, tags: [["p", PEER]] }],
  "subrosa.deriveAlias": [PEER, 0],
  "subrosa.batchDecrypt": [{ items: [{ pubkey: PEER, ciphertext: "AAAA" }], purpose: "" }],
};
/** Checking a proof needs no permission, so an answer to it is nobody's loss. */
const ASKED = METHODS.filter((method) => method !== "verifyGroupMemberProof");
const CALLS = ASKED.map((method) => [method, JSON.stringify(PARAMS[method] ?? [PEER, "words"])] as const);

/** Everything that a stranger can reach is asked for everything, in the provider's words and in the wire's own. */
const ATTACK = `(async () => {
  const results = [];
  const calls = ${JSON.stringify(CALLS)};
  const note = (name) => (value) => results.push(name + " " + JSON.stringify(value ?? null).slice(0, 80));
  const reachable = [self, parent, top, opener].filter((one) => one !== null);
  for (const one of new Set(reachable)) {
    for (const [method, params] of calls) {
      try {
        const target = method.split(".").reduce((on, part) => on[part], one.nostr);
        Promise.resolve(target(...JSON.parse(params))).then(note(method), () => undefined);
      } catch {}
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => { if (!String(data).includes('"refusal"')) note("port")(data); };
    try { one.postMessage("subrosa:port", "*", [port2]); } catch {}
    for (const [method, params] of calls) {
      const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      port1.postMessage(JSON.stringify({ id, method, params }));
      try { one.postMessage(JSON.stringify({ type: "ask", id, method, params }), "*"); } catch {}
    }
  }
  self.results = results;
})()`;

const FRAMES = 6;
const PAGE = `<!doctype html><title>A site</title><p>Frames</p>
<iframe name="cross" src="https://other.example/"></iframe>
<iframe name="sub" src="https://sub.site.example/"></iframe>
<iframe name="sandboxed" sandbox="allow-scripts" src="/plain"></iframe>
<iframe name="srcdoc-sandboxed" sandbox="allow-scripts" srcdoc="<p>inside</p>"></iframe>
<iframe name="data" src="data:text/html,<p>inside</p>"></iframe>
<iframe name="blank-sandboxed" sandbox="allow-scripts"></iframe>`;
/** Pages of their own, in tabs of their own. */
const TABS = ["https://other.example/", "https://sub.site.example/", "http://site.example/", "data:text/html,<p>a</p>"];
const STATES = ["switched while the prompt is open", "granted", "locked", "revoked"] as const;

describe.skipIf(program === undefined)("strangers", () => {
  let lab: Lab;
  let site: Page;

  beforeAll(async () => {
    lab = await Lab.open(program ?? "");
    await lab.importAccount("Ann", "1".repeat(64));
    await lab.importAccount("Bob", "2".repeat(64));
    await lab.context.route(/^https?:\/\/[a-z.]*example\//, (route) =>
      route.fulfill({
        contentType: "text/html",
        body: route.request().url() === "https://site.example/" ? PAGE : "<p>a</p>",
      }),
    );
    site = await lab.context.newPage();
    await site.goto("https://site.example/");
    const signing = site.evaluate(`nostr.signEvent(${JSON.stringify(EVENT)}).then(({ kind }) => kind)`);
    const prompt = await lab.prompt();
    await prompt.locator("#lasts").selectOption("always");
    await prompt.locator("#everything").check();
    await lab.answer("allow");
    expect(await signing).toBe(1);
    expect(await site.evaluate("nostr.getPublicKey()")).toMatch(/^[0-9a-f]{64}$/);
  }, 120_000);
  afterAll(() => lab?.[Symbol.asyncDispose]());

  async function attack(where: Frame | Page): Promise<readonly string[]> {
    await where.evaluate(ATTACK);
    // An answer of the worker that was asked for later has come: so has every answer before it.
    await site.evaluate("nostr.verifyGroupMemberProof({})");
    return where.evaluate("self.results") as Promise<readonly string[]>;
  }

  async function enter(state: (typeof STATES)[number]): Promise<void> {
    const options = await lab.options();
    const account = options.getByLabel("Account for https://site.example");
    if (state === "granted") await account.selectOption({ label: "the default" });
    else if (state === "locked") {
      await options.getByRole("button", { name: "Lock all" }).click();
      await options.getByText("Locked.", { exact: true }).waitFor();
    } else if (state === "revoked") {
      await options.getByRole("button", { name: /^Take back/ }).click();
      await options.getByText("Nothing is remembered.").waitFor();
    } else {
      const asking = site.evaluate(`nostr.subrosa.deriveAlias("${PEER}", 0).catch(({ code }) => code)`);
      await lab.prompt();
      await account.selectOption({ label: "Bob" });
      expect(await asking).toBe("refused");
      await lab.promptGone();
    }
    await options.close();
  }

  for (const state of STATES) {
    const places = FRAMES + TABS.length;
    test(`${state}: no result for a stranger (${places * ASKED.length} cases)`, async () => {
      await enter(state);
      const found: string[] = [];
      const frames = site.frames().filter((frame) => frame !== site.mainFrame());
      for (const frame of frames) found.push(...(await attack(frame)).map((line) => `${frame.name()}: ${line}`));
      for (const address of TABS) {
        const tab = await lab.context.newPage();
        await tab.goto(address);
        found.push(...(await attack(tab)).map((line) => `${address}: ${line}`));
        await tab.close();
      }
      expect(frames.length + TABS.length).toBe(places);
      expect(found).toEqual([]);
    });
  }
});
