/** `subrosa shell` as a process that a test talks with: a line in, objects out until it is done. */
import { createInterface } from "node:readline";
import { Running } from "./bundle.ts";

export type Said = Record<string, unknown>;

/** Generous: a wrong program fails sooner, a slow machine does not. */
const PATIENCE = ["--timeout", "240"];

export class Shell implements AsyncDisposable {
  readonly name: string;
  readonly running: Running;
  readonly #lines: AsyncIterator<string>;
  pubkey = "";

  private constructor(name: string, running: Running) {
    this.name = name;
    this.running = running;
    this.#lines = createInterface({ input: running.child.stdout! })[Symbol.asyncIterator]();
  }

  /** Resolves when the account is open. */
  static async open(program: string, name: string, env: Readonly<Record<string, string>>): Promise<Shell> {
    const shell = new Shell(
      name,
      new Running(program, ["shell", "--json", "--account", name, "--patience", "60"], env),
    );
    shell.pubkey = String((await shell.#next())["pubkey"]);
    return shell;
  }

  /** What it said, and the code it ended with. */
  async ask(...words: readonly string[]): Promise<{ readonly said: readonly Said[]; readonly code: number }> {
    this.running.child.stdin?.write(`${JSON.stringify([...words, ...PATIENCE])}\n`);
    const said: Said[] = [];
    for (;;) {
      const object = await this.#next();
      if (object["type"] === "done") return { said, code: Number(object["code"]) };
      said.push(object);
    }
  }

  /** Must go well; answers with its last object. */
  async run(...words: readonly string[]): Promise<Said> {
    const { said, code } = await this.ask(...words);
    if (code !== 0)
      throw new Error(`${this.name}: ${words.join(" ")}: ${JSON.stringify(said.at(-1))} ${this.running.err}`);
    return said.at(-1) ?? {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.running.child.stdin?.end();
    const { code, err } = await this.running.ended;
    if (code !== 0) throw new Error(`${this.name} ended with ${code}: ${err.slice(-2_000)}`);
  }

  async #next(): Promise<Said> {
    const { value, done } = await this.#lines.next();
    if (done) {
      const { code, err } = await this.running.ended;
      throw new Error(`${this.name} ended with ${code}: ${err.slice(-2_000)}`);
    }
    return JSON.parse(value) as Said;
  }
}
