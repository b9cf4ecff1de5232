/**
 * The product as the README starts it, and people in browsers of their own. What crosses a border is collected: frames of
 * every socket, requests, errors. People act as people do: by what they read on the page.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CHROMIUM_ARGS } from "@subrosa/testkit/chromium";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../../../..");
/** A loaded machine takes its time; a person who waits that long has gone. */
export const PATIENCE = 120_000;

export interface SocketRecord {
  readonly person: string;
  readonly url: string;
  readonly sent: string[];
}

export class Lab implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #browser: Browser;
  readonly address: string;
  readonly sockets: SocketRecord[] = [];
  /** Requests that left for another address than the page's own. */
  readonly elsewhere: string[] = [];
  readonly errors: string[] = [];
  /** Dialogs that a script opened: the mark of one that was not ours. */
  readonly executions: string[] = [];

  private constructor(child: ChildProcess, folder: string, browser: Browser, address: string) {
    this.#child = child;
    this.#folder = folder;
    this.#browser = browser;
    this.address = address;
  }

  static async open(executablePath: string): Promise<Lab> {
    const folder = mkdtempSync(join(tmpdir(), "subrosa-web-"));
    const { child, address } = await startProduct(["--port", "0", "--data", join(folder, "data")]);
    const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
    return new Lab(child, folder, browser, address);
  }

  /** A browser that nobody has used. */
  async visitor(name: string, options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser.newContext({ locale: "en", reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(PATIENCE);
    context.on("page", (page) => this.#listen(page, name));
    context.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== "blob:" && protocol !== "data:" && origin !== this.address) this.elsewhere.push(request.url());
    });
    return context;
  }

  #listen(page: Page, person: string): void {
    page.on("pageerror", (error) => this.errors.push(`${person}: ${error.message}`));
    page.on("dialog", (dialog) => {
      this.executions.push(dialog.message());
      void dialog.dismiss();
    });
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(`${person}: ${message.text()}`);
    });
    page.on("websocket", (socket) => {
      const record: SocketRecord = { person, url: socket.url(), sent: [] };
      this.sockets.push(record);
      socket.on("framesent", ({ payload }) => record.sent.push(String(payload)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await endProduct(this.#child);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** `npm start` with these flags; resolves when it has said where it is. */
export async function startProduct(
  flags: readonly string[],
): Promise<{ readonly child: ChildProcess; readonly address: string; readonly said: string }> {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const [program, ...args] = String(scripts.start).split(" ");
  const child = spawn(program === "node" ? process.execPath : String(program), [...args, ...flags], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  return new Promise((found, reject) => {
    const read = (data: Buffer): void => {
      said += data.toString();
      const address = /^Subrosa +(http:\S+)$/m.exec(said)?.[1];
      if (address !== undefined && said.includes("Ctrl-C")) found({ child, address, said });
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
}

/** As Ctrl-C; resolves with the exit code. */
export function endProduct(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => {
    if (child.exitCode !== null) {
      done(child.exitCode);
      return;
    }
    child.removeAllListeners("exit");
    child.once("exit", (code) => done(code));
    child.kill("SIGINT");
  });
}
