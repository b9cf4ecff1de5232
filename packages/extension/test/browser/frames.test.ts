/**
 * A site that was granted everything ordinary, and everybody else who would like to use that: frames of every sort in
 * its page, other sites, files, windows that they open. In a real Chromium, in five states of the account. The oracle is
 * one table: what the site itself gets in a state, and nobody else gets anything.
 */
import { toHex, utf8 } from "@subrosa/core/bytes";
import { sha256 } from "@subrosa/core/hash";
import { findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { METHODS } from "../../src/method.ts";
import { Lab, SLOW_MACHINE } from "./lab.ts";

vi.setConfig(SLOW_MACHINE);
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
/** What "everything ordinary" covers; the rest is asked for by its own name, or each time. */
const ORDINARY = ["getPublicKey", "signEvent", "nip04.encrypt", "nip04.decrypt", "nip44.encrypt", "nip44.decrypt"];
const CALLS = ASKED.map((method) => [method, JSON.stringify(PARAMS[method] ?? [PEER, "words"])] as const);

/**
 * Everything that a place can reach is asked for everything, in the provider's words and in the wire's own. A frame of
 * the same site may use the page's provider, as any script of the page; what counts there is what it gets by itself.
 */
const attackWith = (own: boolean): string => `(async () => {
  const results = [];
  const calls = ${JSON.stringify(CALLS)};
  const note = (name) => () => results.push(name);
  const reachable = new Set([self, parent, top, opener].filter((one) => one !== null));
  for (const one of reachable) {
    for (const [method, params] of calls) {
      if (${own} && one !== self) continue;
      try {
        const target = method.split(".").reduce((on, part) => on[part], one.nostr);
        // An answer that needed the key is a result, also where it says that nothing can be decrypted.
        Promise.resolve(target(...JSON.parse(params))).then(note(method), ({ code }) => code === "failed" && note(method)());
      } catch {}
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => { if (!/"(refused|busy|invalid|unsupported)"/.test(data)) note("port " + data)(); };
    try { one.postMessage("subrosa:port", "*", [port2]); } catch {}
    for (const [method, params] of calls) {
      const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      port1.postMessage(JSON.stringify({ id, method, params }));
      try { one.postMessage(JSON.stringify({ type: "ask", id, method, params }), "*"); } catch {}
    }
  }
  self.results = results;
  // Its own provider's answer to a later call: every answer to an earlier one has come before.
  await self.nostr?.verifyGroupMemberProof({}).catch(() => undefined);
})()`;

const SITE = "https://site.example/";
const FRAMES = ["cross", "sub", "sandboxed", "sandboxed-cross", "srcdoc-sandboxed", "data", "blank-sandboxed"];
/** Of the site itself, but not its top frame. */
const OWN_FRAMES = ["same", "srcdoc", "blob"];
const PAGE = `<!doctype html><title>A site</title><p>Frames</p>
<iframe name="cross" src="https://other.example/"></iframe>
<iframe name="sub" src="https://sub.site.example/"></iframe>
<iframe name="sandboxed" sandbox="allow-scripts" src="/plain"></iframe>
<iframe name="sandboxed-cross" sandbox="allow-scripts allow-same-origin" src="https://other.example/"></iframe>
<iframe name="srcdoc-sandboxed" sandbox="allow-scripts" srcdoc="<p>inside</p>"></iframe>
<iframe name="data" src="data:text/html,<p>inside</p>"></iframe>
<iframe name="blank-sandboxed" sandbox="allow-scripts"></iframe>
<iframe name="same" src="/plain"></iframe>
<iframe name="srcdoc" srcdoc="<p>inside</p>"></iframe>
<iframe name="blob"></iframe>
<script>frames.blob.location = URL.createObjectURL(new Blob(["<p>inside</p>"], { type: "text/html" }));</script>`;
/** Pages of their own, in tabs of their own; a file on the disk comes to them. The last is the site's, sandboxed. */
const TABS = [
  "https://other.example/",
  "https://sub.site.example/",
  "https://site.example:8443/",
  "http://site.example/",
  "data:text/html,<p>a</p>",
  "https://site.example/sandboxed",
];
const PLACES = FRAMES.length + OWN_FRAMES.length + TABS.length + 2;

/** In the order in which they are entered, and what the site itself gets in each without a person's answer. */
const STATES = [
  ["while its prompt is open", ORDINARY],
  ["after the account was switched under its prompt", []],
  ["granted", ORDINARY],
  ["locked", ["getPublicKey"]],
  ["revoked", []],
] as const;
type State = (typeof STATES)[number][0];

describe.skipIf(program === undefined)("strangers", () => {
  let lab: Lab;
  let site: Page;
  let tabs: readonly string[];

  beforeAll(async () => {
    lab = await Lab.open(program ?? "");
    await lab.importAccount("Ann", "1".repeat(64));
    await lab.importAccount("Bob", "2".repeat(64));
    tabs = [...TABS, lab.file("stranger.html", "<p>a</p>")];
    await lab.context.route(/^https?:\/\/[a-z.]*example[:/]/, (route) => {
      const url = route.request().url();
      return route.fulfill({
        contentType: "text/html",
        headers: url.endsWith("/sandboxed") ? { "content-security-policy": "sandbox allow-scripts" } : {},
        body: url === SITE ? PAGE : "<p>a</p>",
      });
    });
    site = await lab.context.newPage();
    await site.goto(SITE);
    const signing = site.evaluate(`nostr.signEvent(${JSON.stringify(EVENT)}).then(({ kind }) => kind)`);
    const prompt = await lab.prompt();
    await prompt.locator("#lasts").selectOption("always");
    await prompt.locator("#everything").check();
    await lab.answer("allow");
    expect(await signing).toBe(1);
    expect(await site.evaluate("nostr.getPublicKey()")).toMatch(/^[0-9a-f]{64}$/);
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  /** What came of it, without repetition. */
  async function attack(where: Frame | Page, own = false): Promise<readonly string[]> {
    await where.evaluate(attackWith(own));
    // An answer of the worker that was asked for later has come: so has every answer before it.
    await site.evaluate("nostr.verifyGroupMemberProof({})");
    return [...new Set((await where.evaluate("self.results")) as readonly string[])];
  }

  async function inTab<T>(address: string, work: (tab: Page) => Promise<T>): Promise<T> {
    const tab = await lab.context.newPage();
    await tab.goto(address);
    const done = await work(tab);
    await tab.close();
    return done;
  }

  let waiting: Promise<unknown>;
  async function enter(state: State): Promise<void> {
    if (state === "while its prompt is open") {
      waiting = site.evaluate(`nostr.subrosa.deriveAlias("${PEER}", 0).catch(({ code }) => code)`);
      expect(await (await lab.prompt()).locator("#title").textContent()).toBe("Hand out an alias key");
      return;
    }
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
      const prompt = await lab.prompt();
      expect(await prompt.locator("#title").textContent()).toBe("Hand out an alias key");
      await account.selectOption({ label: "Bob" });
      expect(await waiting).toBe("refused");
      await lab.promptGone();
    }
    await options.close();
  }

  test(`all of that is ${PLACES * ASKED.length * STATES.length} cases`, () => {
    expect(PLACES * ASKED.length * STATES.length).toBeGreaterThanOrEqual(500);
  });

  for (const [state, authorised] of STATES) {
    test(`${state}: the site gets what it was granted, strangers get nothing (${PLACES * ASKED.length} cases)`, async () => {
      await enter(state);
      const found: string[] = [];
      const note = (where: string, results: readonly string[]) =>
        found.push(...results.map((line) => `${where}: ${line}`));
      const frames = site.frames().filter((frame) => frame !== site.mainFrame());
      expect(frames.map((frame) => frame.name()).sort()).toEqual([...FRAMES, ...OWN_FRAMES].sort());
      for (const frame of frames) note(frame.name(), await attack(frame, OWN_FRAMES.includes(frame.name())));
      for (const address of tabs) note(address, await inTab(address, attack));
      expect(found).toEqual([]);
      expect([...(await inTab(`${SITE}plain`, (tab) => attack(tab, true)))].sort()).toEqual([...authorised].sort());
    });
  }
});
