/** Every example that the help shows is run as it stands there, by a very small shell (stage.ts). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { systemRandom } from "@subrosa/client/ports";
import { signEvent } from "@subrosa/core/nostr/event";
import { writeDirectory } from "@subrosa/core/proof/directory";
import { addressOf } from "@subrosa/core/proof/directory-address";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMMANDS } from "../src/commands.ts";
import { type Person, person } from "./people.ts";
import { bundle, type Programs, Running } from "./programs/bundle.ts";
import { run, type StageOptions, shell } from "./stage.ts";

/** Examples that go on until somebody stops them. */
const ENDLESS = /relay serve/;
/** Minutes of work that has tests of its own. */
const ELSEWHERE = /relay check/;

const curve = openCurve();
let programs: Programs;
let relay: Running;
let url: string;
let folder: string;
let alice: Person;
let bob: Person;
let carol: Person;
let dora: Person;

beforeAll(async () => {
  programs = await bundle();
  folder = mkdtempSync(join(tmpdir(), "subrosa-examples-"));
  relay = new Running(programs.subrosa, ["relay", "serve", "--port", "0", "--data", join(folder, "relay-data")]);
  url = (await relay.said(/ws:\/\/127\.0\.0\.1:\d+/))[0];
  await prepare();
  const people = ["alice", "bob", "carol", "dora"].map((name) => person(name, join(folder, "people"), [url], host()));
  [alice, bob, carol, dora] = (await Promise.all(people)) as [Person, Person, Person, Person];
  const ring = [alice, bob, carol, dora].map(({ npub, name }) => `${npub} ${name}`);
  writeFileSync(join(folder, "friends.txt"), `${ring.join("\n")}\n`);
}, 600_000);
afterAll(async () => {
  for (const each of [alice, bob, carol, dora]) await each?.[Symbol.asyncDispose]();
  await relay?.end();
  programs?.[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** The files that examples speak of. */
async function prepare(): Promise<void> {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 });
  const keys = await Promise.all(
    ["alice", "bob", "carol", "dora"].map(async (name) => {
      const [key] = (await run(["key", "new", "--json"])).objects;
      write(`${name}.key`, `${key!["nsec"]}\n`);
      return `${key!["npub"]} ${name}`;
    }),
  );
  write("ring.txt", `# four friends\n${keys.join("\n")}\n`);
  write("words.txt", "leader monkey parrot ring guide accident before fence cannon height naive bean\n");
  write("passphrase.txt", "correct horse battery\n");
  write("letter.txt", "We, the four, think otherwise.\n");
  write("other.txt", "And we still do.\n");
  const made = "subrosa event make 'Good evening' | subrosa event sign --key-file alice.key";
  write("signed.jsonl", (await shell(made, folder)).out);
  write("posts.jsonl", (await shell(made, folder)).out);
  write(
    "mined.jsonl",
    (
      await shell(
        `subrosa event make hi --pubkey ${keys[0]!.split(" ")[0]} | subrosa pow mine --bits 8`,
        folder,
        host(),
      )
    ).out,
  );
}

/** What must have happened before the examples of a command can. */
const BEFORE: Readonly<Record<string, () => Promise<unknown>>> = {
  "account remove": () => shell("subrosa account new spare --passphrase-file passphrase.txt", folder, host()),
  "alias request": async () => {
    known.npub = bob.npub;
  },
  "alias accept": () => requested(carol),
  "alias reject": () => requested(dora),
  "alias remove": async () => {
    known.npub = carol.npub;
  },
  "alias send": async () => {
    known.npub = bob.npub;
    await bob.run("alias", "await", alice.npub, "--relation", "requested-by-peer", "--timeout", "120");
    await bob.run("alias", "accept", alice.npub);
    await alice.run("alias", "await", bob.npub, "--relation", "active", "--timeout", "120");
  },
  "group join": async () => {
    const { group } = await bob.run("group", "create", "bobs");
    known.invite = String((await bob.run("group", "invite", String(group)))["invite"]);
  },
  "group approve": async () => {
    known.npub = bob.npub;
    await asks(bob);
  },
  "group ignore": async () => {
    const { requests } = await asks(carol);
    known.note = (requests as { id: string }[])[0]!.id;
  },
  "group react": () => says("group"),
  "dm send": async () => {
    known.npub = bob.npub;
    await bob.run("dm", "inbox", url);
  },
  "dm await": async () => {
    known.npub = bob.npub;
    await alice.run("dm", "inbox", url);
    await bob.run("dm", "send", alice.npub, "See you at noon");
  },
  "anon post": async () => {
    const keeper = Secret.from(systemRandom(32), curve);
    const members = [alice, bob, carol, dora].map(({ opened }) => opened.session.me);
    const createdAt = Math.floor(Date.now() / 1_000) - 60;
    const directory = signEvent(writeDirectory({ d: "society", members, createdAt }), keeper, systemRandom(32), curve);
    using nobody = alice.opened.network.anonymously();
    const [result] = await nobody.publish([url], directory);
    expect(result).toMatchObject({ outcome: "accepted" });
    known.directory = String(addressOf(directory));
  },
  export: async () => {
    known.npub = bob.npub;
  },
  "list add": async () => {
    known.npub = carol.npub;
  },
  "media get": async () => {
    const { said } = { said: (await alice.try(["group", "messages", "friends"])).objects };
    known.note = String(said.findLast(({ file }) => file !== null && file !== undefined)!["id"]);
  },
  "channel invite": async () => {
    known.npub = bob.npub;
  },
  "channel react": () => says("channel"),
  "poll vote": async () => {
    const ring = join(folder, "friends.txt");
    const { poll } = await alice.run("poll", "create", "And which?", "tea", "coffee", "--ring", ring);
    known.note = String(poll);
  },
};

/** Examples that need what another test has: they come as far as the reason that is named here. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "group put-back": /not a member|leav/,
  "group promote": /not a member/,
  "group transfer": /not a member/,
  "group trust": /./,
  "group leave": /Hand the group over/,
  "group forget": /Leave the group/,
  "channel join": /no invitation/,
  "channel remove": /./,
  "channel accept": /./,
  "channel approve": /./,
  "channel follow": /./,
  "outbox resend": /not among what goes out/,
  "outbox forget": /not among what goes out/,
};

/** What the placeholders of the examples stand for now. */
const known = { npub: "", directory: "", note: "0".repeat(64), invite: "" };

async function requested(by: Person): Promise<void> {
  known.npub = by.npub;
  await by.run("alias", "request", alice.npub);
  await alice.run("alias", "await", by.npub, "--relation", "requested-by-peer", "--timeout", "120");
}

async function asks(other: Person): Promise<Record<string, unknown>> {
  const { invite } = await alice.run("group", "invite", "friends");
  await other.run("group", "join", String(invite), "it is me");
  return alice.run("group", "await", "friends", "--request", other.npub, "--timeout", "60");
}

async function says(where: "group" | "channel"): Promise<void> {
  const name = where === "group" ? "friends" : "garden";
  await alice.run(where, "send", name, "a word");
  known.note = String((await alice.run(where, "messages", name))["id"]);
}

function host(): StageOptions {
  return {
    programs: { relay: () => programs.relay, work: pathToFileURL(programs.work) },
    env: { SUBROSA_STORE: join(folder, "store") },
  };
}

function filled(example: string): string {
  return example
    .replaceAll("ws://127.0.0.1:7777", url)
    .replaceAll("http://127.0.0.1:7777", url.replace(/^ws/, "http"))
    .replaceAll("npub1…", known.npub)
    .replaceAll("30097:…", known.directory)
    .replaceAll("note1…", known.note)
    .replaceAll("nostr:nevent1…", known.invite);
}

/** One who has an account unlocks it for all of his examples at once: what a passphrase costs is another test's. */
function staged(name: string): StageOptions {
  const isAccount = /^(account|shell|backup|restore)/.test(name);
  return isAccount ? host() : { ...host(), shared: alice.opened };
}

const groups = [...new Set(COMMANDS.map(({ name }) => name.split(" ")[0]!))];

test.each(groups)(
  "the examples of %s do what they show, in the order of the help",
  async (group) => {
    for (const { name, load } of COMMANDS.filter((each) => each.name.split(" ")[0] === group)) {
      const { examples } = await load();
      expect(examples.length, name).toBeGreaterThan(0);
      await BEFORE[name]?.();
      for (const example of examples) {
        expect(example, name).toContain(`subrosa ${name}`);
        if (ENDLESS.test(example) || ELSEWHERE.test(example)) continue;
        const { code, err, out } = await shell(filled(example), folder, staged(name));
        const why = `${example}\n${out}${err}`;
        if (REFUSED[name] === undefined) expect(code, why).toBe(0);
        else expect(code, why).toBeLessThan(2);
        if (code !== 0) expect(why).toMatch(REFUSED[name]!);
      }
    }
  },
  600_000,
);

test("the help of every command shows its examples and its options", async () => {
  for (const { name, about, load } of COMMANDS) {
    const { examples, options = [] } = await load();
    const { code, out } = await run([...name.split(" "), "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(about);
    for (const example of examples) expect(out, name).toContain(example);
    for (const { flags } of options) expect(out, name).toContain(flags);
  }
}, 600_000);

test("the overview names every group and every command", async () => {
  const { out } = await run(["--help"]);
  for (const { name } of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name.split(" ")[0]}\\b`, "m"));
  expect((await run(["key", "--help"])).out).toMatch(/convert/);
});
