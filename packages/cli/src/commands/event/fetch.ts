/** event fetch: what relays hold for a filter, verified, every event once, newest first; with --watch also what comes then. */
import { orAborted } from "@subrosa/client/ports";
import type { EventId } from "@subrosa/core/bytes";
import { plain } from "@subrosa/core/nostr/event";
import type { Filter, TagField } from "@subrosa/core/nostr/filter";
import type { Command, Tools } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";
import { type Given, readEventId, readPerson } from "../../given.ts";
import { openNetwork } from "../../network.ts";
import { printableJson } from "../../printable.ts";
import { RELAY_OPTION } from "../../publish.ts";

export const eventFetch: Command = {
  options: [
    RELAY_OPTION,
    { flags: "-i, --id <event>", about: "this event", many: true },
    { flags: "-a, --author <key>", about: "by this person", many: true },
    { flags: "-k, --kind <number>", about: "of this kind", many: true },
    { flags: "-t, --tag <tag>", about: "with this tag, as letter=value", many: true },
    { flags: "--since <seconds>", about: "not older" },
    { flags: "--until <seconds>", about: "not younger" },
    { flags: "-n, --limit <number>", about: "as many at most, of each relay" },
    { flags: "-w, --watch", about: "stay, and show what comes" },
  ],
  examples: [
    "subrosa event fetch --relay ws://127.0.0.1:7777 --kind 1 --limit 10",
    "subrosa event fetch --relay ws://127.0.0.1:7777 --kind 1 | subrosa verify",
  ],
  async run(given, tools) {
    const { screen, signal } = tools;
    const relays = given.relays();
    if (relays.length === 0) throw badArguments("Give at least one --relay.");
    const filter = readFilter(given, tools);
    using network = openNetwork(tools);
    using presence = network.anonymously();
    const seen = new Set<EventId>();
    const waiting = new Set(relays);
    const refused: { relay: string; reason: string }[] = [];
    await orAborted(
      new Promise<void>((resolve) => {
        const done = (relay: (typeof relays)[number]): void => {
          waiting.delete(relay);
          if (waiting.size === 0 && !given.has("watch")) resolve();
        };
        presence.follow(relays, {
          filter,
          onEvent: (event) => {
            if (seen.has(event.id)) return;
            seen.add(event.id);
            screen.result({ type: "event", event: plain(event) }, printableJson(plain(event)));
          },
          onCaughtUp: ({ relay }) => done(relay),
          onRefused: ({ relay, reason }) => {
            refused.push({ relay, reason });
            screen.note(`${relay} refuses: ${reason}`, "bad");
            done(relay);
          },
        });
      }),
      signal,
    );
    if (refused.length === relays.length) throw new Failure("relay", "Every relay refused.", { rejected_by: refused });
  },
};

function readFilter(given: Given, { curve }: Tools): Filter {
  const [ids, authors] = [given.many("id").map(readEventId), given.many("author").map((key) => readPerson(key, curve))];
  const kinds = given.many("kind").map(readKind);
  const [since, until, limit] = [given.integer("since"), given.integer("until"), given.integer("limit", { min: 1 })];
  return {
    ...(ids.length === 0 ? {} : { ids }),
    ...(authors.length === 0 ? {} : { authors }),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(limit === undefined ? {} : { limit }),
    ...tagFields(given.many("tag")),
  };
}

function readKind(text: string): number {
  const kind = /^\d{1,5}$/.test(text) ? Number(text) : 65_536;
  if (kind > 65_535) throw badArguments("A kind is a number from 0 to 65535.");
  return kind;
}

function tagFields(tags: readonly string[]): Readonly<Partial<Record<TagField, readonly string[]>>> {
  const fields: Partial<Record<TagField, string[]>> = {};
  for (const tag of tags) {
    if (!/^[A-Za-z]=/.test(tag)) throw badArguments("Give a tag to look for as letter=value.");
    const name = `#${tag[0]}` as TagField;
    fields[name] = [...(fields[name] ?? []), tag.slice(2)];
  }
  return fields;
}
