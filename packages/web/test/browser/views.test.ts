/** Every view as assistive programs see it, in light and dark; the page by keyboard alone; what a first visit loads. */
import { gzipSync } from "node:zlib";
import { findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "./lab.ts";
import { Person } from "./person.ts";

const chromium = findChromium(process.env);
const LONG = 600_000;
const FIRST_LOAD = 120_000;
const FRAGMENTS = [
  "#/people",
  "#/add/new",
  "#/groups",
  "#/groups/new",
  "#/join/nostr:nevent1",
  "#/speak",
  "#/speak/write",
  "#/polls/new",
  "#/settings",
  "#/privacy",
];

async function faultsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run()")) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** Presses Tab until the focus is on what has this name, as somebody does who has no mouse. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let i = 0; i < 80; i++) {
    const focused = page.locator("*:focus");
    if ((await focused.count()) > 0) {
      const snapshot = await focused.first().ariaSnapshot();
      if (snapshot.split("\n")[0]!.includes(name)) return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`no way by Tab to: ${name}`);
}

describe.skipIf(chromium === undefined)(`views${chromium === undefined ? ` (${NO_CHROMIUM})` : ""}`, () => {
  let lab: Lab;
  let ada: Person;
  let link: string;
  beforeAll(async () => {
    lab = await Lab.open(chromium!);
    ada = await Person.arrive(lab, "Ada");
    link = await ada.link();
    await ada.createGroup("Gardeners", "Anonymous group");
    await ada.write("Gardeners", "Roses first");
  }, LONG);
  afterAll(() => lab?.[Symbol.asyncDispose]());

  test("the start of a first visit loads at most 120 kB of script, gzip", { timeout: LONG }, async () => {
    const context = await lab.visitor("first");
    const page = await context.newPage();
    const scripts: Promise<number>[] = [];
    page.on("response", (response) => {
      if (response.request().resourceType() !== "script") return;
      scripts.push(response.body().then((body) => gzipSync(body, { level: 9 }).length));
    });
    await page.goto(lab.address);
    await page.getByRole("button", { name: "Begin" }).waitFor();
    const size = (await Promise.all(scripts)).reduce((sum, each) => sum + each, 0);
    expect(size).toBeGreaterThan(1_000);
    expect(size).toBeLessThanOrEqual(FIRST_LOAD);
    expect(await faultsOf(page)).toEqual([]);
    await context.close();
  });

  test("axe-core finds nothing, in any view, light and dark", { timeout: LONG }, async () => {
    await ada.open("Gardeners");
    const talk = await ada.page.evaluate("location.hash");
    for (const colorScheme of ["light", "dark"] as const) {
      await ada.page.emulateMedia({ colorScheme });
      for (const fragment of [...FRAGMENTS, String(talk), String(talk).replace("group", "about-group")]) {
        await ada.go(fragment);
        await ada.page.locator("[data-focus]").waitFor();
        expect(await faultsOf(ada.page), `${fragment} ${colorScheme}`).toEqual([]);
      }
    }
  });

  test("right to left, in Arabic, nothing sticks out and nothing is wrong", { timeout: LONG }, async () => {
    const context = await lab.visitor("Layla", { locale: "ar", viewport: { width: 390, height: 800 } });
    const page = await context.newPage();
    await page.goto(lab.address);
    await page.getByLabel("بماذا يناديك الناس؟").fill("ليلى");
    await page.getByRole("button", { name: "ابدأ" }).click();
    await page.getByRole("navigation").waitFor();
    expect(await page.evaluate("document.documentElement.dir")).toBe("rtl");
    for (const fragment of FRAGMENTS) {
      await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
      await page.locator("[data-focus]").first().waitFor();
      expect(await faultsOf(page), fragment).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), fragment).toBe(true);
    }
    await context.close();
  });

  test("a whole story with the keyboard alone", { timeout: LONG }, async () => {
    const context = await lab.visitor("Kim");
    const page = await context.newPage();
    const { keyboard } = page;
    await page.goto(lab.address);
    await page.getByRole("button", { name: "Begin" }).waitFor();
    await tabTo(page, "What shall people call you?");
    await keyboard.type("Kim");
    await keyboard.press("Enter");
    await page.getByRole("navigation", { name: "Places" }).waitFor();
    // Asks somebody to be in touch.
    await tabTo(page, "Add");
    await keyboard.press("Enter");
    await tabTo(page, "Their link, or their key");
    await keyboard.insertText(link);
    await tabTo(page, "A few words");
    await keyboard.type("Kim, by keyboard");
    await tabTo(page, 'button "Ask"');
    await keyboard.press("Enter");
    await page.getByText("You can write as soon as they accept").waitFor();
    await ada.accept("Kim, by keyboard", "Kim");
    await page.getByRole("textbox", { name: "Write to" }).waitFor();
    await tabTo(page, "Write to");
    await keyboard.type("No mouse here");
    await keyboard.press("Enter");
    await ada.reads("No mouse here");
    // Walks up to the line that was said, and makes a group.
    await tabTo(page, "Conversation with");
    await keyboard.press("ArrowUp");
    expect(await page.locator("li.message:focus").textContent()).toContain("No mouse here");
    await tabTo(page, 'link "Groups');
    await keyboard.press("Enter");
    await tabTo(page, "New group");
    await keyboard.press("Enter");
    await tabTo(page, 'textbox "Name"');
    await keyboard.type("Keyboards");
    await keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Write to" }).waitFor();
    await tabTo(page, "Write to");
    await keyboard.type("First words");
    await keyboard.press("Enter");
    await page.locator(".message", { hasText: "First words" }).waitFor();
    // Reads the checklist before a post.
    await tabTo(page, 'link "Speak');
    await keyboard.press("Enter");
    await tabTo(page, 'link "Write"');
    await keyboard.press("Enter");
    await tabTo(page, "Public keys, yours among them");
    await keyboard.type("nobody");
    await page.getByText("Your key is not among these keys").waitFor();
    await context.close();
  });

  test("no policy was broken, nobody else was asked", () => {
    expect(lab.errors).toEqual([]);
    expect(lab.elsewhere).toEqual([]);
  });
});
