/** Lasting pseudonyms: a key of yours that a ring vouched for once, so that all it says is "by 1 of n", and by the same. */
import { NO_PSEUDONYM, type OwnPseudonym, type Spoken } from "@subrosa/client/session/pseudonyms";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { acted, showSent } from "../../account/delivered.ts";
import type { OpenSession } from "../../account/opened.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";
import { type Given, readPerson } from "../../given.ts";
import { wholeInput } from "../../input.ts";
import { npubOf } from "../../names.ts";
import { oneLine } from "../../printable.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { readKeys } from "../../ring-file.ts";

export const pseudonymNew: Command = {
  operands: "<label> <text>",
  options: [
    { flags: "--ring <file>", about: "among whom: their keys, one a line, yours among them" },
    RELAY_OPTION,
    ...SESSION_OPTIONS,
  ],
  examples: [
    "subrosa pseudonym new 'the gardener' 'From now on I write as the gardener' --ring friends.txt --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "pseudonym new", async (opened) => {
      const pseudonyms = partOf(opened, "pseudonyms");
      const [label, text] = [given.operand(0), given.operand(1)];
      const keys = readKeys(given.required("ring"), tools.curve);
      const named = given.relays();
      const relays = named.length === 0 ? opened.relays : named;
      const create = async () => {
        const made = await pseudonyms.create({ label, text, keys, relays });
        return { id: idOf(made), pubkey: made.pubkey! };
      };
      const { answer, sent } = await acted(opened, given, tools, create);
      const { id, pubkey } = answer;
      showSent({ type: "pseudonym_new", id, pubkey, npub: npubOf(pubkey), label }, npubOf(pubkey), sent, tools);
    }),
};

export const pseudonymSay: Command = {
  operands: "<pseudonym> <text>",
  options: SESSION_OPTIONS,
  examples: [
    "subrosa pseudonym say 'the gardener' 'The roses are out' --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "pseudonym say", async (opened) => {
      const pubkey = ownOne(opened, given, tools);
      const content = given.operand(1) === "-" ? await wholeInput(tools.host) : given.operand(1);
      const say = async () => idOf(await partOf(opened, "pseudonyms").say(pubkey, { content }));
      const { answer: id, sent } = await acted(opened, given, tools, say);
      showSent({ type: "pseudonym_said", id, pubkey }, "Said.", sent, tools);
    }),
};

export const pseudonymList: Command = {
  options: SESSION_OPTIONS,
  examples: ["subrosa pseudonym list --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "pseudonym list", async (opened) => {
      for (const each of partOf(opened, "pseudonyms").own.current.values()) show(each, tools);
    }),
};

export const pseudonymEnd: Command = {
  operands: "<pseudonym>",
  options: SESSION_OPTIONS,
  examples: ["subrosa pseudonym end 'the gardener' --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "pseudonym end", async (opened) => {
      const pubkey = ownOne(opened, given, tools);
      const end = async () => idOf(await partOf(opened, "pseudonyms").end(pubkey));
      const { answer: id, sent } = await acted(opened, given, tools, end);
      showSent({ type: "pseudonym_ended", id, pubkey }, "Ended, for ever.", sent, tools);
    }),
};

function idOf(spoken: Spoken): EventId {
  if (spoken.ok) return spoken.id;
  throw new Failure("refused", NO_PSEUDONYM[spoken.reason], { reason: spoken.reason });
}

/** By its label where only one is called so, or by its key. */
function ownOne(opened: OpenSession, given: Given, { curve }: Tools): PubkeyHex {
  const asked = given.operand(0);
  const own = [...partOf(opened, "pseudonyms").own.current.values()];
  const called = own.filter(({ label, endedAt }) => label === asked && endedAt === undefined);
  if (called.length > 1) throw badArguments("Several are called so: name it by its key.");
  return called[0]?.pubkey ?? readPerson(asked, curve);
}

function show({ pubkey, label, members, relays, createdAt, endedAt }: OwnPseudonym, { screen }: Tools): void {
  const common = { type: "pseudonym", pubkey, npub: npubOf(pubkey), label, ring_size: members.length, relays };
  screen.result(
    { ...common, at: createdAt, ended_at: endedAt ?? null },
    `${npubOf(pubkey)}  ${oneLine(label)}, 1 of ${members.length}${endedAt === undefined ? "" : ", ended"}`,
  );
}
