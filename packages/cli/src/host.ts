/**
 * What the program needs of the process it runs in. Tests hand in another one and read what was written.
 *
 * `openTerminal` is where a person can be asked something although standard input is a pipe; undefined where nobody sits.
 */
import { openSync } from "node:fs";
import { ReadStream } from "node:tty";
import { type Clock, systemClock, systemRandom } from "@subrosa/client/ports";
import type { Connect } from "@subrosa/client/relay/connect";
import { connectNode } from "@subrosa/client/relay/connect-node";
import type { RandomSource } from "@subrosa/core/curve/curve";

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Terminal extends AsyncIterable<Buffer | string> {
  setRawMode?(isRaw: boolean): unknown;
  destroy(): unknown;
}

export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: AsyncIterable<Buffer | string> & { readonly isTTY?: boolean };
  readonly output: Output;
  readonly errors: Output;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly connect: Connect;
  readonly openTerminal: () => Terminal | undefined;
  /** Aborted by Ctrl-C and when nobody reads any more. */
  readonly signal: AbortSignal;
  /** Files of this installation that run beside it. */
  readonly programs: { readonly relay: () => string; readonly work: URL };
}

export function processHost(programs: Host["programs"], signal: AbortSignal): Host {
  return {
    env: process.env,
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    clock: systemClock,
    random: systemRandom,
    connect: connectNode,
    openTerminal,
    signal,
    programs,
  };
}

function openTerminal(): Terminal | undefined {
  try {
    return new ReadStream(openSync(process.platform === "win32" ? "CONIN$" : "/dev/tty", "r"));
  } catch {
    return undefined;
  }
}
