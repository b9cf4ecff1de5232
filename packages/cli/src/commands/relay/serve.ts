/** relay serve: runs the relay of this installation as a process of its own, which ends with this one. */
import type { Command } from "../../command.ts";
import { runRelay } from "../../relay-program.ts";

export const relayServe: Command = {
  options: [
    { flags: "--port <number>", about: "listen on this port (7777; 0 takes a free one)" },
    { flags: "--host <address>", about: "listen on this address (127.0.0.1)" },
    { flags: "--data <folder>", about: "keep events here (data/relay)" },
    { flags: "--config <file>", about: "a JSON file with all settings of the relay" },
  ],
  examples: ["subrosa relay serve --port 0 --data relay-data"],
  async run(given, tools) {
    const args = ["port", "host", "data", "config"].flatMap((name) => {
      const value = given.text(name);
      return value === undefined ? [] : [`--${name}`, value];
    });
    await runRelay(["serve", ...args], tools, (line) => {
      const url = /ws:\/\/\S+/.exec(line)?.[0];
      tools.screen.result({ type: "listening", ...(url && { url }) }, line);
    });
  },
};
