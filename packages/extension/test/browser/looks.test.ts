/**
 * The extension's own pages as a person uses and sees them: accounts made, brought along, kept and taken back in the
 * options page, and every prompt, looked at by axe-core in light and dark. SUBROSA_SCREENSHOTS=folder keeps the pictures.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type PubkeyHex, toHex, utf8 } from "@subrosa/core/bytes";
import { sha256 } from "@subrosa/core/hash";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { decodeNcryptsec } from "@subrosa/core/nostr/nip49";
import { Secret } from "@subrosa/core/secret";
import { findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import { fastCurve } from "@subrosa/testkit/curves";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Lab, PASSPHRASE, SLOW_MACHINE } from "./lab.ts";

vi.setConfig(SLOW_MACHINE);
const program = findChromium(process.env);
if (program === undefined) process.stdout.write(`${NO_CHROMIUM}\n`);

/** The first of NIP-06's vectors. */
const WORDS = "leader monkey parrot ring guide accident before fence cannon height naive bean";
const NPUB = "npub1zutzeysacnf9rru6zqwmxd54mud0k44tst6l70ja5mhv8jjumytsd2x7nu";
const ANN = "17162c921dc4d2518f9a101db33695df1afb56ab82f5ff3e5da6eec3ca5cd917";
const SITE = "https://meeting.example";

const keyOf = (name: string): string => toHex(Secret.from(sha256(utf8(name)), fastCurve).pubkey);
const npubOf = (key: string): string => encodeEntity({ type: "npub", pubkey: key as PubkeyHex });
const FRIENDS = ["Bea", "Cem", "Dora", "Emil", "Fatma", "Gero"].map((name) => [keyOf(name), name] as const);
const [BEA = ""] = FRIENDS.map(([key]) => key);
const STRANGER = keyOf("a stranger");

const PROMPT = { width: 460, height: 730 };
const event = (content: string, more: object = {}) =>
  JSON.stringify({ kind: 1, created_at: 1_700_000_000, tags: [], content, ...more });
const ring = (...keys: readonly string[]) => ({ tags: [["group-member-proof", null, ...keys]] });

describe.skipIf(program === undefined)("the extension's pages", () => {
  let lab: Lab;
  let page: Page;
  let options: Page;
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const shots = process.env["SUBROSA_SCREENSHOTS"];

  beforeAll(async () => {
    lab = await Lab.open(program ?? "");
    await lab.context.route(`${SITE}/**`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>A meeting</title>" }),
    );
    options = await lab.options();
    if (shots !== undefined) mkdirSync(shots, { recursive: true });
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const ask = (code: string): Promise<unknown> =>
    page.evaluate(`Promise.resolve(${code}).catch((error) => ({ refused: error.code ?? String(error) }))`);
  const says = (words: string) => options.getByText(words, { exact: true }).waitFor();
  const card = (name: string) => options.locator(".card", { has: options.locator("h3", { hasText: name }) });

  async function look(shown: Page, name: string, size: { readonly width: number; readonly height: number }) {
    await shown.setViewportSize(size);
    for (const colorScheme of ["light", "dark"] as const) {
      await shown.emulateMedia({ colorScheme });
      await shown.evaluate(axe);
      const found = (await shown.evaluate(
        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ html }) => html)))",
      )) as string[];
      expect(found, `${name}, ${colorScheme}`).toEqual([]);
      if (shots !== undefined) {
        await shown.evaluate("document.activeElement?.blur(), scrollTo(0, 0)");
        await shown.screenshot({
          path: join(shots, `${name}-${colorScheme}.png`),
          fullPage: name.startsWith("options"),
        });
      }
    }
  }

  test("before there is an account, a site is refused, and the options page says how to begin", async () => {
    await options.getByText("No account yet. Make one, or bring one along.").waitFor();
    page = await lab.context.newPage();
    await page.goto(`${SITE}/`);
    expect(await ask("nostr.getPublicKey()")).toEqual({ refused: "refused" });
    await options.getByText("Make a new account").click();
    await look(options, "options-first", { width: 900, height: 900 });
  });

  test("an account is made under a passphrase typed twice, and the reminder stays until a copy is kept", async () => {
    const make = async (passphrase: string, again: string): Promise<void> => {
      await options.locator("#create-name").fill("Zoe");
      await options.locator("#create-passphrase").fill(passphrase);
      await options.locator("#create-again").fill(again);
      await options.getByRole("button", { name: "Make it" }).click();
    };
    await make(PASSPHRASE, `${PASSPHRASE}!`);
    await says("The two passphrases differ.");
    await make("short", "short");
    await options.getByText("Take a passphrase of at least 10 characters").waitFor();
    await make(PASSPHRASE, PASSPHRASE);
    await says("Your account is ready. Keep a copy of its sealed key now.");
    await card("Zoe").getByText("There is no copy of this sealed key yet.").waitFor();
    await card("Zoe").getByRole("button", { name: "I have kept both" }).click();
    await card("Zoe").getByText("There is no copy of this sealed key yet.").waitFor({ state: "detached" });
  });

  test("what can be taken out is the ncryptsec, which the passphrase opens, on the screen and as a file (NIP-49)", async () => {
    const npub = await card("Zoe").locator("code").first().textContent();
    await card("Zoe").getByRole("button", { name: "Show sealed key" }).click();
    const shown = await card("Zoe").getByLabel("Sealed key of Zoe").inputValue();
    const downloading = options.waitForEvent("download");
    await card("Zoe").getByRole("button", { name: "Save sealed key" }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe("Zoe.ncryptsec.txt");
    expect(readFileSync(await download.path(), "utf8")).toBe(`${shown}\n`);
    const opened = decodeNcryptsec(shown, PASSPHRASE, fastCurve, { maxLogN: 17 });
    expect(opened.ok && npubOf(toHex(opened.secret.pubkey))).toBe(npub);
    // Nowhere on the page is there a secret key in the open.
    expect(await options.content()).not.toMatch(/nsec1/);
  });

  test("words of NIP-06 bring their account along; a wrong word is said to be one", async () => {
    await options.getByText("Bring an account along").click();
    for (const [words, answer] of [
      [WORDS.replace("leader", "lead"), "One of these words is wrong, or they are not in the right order."],
      [WORDS, "Your account is here."],
    ] as const) {
      await options.locator("#import-name").fill("Ann");
      await options.locator("#import-key").fill(words);
      await options.locator("#import-passphrase").fill(PASSPHRASE);
      await options.getByRole("button", { name: "Bring it" }).click();
      await says(answer);
      expect(await options.locator("#import-key").inputValue()).toBe("");
    }
    await card("Ann").getByText(NPUB).waitFor();
    await card("Ann").getByRole("button", { name: "Use by default" }).click();
    await card("Ann").getByText("used by default").waitFor();
  });

  test("an account is removed after a question, and another is left", async () => {
    options.once("dialog", (dialog) => void dialog.dismiss());
    await card("Zoe").getByRole("button", { name: "Remove" }).click();
    await card("Zoe").waitFor();
    options.once("dialog", (dialog) => void dialog.accept());
    await card("Zoe").getByRole("button", { name: "Remove" }).click();
    await says("Removed.");
    expect(await options.locator(".card").count()).toBe(1);
  });

  test("people are named, and a ring is shown with their names, without a look at whether the user is in it", async () => {
    await options.locator("#people").fill(FRIENDS.map(([key, name]) => `${npubOf(key)} ${name}`).join("\n"));
    await options.getByRole("button", { name: "Keep" }).click();
    await says("6 people kept.");
    for (const keys of [
      [...FRIENDS.map(([key]) => key), STRANGER, ANN],
      [...FRIENDS.map(([key]) => key), STRANGER, BEA],
    ]) {
      const asking = ask(`nostr.signEventAsGroupMember(${event("hello", ring(...keys))})`);
      const prompt = await lab.prompt();
      const n = new Set(keys).size;
      expect(await prompt.locator("#title").textContent()).toBe(`Publish a public note as one of ${n}`);
      expect(await prompt.locator("#rows dd").first().textContent()).toMatch(
        new RegExp(`^${n} people, of whom you named 6: `),
      );
      await prompt.getByText(`All ${n} people`).click();
      expect((await prompt.locator("#members strong").allTextContents()).sort()).toEqual(
        FRIENDS.map(([, name]) => name),
      );
      expect(await prompt.locator("#members li").count()).toBe(n);
      await lab.answer("deny");
      expect(await asking).toEqual({ refused: "refused" });
    }
  });

  test("a no for an hour is kept as one, refuses without asking, and is taken back; the list of what happened tells, and is cleared", async () => {
    const code = `nostr.signEvent(${event("no", { kind: 7 })})`;
    const asking = ask(code);
    await lab.answer("deny", { lasts: "hour" });
    expect(await asking).toEqual({ refused: "refused" });
    expect(await ask(code)).toEqual({ refused: "refused" });
    await options.reload();
    const row = options.locator("#grants tr", { hasText: "may not sign: a reaction" });
    expect(await row.textContent()).toMatch(/https:\/\/meeting\.example.*Ann.*until /);
    const acts = options.locator("#activity tbody tr", { hasText: "sign: a reaction" });
    expect(await acts.count()).toBe(2);
    expect(await options.locator("#activity").textContent()).not.toContain("words");
    await row.getByRole("button", { name: /^Take back/ }).click();
    await says("Taken back.");
    const again = ask(code);
    await lab.answer("deny");
    expect(await again).toEqual({ refused: "refused" });
    await options.getByRole("button", { name: "Clear" }).click();
    await options.getByText("Nothing has happened yet.").waitFor();
  });

  test("an account is unlocked by its first yes and locked at the moment that was chosen", async () => {
    await options.locator("#idle").selectOption("60");
    await says("From the next unlocking on.");
    const signing = ask(`nostr.signEvent(${event("The roses are in bloom.")})`);
    await lab.answer("allow", { lasts: "always" });
    expect(await signing).toMatchObject({ pubkey: ANN });
    const at = (await options.evaluate(
      "chrome.alarms.get('lock').then((alarm) => alarm.scheduledTime - Date.now())",
    )) as number | undefined;
    // Not the 15 minutes of one who chose nothing.
    expect(at !== undefined && at > 20 * 60_000 && at <= 60 * 60_000).toBe(true);
  });

  test("a prompt is read and answered by keyboard alone, and says what it is to a screen reader", async () => {
    const signing = ask(`nostr.signEvent(${event("by keys", { kind: 7 })})`);
    const prompt = await lab.prompt();
    const focused = () => prompt.evaluate("document.activeElement?.id");
    expect([await focused(), await prompt.title()]).toEqual(["title", "Sign a reaction – Subrosa"]);
    const passed: unknown[] = [];
    while (passed.at(-1) !== "allow" && passed.length < 12) {
      await prompt.keyboard.press("Tab");
      passed.push(await focused());
    }
    expect(passed).toEqual(["content", "lasts", "deny", "allow"]);
    for (const [role, name] of [
      ["region", "Text to sign"],
      ["form", "Your answer"],
      ["button", "Refuse"],
    ] as const) {
      expect(await prompt.getByRole(role, { name }).count(), name).toBe(1);
    }
    do {
      await prompt.waitForTimeout(750);
      await prompt.keyboard.press("Enter").catch(() => undefined);
    } while (
      !prompt.isClosed() &&
      (await prompt
        .getByText("That was quick")
        .count()
        .catch(() => 0)) === 1
    );
    expect(await signing).toMatchObject({ kind: 7, pubkey: ANN });
  });

  const prompts: readonly (readonly [string, string])[] = [
    [
      "sign",
      `nostr.signEvent(${event('{"name":"Ann","about":"Roses."}', {
        kind: 0,
        tags: [
          ["t", "rose"],
          ["p", BEA],
        ],
      })})`,
    ],
    ["public-key", "nostr.getPublicKey()"],
    ["encrypt", `nostr.nip44.encrypt("${BEA}", "Meet me where the roses grow, at eight.")`],
    ["decrypt", `nostr.nip44.decrypt("${STRANGER}", "AAAA")`],
    [
      "batch",
      `nostr.subrosa.batchDecrypt(${JSON.stringify(
        FRIENDS.flatMap(([pubkey]) => Array(30).fill({ pubkey, ciphertext: "AAAA" })),
      )}, "Open the history of your group")`,
    ],
    ["alias", `nostr.subrosa.deriveAlias("${BEA}", 3)`],
    ["anonymous", `nostr.subrosa.anonymousSign(${event("I will be there.", { kind: 1059, tags: [["p", BEA]] })})`],
    [
      "member",
      `nostr.signEventAsGroupMember(${event(
        "The minutes of the last meeting are not what was said there.",
        ring(...FRIENDS.map(([key]) => key), STRANGER, ANN),
      )})`,
    ],
    [
      "member-linkable",
      `nostr.signEventAsGroupMember(${event("I was there.", ring(BEA, keyOf("x"), STRANGER, ANN))}, { scope: { app: "meeting" } })`,
    ],
  ];
  for (const [name, code] of prompts) {
    test(`axe-core finds nothing in the prompt "${name}", in light and dark`, async () => {
      const asking = ask(code);
      const prompt = await lab.prompt();
      await look(prompt, name, PROMPT);
      if (name === "member") {
        await prompt.getByText("All 8 people").click();
        await prompt.locator("#members li").last().scrollIntoViewIfNeeded();
        await look(prompt, "member-people", PROMPT);
      }
      await lab.click(prompt, "deny");
      expect(await asking).toEqual({ refused: "refused" });
    });
  }

  test("nor in the options page, wide and narrow, nor in the prompt that unlocks or is over", async () => {
    await options.reload();
    await options.locator(".card").waitFor();
    await look(options, "options", { width: 900, height: 900 });
    await look(options, "options-narrow", { width: 390, height: 900 });
    await options.getByRole("button", { name: "Lock all" }).click();
    await says("Locked.");
    const asking = ask(`nostr.signEvent(${event("A note while locked.")})`);
    const prompt = await lab.prompt();
    await prompt.locator("#passphrase").fill("not the passphrase");
    await lab.press(prompt, "allow");
    await prompt.getByText("This is not the passphrase").waitFor();
    await look(prompt, "unlock", PROMPT);
    await lab.click(prompt, "deny");
    expect(await asking).toEqual({ refused: "refused" });
    const over = await lab.context.newPage();
    await over.goto(`${lab.base}prompt.html?id=${"0".repeat(32)}`);
    await over.getByText("This request is over").waitFor();
    await look(over, "over", PROMPT);
    await over.close();
  });
});
