/**
 * Two dozen ways to get a yes out of a prompt that a person did not give: each ends with "refused", in a real Chromium.
 * The prompt's own clock is stopped where a trick is about being too early, so that a slow machine changes nothing.
 */
import { findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Lab, SLOW_MACHINE } from "./lab.ts";

vi.setConfig(SLOW_MACHINE);
const program = findChromium(process.env);
if (program === undefined) process.stdout.write(`${NO_CHROMIUM}\n`);

const ASK = "nostr.getPublicKey().then(() => 'GOT IT', (error) => error.code)";

interface Stage {
  readonly lab: Lab;
  readonly page: Page;
  readonly prompt: Page;
}

/** What a page's or a person's hand does; `early` ones happen with the clock stopped just after the prompt was shown. */
type Trick = readonly [name: string, when: "early" | "armed", play: (stage: Stage) => Promise<unknown>];

const script =
  (code: string) =>
  ({ prompt }: Stage) =>
    prompt.evaluate(code);
const BUTTON = "document.getElementById('allow')";
const fromThePage =
  (code: string) =>
  ({ page }: Stage) =>
    page.evaluate(code).catch(() => undefined);
const ofPrompt =
  (code: string) =>
  ({ page, prompt }: Stage) =>
    page.evaluate(code.replaceAll("PROMPT", prompt.url())).catch(() => undefined);
/** In a prompt, where a test says so: until the button can be pressed no time passes, and then an hour at once. */
const LEAP = `if (typeof document !== "undefined" && location.protocol === "chrome-extension:" && "leap" in localStorage) {
  performance.now = () => (document.getElementById("allow")?.disabled === false ? 3_600_000 : 0);
}
`;

const shift =
  (name: string) =>
  ({ prompt }: Stage) =>
    prompt.evaluate(`window.dispatchEvent(new Event("${name}"))`);

const TRICKS: readonly Trick[] = [
  ["a click by script", "armed", script(`${BUTTON}.click()`)],
  ["a submit by script", "armed", script(`document.getElementById("form").requestSubmit(${BUTTON})`)],
  [
    "a made-up submit event",
    "armed",
    script(
      `document.getElementById("form").dispatchEvent(new SubmitEvent("submit", { submitter: ${BUTTON}, cancelable: true }))`,
    ),
  ],
  [
    "made-up pointer events",
    "armed",
    script(
      `for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) ${BUTTON}.dispatchEvent(new PointerEvent(type, { bubbles: true }))`,
    ),
  ],
  [
    "made-up keys",
    "armed",
    script(
      `${BUTTON}.focus(); for (const type of ["keydown", "keypress", "keyup"]) ${BUTTON}.dispatchEvent(new KeyboardEvent(type, { key: "Enter", bubbles: true }))`,
    ),
  ],
  ["a click that was meant for the page", "early", ({ prompt }) => prompt.locator("#allow").click()],
  ["a double click that goes through", "early", ({ prompt }) => prompt.locator("#allow").dblclick()],
  ["clicks in a row", "early", ({ prompt }) => prompt.locator("#allow").click({ clickCount: 5 })],
  [
    "Enter typed ahead",
    "early",
    async ({ prompt }) => {
      await prompt.locator("#allow").focus();
      await prompt.keyboard.press("Enter");
    },
  ],
  [
    "Space typed ahead",
    "early",
    async ({ prompt }) => {
      await prompt.locator("#allow").focus();
      await prompt.keyboard.press("Space");
    },
  ],
  ["Enter where the focus is at first", "armed", ({ prompt }) => prompt.keyboard.press("Enter")],
  [
    "a key that is held down",
    "armed",
    async ({ prompt }) => {
      await prompt.locator("#deny").evaluate("(button) => button.blur()");
      for (let i = 0; i < 3; i++) await prompt.keyboard.down("Enter");
      await prompt.locator("#allow").focus();
      // The browser says of this one that it repeats.
      await prompt.keyboard.down("Enter");
      await prompt.keyboard.up("Enter");
    },
  ],
  [
    "resized under the pointer",
    "armed",
    async (stage) => {
      await stage.prompt.setViewportSize({ width: 400, height: 500 });
      await shift("resize")(stage);
      await stage.prompt.locator("#allow").click();
    },
  ],
  [
    "zoomed under the pointer",
    "armed",
    async ({ lab, prompt }) => {
      const browser = await lab.context.newCDPSession(prompt);
      for (const pageScaleFactor of [1.5, 1]) {
        await browser.send("Emulation.setPageScaleFactor", { pageScaleFactor });
        await expect.poll(() => prompt.evaluate("visualViewport.scale")).toBe(pageScaleFactor);
      }
      await prompt.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
      await prompt.locator("#allow").click();
    },
  ],
  [
    "a drag that began elsewhere and ends on the button",
    "armed",
    async ({ prompt }) => {
      await prompt.locator("#title").hover();
      await prompt.mouse.down();
      await prompt.locator("#allow").hover();
      await prompt.mouse.up();
    },
  ],
  [
    "something dragged and dropped on the button",
    "armed",
    ({ prompt }) => prompt.locator("#origin").dragTo(prompt.locator("#allow")),
  ],
  [
    "sent behind and brought to the front",
    "armed",
    async (stage) => {
      await shift("blur")(stage);
      await shift("focus")(stage);
      await stage.prompt.locator("#allow").click();
    },
  ],
  [
    "pressed while it is behind",
    "armed",
    async (stage) => {
      await shift("blur")(stage);
      await stage.prompt.locator("#allow").click();
    },
  ],
  [
    "the prompt in a frame of the page",
    "armed",
    ofPrompt(`new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.onload = frame.onerror = () => resolve();
      frame.src = "PROMPT";
      frame.style = "opacity: 0; position: fixed; inset: 0";
      document.body.append(frame);
    })`),
  ],
  [
    "the prompt as a window that the page opened and moves",
    "armed",
    ofPrompt(`(() => {
      const opened = window.open("PROMPT", "w", "width=100,height=100");
      opened?.moveTo(0, 0);
      opened?.postMessage("allow", "*");
      opened?.document.getElementById("allow").click();
      opened?.close();
    })()`),
  ],
  [
    "history and navigation from the page",
    "armed",
    ofPrompt(`(() => {
      history.pushState({}, "", "/elsewhere");
      history.back();
      window.open("PROMPT", "_blank")?.close();
    })()`),
  ],
  [
    "another full-screen window over it",
    "armed",
    fromThePage(`(() => {
      const cover = window.open("/", "cover", "popup,width=2000,height=2000,left=0,top=0");
      cover?.focus();
      document.documentElement.requestFullscreen?.().catch(() => undefined);
      cover?.close();
    })()`),
  ],
  [
    "a message to the worker in the prompt's words",
    "armed",
    ofPrompt(`(() => {
      const id = new URL("PROMPT").searchParams.get("id");
      const answer = JSON.stringify({ type: "answer", id, verdict: "allow", lasts: "always", reach: "everything", passphrase: "" });
      window.postMessage(answer, "*");
      const { port1, port2 } = new MessageChannel();
      window.postMessage("subrosa:port", "/", [port2]);
      port1.postMessage(answer);
      new BroadcastChannel("subrosa").postMessage(answer);
      document.dispatchEvent(new CustomEvent("subrosa", { detail: answer }));
      window.chrome?.runtime?.connect?.(new URL("PROMPT").host, { name: "prompt" })?.postMessage(answer);
    })()`),
  ],
];

describe.skipIf(program === undefined)("tricks on the prompt", () => {
  let lab: Lab;
  let page: Page;

  beforeAll(async () => {
    lab = await Lab.open(program ?? "", { before: LEAP });
    await lab.importAccount("Ann", "1".repeat(64));
    page = await lab.visit();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  test("there are 23, and one more below", () => expect(TRICKS).toHaveLength(23));

  for (const [name, when, play] of TRICKS) {
    test(`no yes by: ${name}`, async () => {
      const asking = page.evaluate(ASK);
      const prompt = await lab.prompt();
      // From here on the prompt's clock is ours; what came before counts as just shown.
      await prompt.evaluate("window.stopped = performance.now(); performance.now = () => window.stopped");
      await shift("resize")({ lab, page, prompt });
      if (when === "armed") await prompt.evaluate("window.stopped += 2000");
      await play({ lab, page, prompt });
      // The account is the site's to see the moment there is a yes; a no at the end shows that there was none.
      for (const other of lab.context.pages()) if (other !== page && other !== prompt) await other.close();
      await lab.click(prompt, "deny");
      expect(await asking).toBe("refused");
    });
  }

  test("and a person who has read it can say yes", async () => {
    const asking = page.evaluate(ASK);
    const prompt = await lab.prompt();
    // Also after scrolling with a key that was held down.
    for (let i = 0; i < 3; i++) await prompt.keyboard.down("ArrowDown");
    await prompt.keyboard.up("ArrowDown");
    await lab.answer("allow");
    expect(await asking).toBe("GOT IT");
  });

  test("no yes by: a press at the very moment when the words come, however long the window was there before", async () => {
    const options = await lab.options();
    await options.evaluate("localStorage.setItem('leap', '')");
    await options.close();
    const asking = page.evaluate(ASK);
    const prompt = await lab.prompt();
    await prompt.locator("#allow").click();
    expect(await prompt.locator("#status").textContent()).toMatch(/quick/);
    await lab.click(prompt, "deny");
    expect(await asking).toBe("refused");
  });
});
