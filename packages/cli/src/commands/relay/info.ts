/** relay info: what a relay says of itself. */
import type { Command } from "../../command.ts";
import { readRelayUrl } from "../../given.ts";
import { oneLine } from "../../printable.ts";
import { askInformation } from "../../relay-information.ts";

export const relayInfo: Command = {
  operands: "<url...>",
  examples: ["subrosa relay info ws://127.0.0.1:7777", "subrosa relay info ws://127.0.0.1:7777 --json"],
  async run(given, { screen, signal }) {
    for (const url of given.operands.map(readRelayUrl)) {
      const { information, took } = await askInformation(url, signal);
      const { name, description, software, version, supported_nips, limitation } = information;
      const limits = Object.entries(limitation ?? {}).map(([key, value]) => `${key.replaceAll("_", " ")}: ${value}`);
      screen.result(
        { type: "relay", url, took_ms: took, ...information },
        [`${url}  ${oneLine(name ?? "")}`, "strong"],
        ...(description === undefined ? [] : [oneLine(description)]),
        ...(software === undefined ? [] : [`${oneLine(software)} ${oneLine(version ?? "")}`.trim()]),
        ...(supported_nips === undefined ? [] : [`NIPs ${supported_nips.join(", ")}`]),
        ...limits,
      );
    }
  },
};
