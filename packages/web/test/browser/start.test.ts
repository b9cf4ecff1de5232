/** `npm start` as the README says it, and what happens to words when the network or the page goes away. */
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHROMIUM_ARGS, findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import { chromium as driver } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endProduct, PATIENCE, startProduct } from "./lab.ts";

const chromium = findChromium(process.env);
const LONG = 600_000;
const WORDS = ["one", "two", "three", "four", "five"].map((word) => `offline, number ${word}`);

const WORKER = "navigator.serviceWorker.getRegistration().then((found) => found?.active?.state)";

const isOpen = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      answer(true);
    });
    socket.once("error", () => answer(false));
  });

describe("npm start", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "subrosa-start-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  test("one port has the page, the relay and its document; Ctrl-C leaves nothing behind", {
    timeout: LONG,
  }, async () => {
    const flags = ["--port", "0", "--data", join(folder, "one")];
    const { child, address, said } = await startProduct(flags);
    const port = Number(new URL(address).port);
    expect(said).toContain(`ws://127.0.0.1:${port}`);
    const page = await fetch(address, { headers: { accept: "text/html" } });
    expect(await page.text()).toContain("<title>Subrosa</title>");
    const document = await fetch(address, { headers: { accept: "application/nostr+json" } });
    expect(await document.json()).toMatchObject({ software: "subrosa" });
    expect(await endProduct(child)).toBe(0);
    expect(await isOpen(port)).toBe(false);
  });

  test("a port that is taken is said in a sentence", { timeout: LONG }, async () => {
    const { child, address } = await startProduct(["--port", "0", "--data", join(folder, "two")]);
    const { port } = new URL(address);
    await expect(startProduct(["--port", port, "--data", join(folder, "three")])).rejects.toThrow(/is taken/);
    await endProduct(child);
  });

  test.skipIf(chromium === undefined)(
    `five messages written with the server away, and a reload in the middle: each arrives once${chromium === undefined ? ` (${NO_CHROMIUM})` : ""}`,
    { timeout: LONG },
    async () => {
      const data = join(folder, "four");
      const first = await startProduct(["--port", "0", "--data", data]);
      const { port } = new URL(first.address);
      const browser = await driver.launch({ executablePath: chromium!, args: [...CHROMIUM_ARGS] });
      const context = await browser.newContext({ locale: "en" });
      context.setDefaultTimeout(PATIENCE);
      const page = await context.newPage();
      await page.goto(first.address);
      await page.getByLabel("What shall people call you?").fill("Ada");
      await page.getByRole("button", { name: "Begin" }).click();
      await page.getByRole("link", { name: "Groups" }).click();
      await page.getByRole("link", { name: "New group" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Storm");
      await page.getByRole("button", { name: "Create" }).click();
      const field = page.getByRole("textbox", { name: "Write to" });
      await field.waitFor();
      // Kept for offline: from then on nobody need serve the page.
      await expect.poll(() => page.evaluate(WORKER), { timeout: LONG }).toBe("activated");
      await endProduct(first.child);

      for (const [i, text] of WORDS.entries()) {
        await field.fill(text);
        await field.press("Enter");
        await page.locator(".message", { hasText: text }).waitFor();
        if (i !== 2) continue;
        // Nobody serves the page now: what is kept for offline does.
        await page.reload();
        await field.waitFor();
        for (const before of WORDS.slice(0, 3)) await page.locator(".message", { hasText: before }).waitFor();
      }
      await page.getByText("on its way").first().waitFor();

      const second = await startProduct(["--port", port, "--data", data]);
      await page.reload();
      await expect.poll(() => page.getByText("sent", { exact: true }).count(), { timeout: LONG }).toBe(WORDS.length);
      for (const text of WORDS)
        expect(await page.locator(".message", { hasText: text }).count()).toBeLessThanOrEqual(1);
      for (const text of WORDS) await page.locator(".message", { hasText: text }).waitFor();
      await browser.close();
      await endProduct(second.child);
    },
  );
});
