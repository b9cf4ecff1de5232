/** media send: a file into a group or a private conversation, stripped of metadata, encrypted, and put on media servers. */
import { readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { MEDIA_FAULTS } from "@subrosa/client/session/blossom";
import { NOT_SAID } from "@subrosa/client/session/direct";
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";
import { find } from "../../find.ts";
import { readPeople } from "../dm/show-dm.ts";
import { groupRefusal } from "../group/act.ts";

const TYPES: Readonly<Record<string, string>> = {
  ...{ ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp" },
  ...{ ".pdf": "application/pdf", ".txt": "text/plain", ".mp3": "audio/mpeg", ".mp4": "video/mp4" },
};
const MAX_FILE = 32 << 20;

export const mediaSend: Command = {
  operands: "<file>",
  options: [
    { flags: "--group <group>", about: "into this group" },
    { flags: "--to <people>", about: "to these people, privately" },
    { flags: "--server <url>", about: "a media server, http:// or https://", many: true },
    { flags: "--type <type>", about: "what it is, like image/png; otherwise by its name" },
    { flags: "--keep-metadata", about: "of a picture: where and when it was taken stays in it" },
    ...SESSION_OPTIONS,
  ],
  examples: [
    "subrosa media send letter.txt --group friends --server http://127.0.0.1:7777 --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "media send", async (opened) => {
      const [group, to] = [given.text("group"), given.text("to")];
      if ((group === undefined) === (to === undefined)) throw badArguments("Give --group or --to.");
      const servers = given.many("server");
      if (servers.length === 0) throw badArguments("Give at least one --server.");
      const path = given.operand(0);
      if (statSync(path).size > MAX_FILE) throw badArguments("A file has at most 32 MiB.");
      const type = given.text("type") ?? TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
      const id = group === undefined ? undefined : find(partOf(opened, "groups").list.current, group, "group");
      const people = to === undefined ? [] : readPeople(to, tools);
      const { signal } = tools;
      const keepMetadata = given.has("keepMetadata");
      const uploaded = await partOf(opened, "media").send({
        bytes: readFileSync(path),
        type,
        servers,
        keepMetadata,
        signal,
      });
      if (!uploaded.ok) throw new Failure("refused", MEDIA_FAULTS[uploaded.reason], { reason: uploaded.reason });
      const { file, removed } = uploaded.value;
      const { sent } = await acted(opened, given, tools, async () => {
        if (id !== undefined) {
          const ignored = await partOf(opened, "groups").sendFile(id, file);
          if (ignored !== undefined) throw groupRefusal(ignored);
          return;
        }
        const said = await opened.session.direct.say({ to: people, file });
        if (!said.ok) throw new Failure("refused", NOT_SAID[said.reason], { reason: said.reason });
      });
      showSent({ type: "media_sent", url: file.url, hash: file.hash, removed }, "Sent.", sent, tools);
    }),
};
