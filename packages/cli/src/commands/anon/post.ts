/**
 * anon post: says something as one of many: everybody can check that one of them said it, and nobody can tell who. What
 * may give the author away is said before; where something does, it is not posted without --yes.
 */
import { mayPost, type PostCheck, postChecklist } from "@subrosa/client/session/post-checklist";
import { minerInPlace } from "@subrosa/client/session/work";
import { acted, showSent } from "../../account/delivered.ts";
import type { OpenSession } from "../../account/opened.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";
import type { Given } from "../../given.ts";
import { wholeInput } from "../../input.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { readKeys } from "../../ring-file.ts";

const LEVELS = ["content", "pubkey", "event"] as const;

export const anonPost: Command = {
  operands: "<text>",
  options: [
    { flags: "--ring <file>", about: "among whom: their keys, one a line, yours among them" },
    { flags: "--nip97 <level>", about: "a ring signature of NIP-97 over content, pubkey or event" },
    { flags: "--name <name>", about: "what you are called, to look for it in the text", many: true },
    { flags: "-k, --kind <number>", about: "of this kind (1)" },
    { flags: "--work <bits>", about: "work that the post shows" },
    { flags: "--check", about: "only say what may give you away" },
    { flags: "--yes", about: "post it although something may give you away" },
    RELAY_OPTION,
    ...SESSION_OPTIONS,
  ],
  examples: [
    "subrosa anon post 'We think otherwise' --ring friends.txt --check --account alice --passphrase-file passphrase.txt",
    "subrosa anon post 'We think otherwise' --ring friends.txt --yes --account alice --passphrase-file passphrase.txt",
    "subrosa anon post 'And so do I' --ring friends.txt --nip97 event --yes --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "anon post", async (opened) => {
      const post = await readPost(given, opened, tools);
      const checks = review(post, given, opened, tools);
      if (given.has("check")) return;
      if (!mayPost(checks)) throw new Failure("refused", "It cannot be posted so.");
      if (checks.some(({ level }) => level === "warn") && !given.has("yes")) {
        throw badArguments("Something may give you away, see above. Say --yes to post it anyway.");
      }
      const postAs = partOf(opened, "post");
      const { host, signal, screen } = tools;
      const bits = given.integer("work", { min: 1, max: 64 });
      const work =
        bits === undefined
          ? undefined
          : {
              target: bits,
              miner: minerInPlace(host.clock),
              signal,
              onProgress: ({ tried, best }: { tried: number; best: number }) =>
                screen.progress(`${tried.toLocaleString("en")} tried; best ${best} of ${bits} bits`),
            };
      const { answer, sent } = await acted(opened, given, tools, () =>
        postAs({ ...post, ...(work === undefined ? {} : { work }) }),
      );
      const { form } = post.proof;
      showSent(
        { type: "anon_post", id: answer.id, form, ring_size: post.keys.length },
        "Posted, as nobody.",
        sent,
        tools,
      );
    }),
};

async function readPost(given: Given, { relays: own }: OpenSession, { host, curve }: Tools) {
  const asked = given.text("nip97");
  const level = LEVELS.find((each) => each === asked);
  if (asked !== undefined && level === undefined) throw badArguments(`--nip97 is one of ${LEVELS.join(", ")}.`);
  const named = given.relays();
  return {
    content: given.operand(0) === "-" ? await wholeInput(host) : given.operand(0),
    kind: given.integer("kind", { max: 65_535 }) ?? 1,
    keys: readKeys(given.required("ring"), curve),
    relays: named.length === 0 ? own : named,
    proof: level === undefined ? ({ form: "member-proof" } as const) : ({ form: "ring-signature", level } as const),
  };
}

function review(
  post: Awaited<ReturnType<typeof readPost>>,
  given: Given,
  { session, relays, open }: OpenSession,
  { host, screen }: Tools,
): readonly PostCheck[] {
  const known = session.contacts?.contacts.current;
  const checks = postChecklist({
    text: post.content,
    keys: post.keys,
    me: session.me,
    names: [...given.many("name"), open.account.name],
    isKnown: (key) => known !== undefined && [...known.keys()].some((person) => person === key),
    relays: post.relays,
    relaysThatKnowMe: new Set(relays),
    now: host.clock.now(),
  });
  const rows = checks.map(({ level, sentence, found }) => {
    const mark = { ok: "   ", warn: " ! ", stop: " X " }[level];
    return `${mark}${sentence}${found === undefined ? "" : ` (${found.join(", ")})`}`;
  });
  screen.result({ type: "checklist", may_post: mayPost(checks), checks }, ...rows);
  return checks;
}
