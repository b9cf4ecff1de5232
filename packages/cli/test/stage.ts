/**
 * The program in this process, with a host whose output is kept, and a very small shell: words, quotes, pipes and files,
 * as much as the examples of the help need.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { systemClock, systemRandom } from "@subrosa/client/ports";
import { connectNode } from "@subrosa/client/relay/connect-node";
import type { OpenSession } from "../src/account/opened.ts";
import type { Host, Terminal } from "../src/host.ts";
import { runProgram } from "../src/program.ts";

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The lines of standard output, where it was JSON. */
  readonly objects: readonly Record<string, unknown>[];
}

export interface StageOptions {
  readonly env?: Record<string, string>;
  readonly input?: string;
  /** What a person types; absent: nobody sits there. */
  readonly types?: string;
  readonly signal?: AbortSignal;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly programs?: Host["programs"];
  readonly shared?: OpenSession;
}

const NOWHERE: Host["programs"] = { relay: () => "nowhere", work: new URL("file:///nowhere") };

export async function run(args: readonly string[], options: StageOptions = {}): Promise<Run> {
  let [out, err] = ["", ""];
  const host = stageHost(
    options,
    (text) => {
      out += text;
    },
    (text) => {
      err += text;
    },
  );
  const code = await runProgram(args, host, options.shared);
  return {
    code,
    out,
    err,
    get objects() {
      const lines = out.split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

export function stageHost(options: StageOptions, onOut: (text: string) => void, onErr: (text: string) => void): Host {
  const { isTTY = false, columns = 80 } = options;
  return {
    env: options.env ?? {},
    input: Object.assign(pieces(options.input ?? ""), { isTTY: false }),
    output: { isTTY, columns, write: onOut },
    errors: { isTTY, columns, write: onErr },
    clock: systemClock,
    random: systemRandom,
    connect: connectNode,
    openTerminal: () => (options.types === undefined ? undefined : terminal(options.types)),
    signal: options.signal ?? new AbortController().signal,
    programs: options.programs ?? NOWHERE,
  };
}

async function* pieces(text: string): AsyncGenerator<Buffer, void, void> {
  const bytes = Buffer.from(text);
  // Cut where it hurts: in the middle of lines and of characters.
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

function terminal(text: string): Terminal {
  return Object.assign(pieces(text), { setRawMode: () => undefined, destroy: () => undefined });
}

/** One line as a person types it: `subrosa …`, `echo`, `cat`, joined by pipes, with files in a folder. */
export async function shell(line: string, folder: string, options: StageOptions = {}): Promise<Run> {
  let last: Run = { code: 0, out: "", err: "", objects: [] };
  let input = "";
  for (const stage of split(line, "|")) {
    const { words, from, to } = redirected(stage);
    if (from !== undefined) input = readFileSync(inside(folder, from), "utf8");
    last = await command(words, folder, { ...options, input });
    if (to !== undefined) writeFileSync(inside(folder, to), last.out);
    input = last.out;
    if (last.code !== 0) return last;
  }
  return last;
}

async function command(words: readonly string[], folder: string, options: StageOptions): Promise<Run> {
  const [name, ...args] = words;
  if (name === "echo") return { code: 0, out: `${args.join(" ")}\n`, err: "", objects: [] };
  if (name !== "subrosa") throw new Error(`an example begins with ${name}`);
  const here = process.cwd();
  process.chdir(folder);
  try {
    return await run(args, options);
  } finally {
    process.chdir(here);
  }
}

function inside(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function redirected(words: readonly string[]): { words: string[]; from: string | undefined; to: string | undefined } {
  const rest: string[] = [];
  let [from, to]: (string | undefined)[] = [undefined, undefined];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "<") from = words[++i];
    else if (words[i] === ">") to = words[++i];
    else rest.push(words[i]!.slice(1));
  }
  return { words: rest, from: from?.slice(1), to: to?.slice(1) };
}

/** Words carry a mark in front, so that a quoted `|` is none; stages are split at the bare ones. */
function split(line: string, at: string): string[][] {
  const stages: string[][] = [[]];
  for (const match of line.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)/g)) {
    const bare = match[3];
    if (bare === at) stages.push([]);
    else if (bare === "<" || bare === ">") stages.at(-1)!.push(bare);
    else stages.at(-1)!.push(`=${match[1] ?? match[2] ?? bare}`);
  }
  return stages;
}
