/**
 * The product as `npm start` opens it, a Chromium at its page, and what that page's thread was kept busy with: long tasks
 * as the browser itself counts them (50 ms and more), each with when it began.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
const PATIENCE = 300_000;

/** Before any script of the page: the browser's own list of long tasks, and when something to press first stood there. */
const WATCH = `
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ at: startTime, ms: duration });
  }).observe({ type: "longtask", buffered: true });
  const look = new MutationObserver(() => {
    if (document.querySelector("form button, nav a") === null) return;
    window.readyAt = performance.now();
    look.disconnect();
  });
  look.observe(document, { childList: true, subtree: true });
`;

export interface LongTask {
  readonly at: number;
  readonly ms: number;
}

export class WebStage implements AsyncDisposable {
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #browser: Browser;

  private constructor(address: string, child: ChildProcess, folder: string, browser: Browser) {
    this.address = address;
    this.#child = child;
    this.#folder = folder;
    this.#browser = browser;
  }

  static async open(executablePath: string): Promise<WebStage> {
    const folder = mkdtempSync(join(tmpdir(), "subrosa-bench-web-"));
    const args = [join(ROOT, "tools/up.mjs"), "--port", "0", "--data", join(folder, "data")];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    const address = await new Promise<string>((found, reject) => {
      let said = "";
      child.stdout.on("data", (data: Buffer) => {
        said += data.toString();
        const at = /^Subrosa +(http:\S+)$/m.exec(said)?.[1];
        if (at !== undefined) found(at);
      });
      child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${said}`)));
    });
    const browser = await chromium.launch({ executablePath, args: ARGS });
    return new WebStage(address, child, folder, browser);
  }

  get relay(): string {
    return this.address.replace("http", "ws");
  }

  /** A browser that nobody has used; `slowed`: so many times, as an older phone. */
  async visit(slowed = 1): Promise<{ readonly page: Page; readonly context: BrowserContext }> {
    const context = await this.#browser.newContext({ locale: "en", viewport: { width: 390, height: 780 } });
    context.setDefaultTimeout(PATIENCE);
    await context.addInitScript(WATCH);
    const page = await context.newPage();
    if (slowed !== 1) {
      const session = await context.newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: slowed });
    }
    return { page, context };
  }

  async arrive(page: Page, name: string): Promise<void> {
    await page.goto(this.address);
    await page.getByLabel("What shall people call you?").fill(name);
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByRole("navigation", { name: "Places" }).waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    const gone = new Promise((done) => this.#child.removeAllListeners("exit").once("exit", done));
    this.#child.kill("SIGINT");
    await gone;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Of the page's own clock. */
export const nowOf = (page: Page): Promise<number> => page.evaluate("performance.now()") as Promise<number>;

export async function longTasks(page: Page, since: number): Promise<readonly LongTask[]> {
  const all = (await page.evaluate("window.longTasks")) as readonly LongTask[];
  return all.filter(({ at, ms }) => at + ms >= since);
}

/** When there was something to press, and nothing kept the page from answering. */
export async function interactiveAt(page: Page): Promise<number> {
  await page.locator("form button, nav a").first().waitFor();
  const ready = (await page.evaluate("window.readyAt")) as number;
  const busy = (await longTasks(page, 0)).filter(({ at }) => at <= ready);
  return Math.max(ready, ...busy.map(({ at, ms }) => at + ms));
}
