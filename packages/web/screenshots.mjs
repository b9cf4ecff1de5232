/**
 * npm run screenshots [-- --all]: the main views, or all of them, as they look, at the width of a phone and of a desk, light
 * and dark, into docs/web. Needs a Chromium; starts the product on a port of its own, plays a short scene, and stops it.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const TARGET = join(ROOT, "docs/web");
const SIZES = [
  { width: 390, height: 780 },
  { width: 1_280, height: 760 },
];
/** Of people who are not here. */
const OTHERS = [
  "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
  "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
  "e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13",
];

/** @param {string} data */
function start(data) {
  const child = spawn(process.execPath, [join(ROOT, "tools/up.mjs"), "--port", "0", "--data", data], { cwd: ROOT });
  return new Promise((/** @type {(found: { child: typeof child, address: string }) => void} */ found, reject) => {
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
      const address = /^Subrosa +(http:\S+)$/m.exec(said)?.[1];
      if (address !== undefined) found({ child, address });
    });
    child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
}

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} address
 * @param {string} name
 */
async function arrive(browser, address, name) {
  const context = await browser.newContext({ locale: "en", reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(address);
  await page.getByLabel("What shall people call you?").fill(name);
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("navigation", { name: "Places" }).waitFor();
  return page;
}

/** @param {import("playwright-core").Page} page @param {string} text */
async function write(page, text) {
  const field = page.getByRole("textbox", { name: "Write to" });
  await field.fill(text);
  await field.press("Enter");
  await page.locator(".message.mine", { hasText: text }).last().waitFor();
}

/** @param {import("playwright-core").Page} page @param {string} fragment */
const go = (page, fragment) => page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
/** @param {import("playwright-core").Page} page */
const where = async (page) => String(await page.evaluate("location.hash"));

/**
 * Ada and Bert find each other, make a group, and one of five says something.
 * @param {import("playwright-core").Page} ada
 * @param {import("playwright-core").Page} bert
 */
async function play(ada, bert) {
  await go(ada, "#/add/new");
  await ada.getByRole("button", { name: "Show mine" }).click();
  const link = await ada.getByLabel("Your link").inputValue();
  await bert.goto(link);
  await bert.getByLabel("A few words").fill("It is Bert, from the garden");
  await bert.getByRole("button", { name: "Ask", exact: true }).click();
  await go(ada, "#/people");
  await ada.getByRole("link", { name: "It is Bert" }).click();
  await ada.getByLabel("What you call them").fill("Bert");
  await ada.getByRole("button", { name: "Accept" }).click();
  await write(ada, "Hello Bert! Did the roses make it through the frost?");
  await bert.getByText("Hello Bert!").last().waitFor();
  await write(bert, "All but two. Come and see on Sunday?");
  await ada.getByText("Come and see").last().waitFor();
  await write(ada, "I will bring cake");
  await ada.getByRole("button", { name: "Later" }).click();
  const talk = await where(ada);

  await go(ada, "#/groups/new");
  await ada.getByLabel("Name", { exact: true }).fill("Gardeners");
  await ada.getByRole("button", { name: "Create" }).click();
  await ada.getByRole("textbox", { name: "Write to" }).waitFor();
  const group = await where(ada);
  const about = group.replace("group", "about-group");
  await go(ada, about);
  const invitation = await ada.getByLabel("Invitation", { exact: true }).inputValue();
  await go(bert, new URL(invitation).hash);
  await bert.getByLabel("Your words to the group").waitFor();
  const joining = await where(bert);
  await bert.getByRole("button", { name: "Ask to join" }).click();
  await go(ada, group);
  await ada.getByRole("button", { name: "Let in" }).click();
  await bert.getByRole("button", { name: "Yes, it is" }).click();
  await write(ada, "Welcome! Watering plan for the week?");
  await bert.getByText("Watering plan").last().waitFor();
  await write(bert, "I take Tuesday and Friday");
  await ada.getByText("Tuesday and Friday").last().waitFor();
  await write(ada, "Perfect");

  await go(ada, "#/settings");
  const keys = [await ada.getByLabel("Public key").inputValue()];
  await go(bert, "#/settings");
  keys.push(await bert.getByLabel("Public key").inputValue(), ...OTHERS);
  await go(bert, "#/speak/write");
  await bert.getByLabel("Public keys, yours among them").fill(keys.join("\n"));
  await bert.getByLabel("What do you want to say?").fill("The committee has known since spring that the well is dry.");
  await bert.getByRole("button", { name: "Post for ever" }).click();
  await bert.getByRole("link", { name: "Write" }).waitFor();
  await go(ada, "#/polls/new");
  await ada.getByLabel("Public keys, yours among them").fill(keys.join("\n"));
  await ada.getByLabel("Question").fill("Shall we dig a new well?");
  await ada.getByRole("textbox", { name: "Answers" }).fill("Yes\nNo");
  await ada.getByRole("button", { name: "Ask", exact: true }).click();
  await ada.getByRole("radio", { name: "Yes" }).check();
  await ada.getByRole("button", { name: "Vote" }).click();
  await ada.getByText("1 person has voted").waitFor();
  const poll = await where(ada);
  return { talk, group, about, poll, joining, keys };
}

const folder = mkdtempSync(join(tmpdir(), "subrosa-screens-"));
const { child, address } = await start(join(folder, "data"));
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const [ada, bert] = [await arrive(browser, address, "Ada"), await arrive(browser, address, "Bert")];
  const { talk, group, about, poll, joining, keys } = await play(ada, bert);
  const newcomer = await (await browser.newContext({ locale: "en", reducedMotion: "reduce" })).newPage();
  await newcomer.goto(address);
  await newcomer.getByRole("button", { name: "Begin" }).waitFor();
  /** @type {readonly (readonly [string, string])[]} */
  const views = [
    ["person", talk],
    ["group", group],
    ["about-group", about],
    ["speak", "#/speak"],
    ["write", "#/speak/write"],
    ["poll", poll],
  ];
  /** @type {readonly (readonly [string, string])[]} */
  const others = [
    ["add", "#/add/new"],
    ["new-group", "#/groups/new"],
    ["join", joining],
    ["settings", "#/settings"],
    ["privacy", "#/privacy"],
  ];
  const all = process.argv.includes("--all") ? [...views, ...others] : views;
  mkdirSync(TARGET, { recursive: true });
  for (const viewport of SIZES) {
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      for (const page of [ada, newcomer]) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
      }
      /** @param {string} view */
      const path = (view) => join(TARGET, `${view}-${viewport.width}-${colorScheme}.png`);
      await newcomer.screenshot({ path: path("start") });
      for (const [view, fragment] of all) {
        await go(ada, fragment);
        await ada.locator("[data-focus]").waitFor();
        if (view === "speak") await ada.getByText("Verified here").first().waitFor();
        if (view === "poll") await ada.getByText("1 person has voted").waitFor();
        if (view === "write") {
          await ada.getByLabel("Public keys, yours among them").fill(keys.join("\n"));
          await ada
            .getByLabel("What do you want to say?")
            .fill("Ada thinks that the well can wait: https://example.org/well");
          await ada.getByText("The text holds one of your own names").waitFor();
        }
        await ada.screenshot({ path: path(view) });
      }
    }
  }
} finally {
  await browser.close();
  const gone = new Promise((done) => child.removeAllListeners("exit").once("exit", done));
  child.kill("SIGINT");
  await gone;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.stdout.write("Written to docs/web, for a phone and a desk, light and dark.\n");
