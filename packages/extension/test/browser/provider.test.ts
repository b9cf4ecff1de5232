/**
 * The provider in a real Chromium, as a page, a person and the browser's own whims meet it. One browser for the file;
 * the tests follow each other as one visit would.
 */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openAnonymous } from "@subrosa/core/anonymous/anonymous-event";
import { toHex, utf8 } from "@subrosa/core/bytes";
import { sha256 } from "@subrosa/core/hash";
import { plain, VerifiedEvent } from "@subrosa/core/nostr/event";
import { ConversationKey, encrypt } from "@subrosa/core/nostr/nip44";
import { drawMemberKeys, signAsGroupMember } from "@subrosa/core/proof/sign";
import { Secret } from "@subrosa/core/secret";
import { findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import { fastCurve } from "@subrosa/testkit/curves";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Lab, PASSPHRASE, PATIENCE, SLOW_MACHINE } from "./lab.ts";
import { BORDERS, TAP } from "./tap.ts";

vi.setConfig(SLOW_MACHINE);
const program = findChromium(process.env);
if (program === undefined) process.stdout.write(`${NO_CHROMIUM}\n`);

/** The first key of NIP-06's vectors, and the same in every form in which it could get out. */
const NSEC = "nsec10allq0gjx7fddtzef0ax00mdps9t2kmtrldkyjfs8l5xruwvh2dq0lhhkp";
const HEX = "7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a";
const PUBKEY = "17162c921dc4d2518f9a101db33695df1afb56ab82f5ff3e5da6eec3ca5cd917";
const OTHERS = [
  "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
  "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
  "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
];
const ORDER = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;

/** Of the key and of its negative, which has the same public key. */
function canaries(): readonly string[] {
  const negative = (ORDER - BigInt(`0x${HEX}`)).toString(16).padStart(64, "0");
  return [NSEC, ...[HEX, negative].flatMap(formsOf)];
}

function formsOf(hex: string): readonly string[] {
  const bytes = Buffer.from(hex, "hex");
  const list = [...bytes];
  return [
    hex,
    hex.toUpperCase(),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
    list.join(","),
    list.join(", "),
    JSON.stringify({ ...list }).slice(1, -1),
    BigInt(`0x${hex}`).toString(10),
    bytes.toString("latin1"),
  ];
}

const event = (content: string) => ({ kind: 1, created_at: 1_700_000_000, tags: [], content });
const ask = (page: Page, code: string): Promise<unknown> =>
  page.evaluate(`Promise.resolve(${code}).catch((error) => ({ refused: error.code ?? String(error) }))`);

describe.skipIf(program === undefined)("in Chromium", () => {
  let lab: Lab;
  let page: Page;

  beforeAll(async () => {
    lab = await Lab.open(program ?? "", { before: TAP });
    await lab.importAccount("Ann", NSEC);
    page = await lab.visit();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  test("the page finds everything that the provider says it has, frozen and for good", async () => {
    const found = await page.evaluate(`(() => {
      const had = nostr;
      try { window.nostr = {}; } catch {}
      try { Object.defineProperty(window, "nostr", { value: {} }); } catch {}
      try { nostr.getPublicKey = () => "forged"; } catch {}
      const at = (name) => name.split(".").reduce((on, part) => on?.[part], nostr);
      return {
        same: had === nostr,
        frozen: [nostr, nostr.nip04, nostr.nip44, nostr.subrosa, nostr.subrosa.capabilities()].every(Object.isFrozen),
        missing: nostr.subrosa.capabilities().methods.filter((name) => typeof at(name) !== "function"),
        unknown: [typeof nostr.signSchnorr, typeof nostr.getRelays],
      };
    })()`);
    expect(found).toEqual({ same: true, frozen: true, missing: [], unknown: ["undefined", "undefined"] });
  });

  test("frames in a page, sandboxed, srcdoc and data: have no provider", async () => {
    const frames = await lab.visit("/frames");
    const found = await Promise.all(frames.frames().map((frame) => frame.evaluate("typeof window.nostr")));
    expect(found).toEqual(["object", "undefined", "undefined", "undefined", "undefined"]);
    await frames.close();
  });

  test("nothing is answered before consent; the first yes also unlocks; then every method answers", async () => {
    const signing = ask(page, `nostr.signEvent(${JSON.stringify(event("first words"))})`);
    const prompt = await lab.prompt();
    expect(await prompt.locator("#origin").textContent()).toBe(lab.site);
    expect(await prompt.locator("#content").textContent()).toBe("first words");
    expect(new URL(prompt.url()).search).toMatch(/^\?id=[0-9a-f]{32}$/);
    const soon = new Promise((resolve) => setTimeout(resolve, 500, "nothing yet"));
    expect(await Promise.race([signing, soon])).toBe("nothing yet");
    await lab.answer("allow", { lasts: "always" });
    expect(await signing).toMatchObject({
      pubkey: PUBKEY,
      content: "first words",
      sig: expect.stringMatching(/^[0-9a-f]{128}$/),
    });
    // Remembered: no prompt for the second.
    expect(await ask(page, `nostr.signEvent(${JSON.stringify(event("second"))})`)).toMatchObject({ pubkey: PUBKEY });
    for (const nip of ["nip04", "nip44"]) {
      const sealed = ask(page, `nostr.${nip}.encrypt("${OTHERS[0]}", "for one")`);
      await lab.answer("allow");
      const opened = ask(page, `nostr.${nip}.decrypt("${OTHERS[0]}", ${JSON.stringify(await sealed)})`);
      await lab.answer("allow");
      expect(await opened).toBe("for one");
    }
  });

  test("a proof of membership comes back, verifies, and is not in the user's name", async () => {
    const ring = [...OTHERS, PUBKEY];
    const template = { ...event("one of us"), tags: [["group-member-proof", null, ...ring]] };
    const signing = ask(page, `nostr.signEventAsGroupMember(${JSON.stringify(template)})`);
    const prompt = await lab.prompt();
    expect(await prompt.locator("#title").textContent()).toBe("Publish a public note as one of 4");
    await lab.answer("allow");
    const signed = (await signing) as { pubkey: string; tags: string[][] };
    expect(signed.pubkey).not.toBe(PUBKEY);
    expect(signed.tags[0]?.slice(2)).toEqual([...ring].sort());
    expect(await ask(page, `nostr.verifyGroupMemberProof(${JSON.stringify(signed)})`)).toBe(true);
    expect(await ask(page, `nostr.verifyGroupMemberProof(${JSON.stringify({ ...signed, content: "forged" })})`)).toBe(
      false,
    );
  });

  test("a message under a one-time key: the receiver opens it and learns who wrote it, nobody else does", async () => {
    const receiver = Secret.from(sha256(utf8("receiver")), fastCurve);
    const template = {
      kind: 20_811,
      created_at: 1_700_000_000,
      tags: [["p", toHex(receiver.pubkey)]],
      content: "it was me",
    };
    const signing = ask(page, `nostr.subrosa.anonymousSign(${JSON.stringify(template)})`);
    const prompt = await lab.prompt();
    expect(await prompt.locator("#title").textContent()).toBe("Send a message under a one-time key");
    await lab.answer("allow");
    const signed = VerifiedEvent.check(await signing, fastCurve);
    if (!signed.ok) throw new Error(signed.reason);
    expect(signed.event.pubkey).not.toBe(PUBKEY);
    expect(JSON.stringify(plain(signed.event))).not.toContain(PUBKEY);
    expect(openAnonymous(signed.event, receiver, fastCurve)).toMatchObject({
      ok: true,
      opened: { pubkey: PUBKEY, content: "it was me" },
    });
  });

  test("an alias key is of one person and one number, and signs as itself", async () => {
    const answers: { pubkey: string; secret: string }[] = [];
    for (const index of [0, 0, 1]) {
      const asking = ask(page, `nostr.subrosa.deriveAlias("${OTHERS[0]}", ${index})`);
      await lab.answer("allow");
      answers.push((await asking) as { pubkey: string; secret: string });
    }
    const [first, again, next] = answers;
    expect(again).toEqual(first);
    expect(next?.pubkey).not.toBe(first?.pubkey);
    for (const { pubkey, secret } of answers) {
      expect(toHex(Secret.from(Buffer.from(secret, "hex"), fastCurve).pubkey)).toBe(pubkey);
      expect([pubkey, secret]).not.toContain(PUBKEY);
    }
  });

  test("many messages are opened after one question that says how many and why", async () => {
    const sender = Secret.from(sha256(utf8("sender")), fastCurve);
    using key = ConversationKey.between(sender, Buffer.from(PUBKEY, "hex"), fastCurve);
    if (key === undefined) throw new Error("no key between them");
    const items = Array.from({ length: 40 }, (_, i) => ({
      pubkey: toHex(sender.pubkey),
      ciphertext: i === 7 ? "AAAA" : encrypt(`message ${i}`, key, sha256(utf8(`nonce ${i}`))),
    }));
    let prompts = 0;
    lab.context.on("page", () => prompts++);
    const reading = ask(page, `nostr.subrosa.batchDecrypt(${JSON.stringify(items)}, "Open your inbox")`);
    const prompt = await lab.prompt();
    expect(await prompt.locator("#title").textContent()).toBe("Read 40 private messages at once");
    expect(await prompt.locator("#rows").textContent()).toContain("Open your inbox");
    await lab.answer("allow");
    const answers = (await reading) as { ok: boolean; plaintext?: string }[];
    expect(answers.map(({ plaintext }, i) => plaintext === `message ${i}`).filter(Boolean)).toHaveLength(39);
    expect(answers[7]).toEqual({ ok: false });
    expect(prompts).toBe(1);
  });

  test("a proof over 100 keys is verified in the worker, by the kernel", async () => {
    const people = Array.from({ length: 100 }, (_, i) => Secret.from(sha256(utf8(`member ${i}`)), fastCurve));
    const keys = people.map(({ pubkey }) => toHex(pubkey));
    const member = people[7] as Secret;
    const template = { ...event("one of a hundred"), keys };
    const signed = plain(
      signAsGroupMember(
        template,
        drawMemberKeys(member, (length) => randomBytes(length)),
        fastCurve,
      ),
    );
    const code = `(async () => {
      const start = performance.now();
      const answers = [];
      for (const content of ["one of a hundred", "forged"]) {
        answers.push(await nostr.verifyGroupMemberProof({ ...${JSON.stringify(signed)}, content }));
      }
      return { answers, each: (performance.now() - start) / 2 };
    })()`;
    const { answers, each } = (await ask(page, code)) as { answers: boolean[]; each: number };
    expect(answers).toEqual([true, false]);
    if (process.env["SUBROSA_LONG"] !== undefined)
      process.stdout.write(`verify 100 through the provider: ${each} ms\n`);
    const options = await lab.options();
    expect(await options.locator("#slow").isVisible()).toBe(false);
    await options.close();
  });

  test("not a member and a no are one answer", async () => {
    const strangers = { ...event("x"), tags: [["group-member-proof", null, ...OTHERS]] };
    for (const verdict of ["allow", "deny"] as const) {
      const signing = ask(page, `nostr.signEventAsGroupMember(${JSON.stringify(strangers)})`);
      await lab.answer(verdict);
      expect(await signing).toEqual({ refused: "refused" });
    }
  });

  test("the worker is killed while a prompt is open: the answer still arrives, once", async () => {
    const deleting = ask(page, `nostr.signEvent(${JSON.stringify({ ...event("killed"), kind: 5 })})`);
    const prompt = await lab.prompt();
    await lab.killWorker();
    await prompt.waitForTimeout(1_000);
    await lab.answer("allow");
    expect(await deleting).toMatchObject({ kind: 5, content: "killed", pubkey: PUBKEY });
    const again = ask(page, `nostr.signEvent(${JSON.stringify({ ...event("killed again"), kind: 5 })})`);
    await (await lab.prompt()).close();
    expect(await again).toEqual({ refused: "refused" });
  });

  test("a page that asks too much opens one window; beyond ten it is told at once that it is busy; leaving ends it all", async () => {
    const flood = await lab.visit("/flood");
    const opened: string[] = [];
    const count = () => opened.push("a window");
    lab.context.on("page", count);
    await flood.evaluate(`(() => {
      window.codes = [];
      for (let i = 0; i < 25; i++) nostr.signEvent({ kind: 9, created_at: i, tags: [], content: "" }).catch(({ code }) => codes.push(code));
    })()`);
    await lab.prompt();
    await flood.evaluate("nostr.verifyGroupMemberProof({})");
    expect(await flood.evaluate("codes")).toEqual(Array(15).fill("busy"));
    expect(opened).toHaveLength(1);
    lab.context.off("page", count);
    await flood.close();
    await lab.promptGone();
  });

  test("a press in the moment the prompt appears does not count; a script's never does", async () => {
    const asking = ask(page, `nostr.subrosa.deriveAlias("${OTHERS[0]}", 0)`);
    const prompt = await lab.prompt();
    await prompt.evaluate("document.getElementById('allow').click(), document.getElementById('deny').click()");
    // The prompt's clock stands still, so that no machine is too slow to be too quick.
    await prompt.evaluate("window.clock = performance.now; performance.now = () => window.stopped");
    await prompt.evaluate("window.stopped = clock.call(performance), window.dispatchEvent(new Event('resize'))");
    await prompt.locator("#allow").click();
    expect(await prompt.locator("#status").textContent()).toMatch(/quick/);
    await prompt.evaluate("delete performance.now");
    await lab.answer("allow");
    expect(await asking).toEqual({
      pubkey: expect.stringMatching(/^[0-9a-f]{64}$/),
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("another account chosen while the prompt is open refuses; the page hears that it changed", async () => {
    await page.evaluate("nostr.on('accountChanged', () => { window.changed = (window.changed ?? 0) + 1; })");
    const changes = (count: number) =>
      expect.poll(() => page.evaluate("window.changed"), { timeout: PATIENCE }).toBe(count);
    await lab.importAccount("Bob", "1".repeat(64));
    const asking = ask(page, `nostr.signEvent(${JSON.stringify({ ...event("for ann"), kind: 7 })})`);
    await lab.prompt();
    const options = await lab.options();
    await options.getByLabel(`Account for ${lab.site}`).selectOption({ label: "Bob" });
    expect(await asking).toEqual({ refused: "refused" });
    await lab.promptGone();
    await changes(1);
    await options.getByLabel(`Account for ${lab.site}`).selectOption({ label: "the default" });
    await changes(2);
    // The worker sleeps and the page lies idle: it hears it all the same, and no other site does.
    const bystander = await lab.visit("/other", "http://127.0.0.1");
    await bystander.evaluate("nostr.on('accountChanged', () => { window.changed = true; })");
    await bystander.evaluate("nostr.verifyGroupMemberProof({})");
    await lab.killWorker();
    await options.getByLabel(`Account for ${lab.site}`).selectOption({ label: "Bob" });
    await changes(3);
    await options.getByLabel(`Account for ${lab.site}`).selectOption({ label: "the default" });
    await changes(4);
    expect(await bystander.evaluate("window.changed")).toBeUndefined();
    await bystander.close();
    await options.close();
  });

  test("after a worker that was killed and a lock, a key is used again only with the passphrase", async () => {
    const options = await lab.options();
    await options.getByRole("button", { name: "Lock all" }).click();
    await options.getByText("Locked.", { exact: true }).waitFor();
    await options.close();
    await lab.killWorker();
    const signing = ask(page, `nostr.signEvent(${JSON.stringify(event("locked"))})`);
    const prompt = await lab.prompt();
    expect(await prompt.locator("#allow").textContent()).toBe("Unlock and allow");
    await prompt.locator("#passphrase").fill("not the passphrase");
    await lab.press(prompt, "allow");
    await prompt.getByText("This is not the passphrase").waitFor();
    await lab.answer("allow");
    expect(await signing).toMatchObject({ pubkey: PUBKEY });
  });

  test("the passphrase is changed in the options page: the new one unlocks, the old one does not", async () => {
    const options = await lab.options();
    await options.getByRole("button", { name: "Lock all" }).click();
    await options.getByText("Locked.", { exact: true }).waitFor();
    const card = options.locator(".card", { hasText: "Ann" });
    await card.getByText("Change the passphrase").click();
    const change = async (old: string, next: string, says: string): Promise<void> => {
      await card.getByLabel("The passphrase of now").fill(old);
      await card.getByLabel("A new passphrase").fill(next);
      await card.getByLabel("The new passphrase again").fill(next);
      await card.getByRole("button", { name: "Change it" }).click();
      await options.getByText(says).waitFor();
    };
    await change("not the passphrase", "another long one", "does not open this sealed key");
    await change(PASSPHRASE, "another long one", "Changed.");
    await options.close();
    const signing = ask(page, `nostr.signEvent(${JSON.stringify(event("after the change"))})`);
    const prompt = await lab.prompt();
    await prompt.locator("#passphrase").fill(PASSPHRASE);
    await lab.press(prompt, "allow");
    await prompt.getByText("This is not the passphrase").waitFor();
    await lab.answer("allow", { passphrase: "another long one" });
    expect(await signing).toMatchObject({ pubkey: PUBKEY });
    expect(lab.heard.join("\n").includes("another long one")).toBe(false);
  });

  test("the key is in no message, console line, address, request, page, or stored record of the whole run", async () => {
    const options = await lab.options();
    const records = (await options.evaluate(
      "Promise.all([chrome.storage.local.get(null), chrome.storage.session.get(null)]).then(JSON.stringify)",
    )) as string;
    const pages = await Promise.all(lab.context.pages().map((one) => one.content()));
    const said = [records, ...lab.heard, ...lab.tapped, ...pages].join("\n");
    // Nothing said is worth little where nothing was heard: each border was crossed, and what was asked is in it.
    for (const border of BORDERS)
      expect(
        lab.tapped.some((one) => one.startsWith(border)),
        border,
      ).toBe(true);
    for (const border of ["page to content", "content to worker", "worker to prompt", "worker to content"]) {
      expect(
        lab.tapped.some((one) => one.startsWith(border) && one.includes("first words")),
        border,
      ).toBe(true);
    }
    if (process.env["SUBROSA_LONG"] !== undefined) process.stdout.write(`${lab.tapped.length} messages heard\n`);
    expect(records).toContain("ncryptsec1");
    const disk = textsBelow(lab.profile);
    for (const canary of canaries()) {
      expect(said.includes(canary), "said").toBe(false);
      expect(
        disk.some((text) => text.includes(canary)),
        "on disk",
      ).toBe(false);
    }
    // The passphrase goes one way, from the prompt in which it is typed to the worker.
    const hasPassphrase = (one: string) => one.includes(PASSPHRASE) || one.includes("another long one");
    expect([records, ...lab.heard, ...pages].filter(hasPassphrase)).toEqual([]);
    expect(lab.tapped.filter((one) => hasPassphrase(one) && !one.startsWith("prompt to worker"))).toEqual([]);
    expect(lab.heard.filter((line) => line.startsWith("console") || line.startsWith("error"))).toEqual([]);
    const strange = lab.heard.filter(
      (line) => /^(request|address) /.test(line) && !line.includes(lab.site) && !line.includes(lab.base),
    );
    expect(strange.filter((line) => !/(about:|data:|chrome:|http:\/\/127\.0\.0\.1:)/.test(line))).toEqual([]);
    await options.close();
  });
});

/** What the browser takes away while it is looked at is not there. */
function textsBelow(folder: string): readonly string[] {
  const ifThere = <T>(read: () => readonly T[]): readonly T[] => {
    try {
      return read();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  };
  return ifThere(() => readdirSync(folder, { withFileTypes: true })).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return textsBelow(path);
    return entry.isFile() ? ifThere(() => [readFileSync(path).toString("latin1")]) : [];
  });
}
