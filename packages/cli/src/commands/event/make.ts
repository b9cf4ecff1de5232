/** event make: an event that waits for its signature, or with --pubkey one with its id. */
import type { EventTemplate } from "@subrosa/core/nostr/event";
import { toRumor } from "@subrosa/core/nostr/event";
import type { Command, Tools } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import type { Given } from "../../given.ts";
import { readPerson } from "../../given.ts";
import { wholeInput } from "../../input.ts";
import { printableJson } from "../../printable.ts";

export const eventMake: Command = {
  operands: "[content]",
  options: [
    { flags: "-k, --kind <number>", about: "its kind (1)" },
    { flags: "-t, --tag <tag>", about: "a tag, as name=value or a JSON array", many: true },
    { flags: "--created-at <seconds>", about: "when it was written, in seconds since 1970 (now)" },
    { flags: "-p, --pubkey <key>", about: "whose event it is; then it has an id" },
  ],
  examples: [
    "subrosa event make 'Good morning' --tag t=rose",
    "echo 'Good morning' | subrosa event make - --kind 1 --created-at 1700000000",
  ],
  async run(given, tools) {
    const { screen, curve } = tools;
    const template = await readTemplate(given, tools);
    const author = given.text("pubkey");
    const event = author === undefined ? template : toRumor(template, readPerson(author, curve));
    screen.result({ type: "event", event }, printableJson(event));
  },
};

export async function readTemplate(given: Given, { host }: Tools): Promise<EventTemplate> {
  const content = given.operands[0] ?? "";
  return {
    kind: given.integer("kind", { max: 65_535 }) ?? 1,
    created_at: given.integer("createdAt") ?? host.clock.now(),
    tags: given.many("tag").map(readTag),
    content: content === "-" ? await wholeInput(host) : content,
  };
}

function readTag(text: string): readonly string[] {
  if (text.startsWith("[")) {
    const tag = orUndefined(text);
    if (Array.isArray(tag) && tag.length > 0 && tag.every((part) => typeof part === "string")) return tag;
    throw badArguments("A tag in JSON is an array of strings.");
  }
  const at = text.indexOf("=");
  if (at < 1) throw badArguments("Give a tag as name=value or as a JSON array.");
  return [text.slice(0, at), text.slice(at + 1)];
}

function orUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
