/**
 * A real Chromium with the extension in it, and sites on this machine that it visits. Pages are driven with texts of
 * JavaScript, as a page's own code would run, so nothing here needs the types of a page.
 *
 * Everything that crosses a border is collected: console lines, addresses, requests.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CHROMIUM_ARGS } from "@subrosa/testkit/chromium";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { buildExtension } from "../../build.mjs";
import { TAP_MARK } from "./tap.ts";

/** For what a person waits for, on a machine that does twenty other things. It decides nothing, but that it is never. */
export const PATIENCE = 150_000;
/** For `vi.setConfig`: opening and closing the browser are hooks, and slow where everything is. */
export const SLOW_MACHINE = { testTimeout: 400_000, hookTimeout: 400_000 } as const;
export const PASSPHRASE = "correct horse battery";

export class Lab implements AsyncDisposable {
  readonly #folder: string;
  readonly #server: Server;
  readonly context: BrowserContext;
  readonly site: string;
  readonly base: string;
  /** Console lines, addresses and requests of the whole run. */
  readonly heard: string[] = [];
  /** What crossed a border of the extension, where the lab listens there. */
  readonly tapped: string[] = [];
  /** What the site serves under a path besides its plain page. */
  readonly #pages: Map<string, string>;

  private constructor(
    folder: string,
    server: Server,
    context: BrowserContext,
    base: string,
    pages: Map<string, string>,
  ) {
    this.#folder = folder;
    this.#pages = pages;
    this.#server = server;
    this.context = context;
    this.base = base;
    this.site = `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  /** `before` stands before each of the extension's programs in the copy that is loaded: TAP hears what they say. */
  static async open(executablePath: string, { before = "" } = {}): Promise<Lab> {
    const folder = mkdtempSync(join(tmpdir(), "subrosa-lab-"));
    await buildExtension(join(folder, "built"));
    const extension = join(folder, "built", "chromium");
    if (before !== "") putBefore(extension, before);
    const pages = new Map([["/frames", FRAMES]]);
    const server = createServer((request, response) => {
      const body = pages.get(request.url ?? "") ?? "<!doctype html><title>A site</title><p>A site</p>";
      const type = request.url?.endsWith(".js") ? "text/javascript" : "text/html";
      response.writeHead(200, { "content-type": type }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const context = await chromium.launchPersistentContext(join(folder, "profile"), {
      headless: false,
      timeout: PATIENCE,
      executablePath,
      args: [...CHROMIUM_ARGS, `--disable-extensions-except=${extension}`, `--load-extension=${extension}`],
    });
    context.setDefaultTimeout(PATIENCE);
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker", { timeout: PATIENCE }));
    const lab = new Lab(folder, server, context, new URL("/", worker.url()).href, pages);
    lab.#listen();
    await lab.#welcomed();
    return lab;
  }

  /** The extension opens its options page when it is installed; a visit to it meanwhile would cross that. */
  async #welcomed(): Promise<void> {
    const isWelcome = (page: Page) => page.url() === `${this.base}options.html`;
    for (;;) {
      const page = this.context.pages().find(isWelcome);
      if (page !== undefined) {
        await isDrawn(page);
        return page.close();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #listen(): void {
    const note = (line: string) => this.heard.push(line);
    this.context.on("console", (message) => {
      const text = message.text();
      if (text.startsWith(TAP_MARK)) this.tapped.push(text.slice(TAP_MARK.length + 1));
      else note(`console ${text}`);
    });
    this.context.on("request", (request) => note(`request ${request.url()} ${request.postData() ?? ""}`));
    this.context.on("page", (page) => {
      note(`address ${page.url()}`);
      page.on("framenavigated", (frame) => note(`address ${frame.url()}`));
      page.on("pageerror", (error) => note(`error ${error.message}`));
    });
    this.context.on("weberror", (error) => note(`error ${error.error().message}`));
  }

  serve(path: string, body: string): void {
    this.#pages.set(path, body);
  }

  /** The address of a page that lies on this machine's disk. */
  file(name: string, body: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, body);
    return pathToFileURL(path).href;
  }

  /** The same server under another name is another site. */
  async visit(path = "/", host = "http://localhost"): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.site.replace("http://localhost", host) + path);
    return page;
  }

  async options(): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(`${this.base}options.html`);
    await isDrawn(page);
    return page;
  }

  /** Brings an account along through the options page, as a person would. */
  async importAccount(name: string, key: string): Promise<void> {
    const page = await this.options();
    await page.getByText("Bring an account along").click();
    await page.locator("#import-name").fill(name);
    await page.locator("#import-key").fill(key);
    await page.locator("#import-passphrase").fill(PASSPHRASE);
    await page.getByRole("button", { name: "Bring it" }).click();
    await page.getByText("Your account is here.").waitFor();
    await page.close();
  }

  /** The prompt that opens, or that is open. One that was answered and is about to close is not it. */
  async prompt(): Promise<Page> {
    const deadline = performance.now() + PATIENCE;
    while (performance.now() < deadline) {
      for (const page of this.#prompts()) if (await isReady(page)) return page;
      await pause();
    }
    throw new Error("no prompt opened");
  }

  #prompts(): readonly Page[] {
    return this.context.pages().filter((page) => page.url().startsWith(`${this.base}prompt.html`));
  }

  /** A prompt that the worker took back, with nobody pressing anything, closes a moment after its page was answered. */
  async promptGone(): Promise<void> {
    while (this.#prompts().length > 0) await pause();
  }

  /** Reads, waits as long as a person does, and answers. */
  async answer(
    verdict: "allow" | "deny",
    more: { readonly lasts?: string; readonly passphrase?: string } = {},
  ): Promise<void> {
    const page = await this.prompt();
    if (more.lasts !== undefined) await page.locator("#lasts").selectOption(more.lasts);
    if (await page.locator("#passphrase").isVisible())
      await page.locator("#passphrase").fill(more.passphrase ?? PASSPHRASE);
    const closed = page.waitForEvent("close", { timeout: PATIENCE });
    await this.press(page, verdict);
    await closed;
  }

  /** What came too early for the guard, on a machine that shows a window late, is pressed again, as a person would. */
  async press(prompt: Page, verdict: "allow" | "deny"): Promise<void> {
    do {
      await prompt.waitForTimeout(750);
      await this.click(prompt, verdict);
    } while (await wasTooQuick(prompt));
  }

  /** One click, which may be the end of the prompt before the browser has said that it clicked. */
  async click(prompt: Page, verdict: "allow" | "deny"): Promise<void> {
    await prompt
      .locator(`#${verdict}`)
      .click()
      .catch((error: unknown) => {
        if (!prompt.isClosed()) throw error;
      });
  }

  /** Ends the worker at once, as the browser does when it wants the memory. */
  async killWorker(): Promise<void> {
    const [worker] = this.context.serviceWorkers();
    const page = await this.context.newPage();
    const session = await this.context.newCDPSession(page);
    await session.send("ServiceWorker.enable");
    await session.send("ServiceWorker.stopAllWorkers");
    await page.close();
    if (worker === undefined) throw new Error("there was no worker to stop");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get profile(): string {
    const path = join(this.#folder, "profile");
    if (!existsSync(path)) throw new Error("the profile is gone");
    return path;
  }
}

function putBefore(extension: string, text: string): void {
  for (const name of readdirSync(extension).filter((one) => one.endsWith(".js"))) {
    const path = join(extension, name);
    writeFileSync(path, text + readFileSync(path, "utf8"));
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}

/**
 * Waits for elements, never for the text of a condition: the policy of the extension's pages forbids `eval`, so such a
 * text is looked at once, and where it does not hold at once the wait fails.
 */
function isDrawn(options: Page): Promise<void> {
  return options.locator("#accounts > *").first().waitFor({ timeout: PATIENCE });
}

/** The page may close at any moment, which is an answer too. */
async function isReady(prompt: Page): Promise<boolean> {
  const count = await prompt
    .locator("#allow:enabled")
    .count()
    .catch(() => 0);
  return count === 1;
}

async function wasTooQuick(prompt: Page): Promise<boolean> {
  const says = prompt.locator("#status", { hasText: "That was quick" });
  return (await isReady(prompt)) && (await says.count().catch(() => 0)) === 1;
}

const INNER = "<script>window.has = typeof window.nostr</script>";
const FRAMES = `<!doctype html><title>Frames</title>
<iframe name="same" src="/"></iframe>
<iframe name="sandboxed" sandbox="allow-scripts" src="/"></iframe>
<iframe name="srcdoc" srcdoc="${INNER}"></iframe>
<iframe name="data" src="data:text/html,${INNER}"></iframe>`;
