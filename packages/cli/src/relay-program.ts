/**
 * The relay's own program, run beside this one: what it prints is handed on line by line, its log goes where ours goes, and
 * being told to stop tells it too. The command line does not contain the relay.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Tools } from "./command.ts";
import { badArguments, Failure } from "./failure.ts";

/** Resolves when it has ended well. */
export async function runRelay(
  args: readonly string[],
  { host, signal }: Tools,
  onLine: (line: string) => void,
): Promise<void> {
  const child = spawn(process.execPath, [host.programs.relay(), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const stop = (): void => {
    child.kill("SIGTERM");
  };
  signal.addEventListener("abort", stop);
  let words = "";
  child.stderr.on("data", (data: Buffer) => {
    words = (words + data.toString()).slice(-4_096);
    host.errors.write(data.toString());
  });
  try {
    const lines = createInterface({ input: child.stdout });
    lines.on("line", onLine);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (signal.aborted || code === 0) return;
    if (code === 2) throw badArguments(words.trim().split("\n").at(-1) ?? "The relay does not take this.");
    throw new Failure("relay", "The relay's program did not end well.");
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
