/** The program as a process: it ends when its work is done; a pipe that closes and Ctrl-C end it without a word. */
import { Failure, INTERRUPTED } from "./failure.ts";
import { type Host, processHost } from "./host.ts";
import { runProgram } from "./program.ts";

export async function runAsProcess(programs: Host["programs"]): Promise<void> {
  const stopped = new AbortController();
  let isInterrupted = false;
  const stop = (): void => {
    isInterrupted = true;
    stopped.abort(new Failure("interrupted", "Interrupted."));
  };
  // Once: the second one ends the process at once.
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      stopped.abort(new Failure("interrupted", "Nobody reads any more."));
    });
  }
  const code = await runProgram(process.argv.slice(2), processHost(programs, stopped.signal));
  process.exitCode = isInterrupted && code !== 0 ? INTERRUPTED : code;
  // Whoever was not read to its end would keep the process.
  process.stdin.destroy();
}
