/**
 * anon post: says something as one of many: everybody can check that one of them said it, and nobody can tell who. What
 * may give the author away is said before; where something does, it is not posted without --yes.
 */
import { mayPost, type PostCheck, postChecklist } from "@subrosa/client/session/post-checklist";
import { minerInPlace } from "@subrosa/client/session/work";
import type { PubkeyHex } from "@subrosa/core/bytes";
import type { Tag } from "@subrosa/core/nostr/event";
import type { GroupRing } from "@subrosa/core/proof/directory";
import { directoryAddress } from "@subrosa/core/proof/directory-address";
import { isOrigin } from "@subrosa/core/proof/scope";
import type { ScopeRequest } from "@subrosa/core/proof/scope-request";
import { acted, showSent } from "../../account/delivered.ts";
import type { OpenSession } from "../../account/opened.ts";
import { partOf, patiently, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";
import { find } from "../../find.ts";
import type { Given } from "../../given.ts";
import { wholeInput } from "../../input.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { readKeys } from "../../ring-file.ts";

const LEVELS = ["content", "pubkey", "event"] as const;

export const anonPost: Command = {
  operands: "<text>",
  options: [
    { flags: "--ring <file>", about: "among whom: their keys, one a line, yours among them" },
    { flags: "--group <group>", about: "among the members of this private group of yours" },
    { flags: "--directory <address>", about: "among the members of this directory, 30097:…" },
    {
      flags: "--scope <text>",
      about: "https://site/word: your posts with the same one are known to be by one of them",
    },
    { flags: "--linked", about: "with --directory: your posts in that group are known to be by one" },
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
    "subrosa anon post 'Between us' --group friends --check --account alice --passphrase-file passphrase.txt",
    "subrosa anon post 'As one of the society' --directory 30097:… --linked --yes --account alice --passphrase-file passphrase.txt",
    "subrosa anon post 'Again, as before' --ring friends.txt --scope 'https://roses.example/letters' --yes --account alice --passphrase-file passphrase.txt",
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

interface Among {
  readonly keys: readonly PubkeyHex[];
  readonly scope?: ScopeRequest;
  readonly tags?: readonly Tag[];
}

/** The ring: of a file, of a private group of ours, or of a directory that is asked for as nobody. */
async function among(given: Given, opened: OpenSession, tools: Tools): Promise<Among> {
  const [ring, group, directory] = [given.text("ring"), given.text("group"), given.text("directory")];
  if ([ring, group, directory].filter((each) => each !== undefined).length !== 1) {
    throw badArguments("Give one of --ring, --group and --directory.");
  }
  const word = given.text("scope");
  const inApp = word === undefined ? {} : { scope: { app: readAppScope(word) } };
  if (ring !== undefined) return { keys: readKeys(ring, tools.curve), ...inApp };
  if (group !== undefined) {
    const groups = partOf(opened, "groups");
    const id = find(groups.list.current, group, "group");
    const members = groups.group(id).current?.members ?? [];
    return { keys: members.map(({ behind }) => behind), ...inApp };
  }
  const found = await resolved(directory ?? "", given, opened, tools);
  if (!given.has("linked")) return { keys: found.keys, ...inApp };
  return { keys: found.keys, scope: { group: found }, tags: [["g", found.address, found.ring]] };
}

function readAppScope(text: string): { readonly origin: string; readonly text: string } {
  const [, origin, word] = /^([a-z][a-z0-9+.-]*:\/\/[^/]+)\/(.+)$/.exec(text) ?? [];
  if (origin === undefined || word === undefined || !isOrigin(origin)) {
    throw badArguments("Give a scope as https://site.example/word: where it counts, and what for.");
  }
  return { origin, text: word };
}

async function resolved(text: string, given: Given, opened: OpenSession, tools: Tools): Promise<GroupRing> {
  const at = directoryAddress(text);
  if (at === undefined) throw badArguments("Give a directory as 30097:<author>:<name>.");
  const rings = partOf(opened, "rings");
  const named = given.relays();
  if (!rings.current.current.directories.has(at)) {
    await rings.know(at, at.split(":").slice(2).join(":"), named.length === 0 ? opened.relays : named);
  }
  using nobody = opened.network.anonymously();
  using _following = rings.follow(nobody);
  await patiently(given, tools, (signal) => opened.session.caughtUp(signal));
  const found = rings.resolve(at);
  if (!found.ok)
    throw new Failure("not-found", `The directory names no ring: ${found.reason}.`, { reason: found.reason });
  return found;
}

async function readPost(given: Given, opened: OpenSession, tools: Tools) {
  const { relays: own } = opened;
  const { host } = tools;
  const asked = given.text("nip97");
  const level = LEVELS.find((each) => each === asked);
  if (asked !== undefined && level === undefined) throw badArguments(`--nip97 is one of ${LEVELS.join(", ")}.`);
  const { keys, scope, tags } = await among(given, opened, tools);
  if (level !== undefined && scope !== undefined) throw badArguments("NIP-97 has no --scope: leave one of them out.");
  const named = given.relays();
  return {
    content: given.operand(0) === "-" ? await wholeInput(host) : given.operand(0),
    kind: given.integer("kind", { max: 65_535 }) ?? 1,
    keys,
    ...(tags === undefined ? {} : { tags }),
    relays: named.length === 0 ? own : named,
    proof:
      level === undefined
        ? ({ form: "member-proof", ...(scope === undefined ? {} : { scope }) } as const)
        : ({ form: "ring-signature", level } as const),
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
    ...scopeOf(post.proof),
  });
  const rows = checks.map(({ level, sentence, found }) => {
    const mark = { ok: "   ", warn: " ! ", stop: " X " }[level];
    return `${mark}${sentence}${found === undefined ? "" : ` (${found.join(", ")})`}`;
  });
  screen.result({ type: "checklist", may_post: mayPost(checks), checks }, ...rows);
  return checks;
}

function scopeOf(proof: Awaited<ReturnType<typeof readPost>>["proof"]): { readonly scope?: "group" | "app" } {
  if (!("scope" in proof) || proof.scope === undefined) return {};
  return { scope: "group" in proof.scope ? "group" : "app" };
}
