/** channel metadata: another name, description, picture or relays. */
import type { Command } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { channelAct } from "./act.ts";

export const METADATA_OPTIONS = [
  { flags: "--about <text>", about: "what it is for" },
  { flags: "--picture <url>", about: "a picture" },
] as const;

export const channelMetadata: Command = channelAct({
  name: "metadata",
  options: [{ flags: "--name <text>", about: "its name" }, ...METADATA_OPTIONS, RELAY_OPTION],
  examples: ["subrosa channel metadata garden --about 'What grows' --account alice --passphrase-file passphrase.txt"],
  sentence: "Changed.",
  act: (channels, id, given) => {
    const [name, about, picture] = ["name", "about", "picture"].map((field) => given.text(field));
    const relays = given.relays();
    if (name === undefined && about === undefined && picture === undefined && relays.length === 0) {
      throw badArguments("Say what to change; see --help.");
    }
    const metadata = {
      ...channels.channel(id).current?.metadata,
      ...(name === undefined ? {} : { name }),
      ...(about === undefined ? {} : { about }),
      ...(picture === undefined ? {} : { picture }),
    };
    return channels.describe(id, metadata, relays.length === 0 ? undefined : relays);
  },
});
