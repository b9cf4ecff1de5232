/** Standard input, line by line: whatever comes is bounded, and an empty line is nothing. */
import { orAborted } from "@subrosa/client/ports";
import type { JsonLimits } from "@subrosa/core/json";
import { Failure } from "./failure.ts";
import type { Host } from "./host.ts";

/** UTF-16 units of one line. */
export const MAX_LINE = 1 << 22;
export const INPUT_LIMITS: JsonLimits = Object.freeze({ maxLength: MAX_LINE, maxDepth: 32 });

export async function* inputLines({ input }: Pick<Host, "input">): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of input) {
    rest += typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop()!;
    if (rest.length > MAX_LINE) throw new Failure("input", "A line of the input is too long.");
    for (const line of lines) if (line.trim() !== "") yield line.trim();
  }
  rest += decoder.decode();
  if (rest.trim() !== "") yield rest.trim();
}

/** Until the signal is aborted: whoever waits for a line is called off, too. */
export async function* linesUntil(host: Host, signal: AbortSignal): AsyncGenerator<string, void, void> {
  const lines = inputLines(host);
  for (;;) {
    const next = await orAborted(lines.next(), signal);
    if (next.done === true) return;
    yield next.value;
  }
}

/** All of it, without the newline at its end: the text of a message. */
export async function wholeInput({ input }: Pick<Host, "input">): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of input) {
    text += typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
    if (text.length > MAX_LINE) throw new Failure("input", "The input is too long.");
  }
  return (text + decoder.decode()).replace(/\r?\n$/, "");
}

/** The operands, or where there are none (or `-`) the lines of standard input. */
export async function* operandsOrLines(operands: readonly string[], host: Host): AsyncGenerator<string, void, void> {
  if (operands.length > 0 && !(operands.length === 1 && operands[0] === "-")) yield* operands;
  else yield* inputLines(host);
}
