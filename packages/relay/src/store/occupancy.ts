/**
 * One process to a data folder: two would write over each other. Whoever opens it listens on a socket in it, and another
 * process that finds somebody answering there goes away, or asks for what only the one inside can do: a backup.
 *
 * A socket that nobody answers at is what a killed process left, and is taken over. The folder is its owner's alone
 * (0700), so nobody else can ask.
 */
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join, relative, resolve } from "node:path";
import { StoreError } from "./store.ts";

export type BackUp = (target: string) => Promise<void>;

const SOCKET = "in-use.sock";
/** What the system takes as the path of a socket. */
const MAX_PATH = 100;
const MAX_LINE = 8_192;

export class Occupancy implements AsyncDisposable {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #backUp: BackUp | undefined;

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Throws StoreError where another process has the folder. */
  static async take(dir: string): Promise<Occupancy> {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const path = socketPath(dir);
    const occupancy = new Occupancy();
    for (let attempt = 0; !(await occupancy.#listen(path)); attempt++) {
      if (attempt === 2 || (await call(path)) !== undefined) {
        throw new StoreError("store/occupied", "another process works on this data; stop it, or name another folder");
      }
      rmSync(path, { force: true });
    }
    chmodSync(path, 0o600);
    return occupancy;
  }

  /** What to do when another process asks for a backup. */
  set backUp(backUp: BackUp) {
    this.#backUp = backUp;
  }

  #listen(path: string): Promise<boolean> {
    return new Promise((done, fail) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "EADDRINUSE") done(false);
        else fail(error);
      });
      this.#server.listen(path, () => done(true));
    });
  }

  #serve(socket: Socket): void {
    this.#open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#open.delete(socket));
    let line = "";
    socket.on("data", (data) => {
      line += data.toString();
      if (line.length > MAX_LINE) socket.destroy();
      if (line.endsWith("\n")) void this.#answer(line.trim()).then((answer) => socket.end(`${answer}\n`));
    });
  }

  async #answer(line: string): Promise<string> {
    const target = /^backup (.+)$/.exec(line)?.[1];
    if (target === undefined) return "here";
    if (this.#backUp === undefined) return "failed: this process makes no backups; try again when it is done";
    try {
      await this.#backUp(target);
      return "done";
    } catch (error) {
      return `failed: ${error instanceof Error ? error.message : "unknown"}`;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((done) => this.#server.close(() => done()));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }
}

/** Asks the process that has the folder for a backup; false where there is none. */
export async function askForBackup(dir: string, target: string): Promise<boolean> {
  const answer = await call(socketPath(dir), `backup ${resolve(target)}`);
  if (answer === undefined) return false;
  if (answer !== "done") throw new StoreError("store/backup", answer.replace(/^failed: (store\/backup: )?/, ""));
  return true;
}

/** The answer of whoever is there; undefined where nobody is. */
function call(path: string, line = "hello"): Promise<string | undefined> {
  return new Promise((done, fail) => {
    const socket = connect(path);
    let answer = "";
    socket.once("connect", () => socket.write(`${line}\n`));
    socket.on("data", (data) => {
      answer += data.toString();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") done(undefined);
      else fail(error);
    });
    // Gone without a word: it was just ending, or is ending now.
    socket.once("close", () => done(answer === "" ? "failed: it stopped" : answer.trim()));
  });
}

function socketPath(dir: string): string {
  const whole = resolve(dir, SOCKET);
  const near = relative(process.cwd(), join(dir, SOCKET));
  const path = Buffer.byteLength(whole) <= MAX_PATH ? whole : near;
  if (Buffer.byteLength(path) <= MAX_PATH) return path;
  throw new StoreError("store/occupied", "the path of the data folder is too long; name one of at most 80 bytes");
}
