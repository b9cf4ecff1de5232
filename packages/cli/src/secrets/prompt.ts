/**
 * Asks a person for a secret, without showing it. The question goes to standard error, the answer is read from the terminal
 * even where standard input is a pipe. Ctrl-C and Ctrl-D end it; what was typed stays in no history.
 */
import { StringDecoder } from "node:string_decoder";
import { Failure } from "../failure.ts";
import type { Host } from "../host.ts";

const MAX_LENGTH = 4_096;
const ENTER = ["\r", "\n"];
const RUBOUT = ["\u007f", "\b"];
const END = ["\u0003", "\u0004"];

export async function askSecret(question: string, { openTerminal, errors }: Host, how: string): Promise<string> {
  const terminal = openTerminal();
  if (terminal === undefined) throw new Failure("key", `Nobody is here to be asked. ${how}`);
  // Before the question: whoever answers at once is not shown either.
  terminal.setRawMode?.(true);
  errors.write(`${question}: `);
  try {
    return await readLine(terminal);
  } finally {
    terminal.setRawMode?.(false);
    terminal.destroy();
    errors.write("\n");
  }
}

async function readLine(terminal: AsyncIterable<Buffer | string>): Promise<string> {
  const typed: string[] = [];
  // A character may come in pieces.
  const decoder = new StringDecoder("utf8");
  for await (const piece of terminal) {
    for (const character of typeof piece === "string" ? piece : decoder.write(piece)) {
      if (ENTER.includes(character)) return typed.join("");
      if (END.includes(character)) throw new Failure("interrupted", "Nothing was given.");
      if (RUBOUT.includes(character)) typed.pop();
      else if (character === "\u0015") typed.length = 0;
      else if (character >= " " && typed.length < MAX_LENGTH) typed.push(character);
    }
  }
  throw new Failure("interrupted", "Nothing was given.");
}
