/** Every example that the help shows is run as it stands there, by a very small shell (stage.ts). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMMANDS } from "../src/commands.ts";
import { bundle, type Programs, Running } from "./programs/bundle.ts";
import { run, type StageOptions, shell } from "./stage.ts";

/** Examples that go on until somebody stops them. */
const ENDLESS = /relay serve/;
/** Minutes of work that has tests of its own. */
const ELSEWHERE = /relay check/;
/** What refused, or was never delivered: outbox.test.ts. */
const NEEDS_A_FAILURE = /outbox (resend|forget)/;

let programs: Programs;
let relay: Running;
let url: string;
let folder: string;
/** A person whom the examples write to; a new one wherever the last one's story is over. */
let peer: { readonly name: string; readonly npub: string };
let alice: string;

beforeAll(async () => {
  programs = await bundle();
  folder = mkdtempSync(join(tmpdir(), "subrosa-examples-"));
  relay = new Running(programs.subrosa, ["relay", "serve", "--port", "0", "--data", join(folder, "relay-data")]);
  url = (await relay.said(/ws:\/\/127\.0\.0\.1:\d+/))[0];
  await prepare();
}, 300_000);
afterAll(async () => {
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

/** A command of an account, which must go well; its last object. */
async function as(account: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const all = [...args, "--account", account, "--passphrase-file", join(folder, "passphrase.txt"), "--json"];
  const { code, err, objects } = await run(all, host());
  expect(code, `${args.join(" ")}\n${err}`).toBe(0);
  return objects.at(-1)!;
}

async function meet(): Promise<void> {
  const name = `peer${peers++}`;
  const file = join(folder, "passphrase.txt");
  const made = await run(["account", "new", name, "--relay", url, "--passphrase-file", file, "--json"], host());
  peer = { name, npub: String(made.objects[0]!["npub"]) };
}
let peers = 0;

/** What must have happened before an example can. */
const BEFORE: Readonly<Record<string, () => Promise<unknown>>> = {
  "account remove": () => as("alice", ["account", "show"]).then(() => shell(SPARE, folder, host())),
  "alias request": async () => {
    await meet();
    alice = String((await as("alice", ["account", "show"]))["npub"]);
  },
  "alias accept": async () => {
    await meet();
    await as(peer.name, ["alias", "request", alice]);
  },
  "alias reject": async () => {
    await meet();
    await as(peer.name, ["alias", "request", alice]);
  },
  "alias remove": friends,
  "alias send": friends,
};
const SPARE = "subrosa account new spare --passphrase-file passphrase.txt";

async function friends(): Promise<void> {
  await meet();
  await as(peer.name, ["alias", "request", alice]);
  await as("alice", ["alias", "accept", peer.npub]);
}

function host(): StageOptions {
  return {
    programs: { relay: () => programs.relay, work: pathToFileURL(programs.work) },
    env: { SUBROSA_STORE: join(folder, "store") },
  };
}
test("every example of the help does what it shows, in the order of the help", async () => {
  for (const { name, load } of COMMANDS) {
    const { examples } = await load();
    expect(examples.length, name).toBeGreaterThan(0);
    await BEFORE[name]?.();
    for (const example of examples) {
      expect(example, name).toContain(`subrosa ${name}`);
      if (ENDLESS.test(example) || ELSEWHERE.test(example)) continue;
      if (NEEDS_A_FAILURE.test(example)) continue;
      const line = example.replaceAll("ws://127.0.0.1:7777", url).replaceAll("npub1…", peer?.npub ?? "");
      const { code, err } = await shell(line, folder, host());
      expect(code, `${example}\n${err}`).toBe(0);
    }
  }
}, 900_000);

test("the help of every command shows its examples and its options", async () => {
  for (const { name, about, load } of COMMANDS) {
    const { examples, options = [] } = await load();
    const { code, out } = await run([...name.split(" "), "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(about);
    for (const example of examples) expect(out, name).toContain(example);
    for (const { flags } of options) expect(out, name).toContain(flags);
  }
});

test("the overview names every group and every command", async () => {
  const { out } = await run(["--help"]);
  for (const { name } of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name.split(" ")[0]}\\b`, "m"));
  expect((await run(["key", "--help"])).out).toMatch(/convert/);
});
