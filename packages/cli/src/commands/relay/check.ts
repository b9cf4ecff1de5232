/** relay check: tries the rules of the NIPs on any relay and says which it breaks. */
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { readRelayUrl } from "../../given.ts";
import { runRelay } from "../../relay-program.ts";

const SUM = /^NIP-(\d+): (\d+) kept, (\d+) broken, (\d+) not tried$/;

export const relayCheck: Command = {
  operands: "<url>",
  examples: ["subrosa relay check ws://127.0.0.1:7777"],
  async run(given, tools) {
    const { screen } = tools;
    const url = readRelayUrl(given.operand(0));
    let broken = 0;
    try {
      await runRelay(["check", url], tools, (line) => {
        const [, nip, kept, failed, untried] = SUM.exec(line)?.map(Number) ?? [];
        broken += failed ?? 0;
        if (nip === undefined) screen.result({ type: "relay_fault", words: line.trim() }, [line, "bad"]);
        else screen.result({ type: "relay_check", url, nip, kept, broken: failed, not_tried: untried }, line);
      });
    } catch (error) {
      if (broken === 0) throw error;
      throw new Failure("relay", `The relay breaks ${broken} rules.`);
    }
  },
};
