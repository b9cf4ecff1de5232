/**
 * shell: one account, opened once, and a command a line from standard input: words with quotes, or a JSON array of them.
 * What each says is followed by `{"type":"done","code":…}`. A line that fails ends nothing; the input's end ends it all.
 */
import { openGivenSession, SESSION_OPTIONS } from "../account/session.ts";
import type { Command } from "../command.ts";
import { badArguments } from "../failure.ts";
import { linesUntil } from "../input.ts";
import { isObject, readLine } from "../read-event.ts";

export const shell: Command = {
  options: SESSION_OPTIONS,
  examples: ["echo 'alias list' | subrosa shell --json --account alice --passphrase-file passphrase.txt"],
  async run(given, tools) {
    const { host, screen, perform } = tools;
    await using opened = await openGivenSession(given, tools, "shell");
    screen.result({ type: "ready", pubkey: opened.session.me });
    for await (const line of linesUntil(host, tools.signal)) {
      const code = await perform(() => wordsOf(line), opened);
      screen.result({ type: "done", code });
    }
  },
};

function wordsOf(line: string): readonly string[] {
  if (!line.startsWith("[")) return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(wordOf);
  const words = readLine(line);
  if (isObject(words) || !Array.isArray(words) || !words.every((word) => typeof word === "string")) {
    throw badArguments("A line is a command, or a JSON array of its words.");
  }
  return words;
}

function wordOf([, quoted, single, bare]: RegExpExecArray): string {
  return quoted?.replace(/\\(.)/g, "$1") ?? single ?? bare ?? "";
}
