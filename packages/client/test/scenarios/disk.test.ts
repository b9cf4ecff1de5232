import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex } from "@subrosa/core/bytes";
import { sha256 } from "@subrosa/core/hash";
import { encodeNsec } from "@subrosa/core/nostr/nsec";
import { seededRandom } from "@subrosa/testkit/random";
import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { systemClock } from "../../src/ports.ts";
import { Network } from "../../src/relay/network.ts";
import { type Account, createAccount, openAccount } from "../../src/session/account.ts";
import { openSession } from "../../src/session/session.ts";
import { idbShelf } from "../../src/store/idb-shelf.ts";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";
import type { Stretch } from "../../src/store/sealed-store.ts";
import type { Shelf } from "../../src/store/shelf.ts";
import { curve, relayOptions } from "./relay-stage.ts";

const NOWHERE = ["ws://127.0.0.1:9"];
const cheap: Stretch = async (password, salt) => sha256(password, salt);
const random = seededRandom("disk");

function lmdbShelf(folder: string): Shelf {
  return {
    names: async () => readdirSync(folder).sort(),
    open: async (name) => {
      mkdirSync(join(folder, name), { recursive: true });
      return openLmdbStore(join(folder, name, "account.mdb"));
    },
    remove: async (name) => rmSync(join(folder, name), { recursive: true }),
  };
}

/** Every form in which these bytes may lie on a disk. */
function forms(text: string | Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    // Without the characters that the neighbours decide.
    return shifted.slice(shift === 0 ? 0 : 4, -4);
  });
  const all = [
    ...[bytes, Buffer.from(bytes.toString("hex")), Buffer.from(bytes.toString("hex").toUpperCase())],
    ...base64
      .flatMap((each) => [each, each.replaceAll("+", "-").replaceAll("/", "_")])
      .map((each) => Buffer.from(each)),
    ...(typeof text === "string" ? [Buffer.from(text, "utf16le"), Buffer.from(JSON.stringify([...text]))] : []),
    Buffer.from([...bytes].join(",")),
    Buffer.from(bytes).reverse(),
  ];
  return all.filter(({ length }) => length >= 8);
}

function filesIn(folder: string): readonly Buffer[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [readFileSync(path)];
  });
}

function found(folder: string, canaries: ReadonlyMap<string, string | Uint8Array>): readonly string[] {
  const files = filesIn(folder);
  expect(files.length).toBeGreaterThan(0);
  return [...canaries].flatMap(([what, canary]) =>
    forms(canary).some((form) => files.some((file) => file.includes(form))) ? [what] : [],
  );
}

/** A life: groups, a channel, drafts, words and keys; answers with all that must not be read from the disk. */
async function live(account: Account, name: string): Promise<Map<string, string | Uint8Array>> {
  if (account.key.kind !== "own") throw new Error("no key");
  using network = new Network(relayOptions(`disk ${name}`));
  await using session = await openSession({
    ...{ store: account.store, identity: account.key, network, relays: NOWHERE, curve },
    ...{ clock: systemClock, random: seededRandom(`life of ${name}`) },
  });
  const group = await session.groups!.create({ name: `canary group of ${name}`, relays: NOWHERE });
  const channel = await session.channels!.create({
    metadata: { name: `canary channel of ${name}` },
    relays: NOWHERE,
  });
  if (!group.ok || !channel.ok) throw new Error("not made");
  await session.groups!.say(group.id, { text: `canary words of ${name} in a group` });
  await session.channels!.say(channel.id, `canary words of ${name} in a channel`);
  await session.drafts.keep(`canary place of ${name}`, `canary draft of ${name}`);
  const secret = account.key.secret.expose();
  return new Map<string, string | Uint8Array>([
    ...([
      ["the key's bytes", Uint8Array.from(secret)],
      ["the key in hex", toHex(secret)],
      ["nsec", encodeNsec(account.key.secret)],
      ["pubkey", account.key.pubkey],
      ["group", group.id],
      ["channel", channel.id],
      ["group's name", `canary group of ${name}`],
      ["channel's name", `canary channel of ${name}`],
      ["words in a group", `canary words of ${name} in a group`],
      ["words in a channel", `canary words of ${name} in a channel`],
      ["draft", `canary draft of ${name}`],
      ["draft's place", `canary place of ${name}`],
      ["a record's name", "channels-early"],
      ["a relay", "ws://127.0.0.1:9"],
    ] as const),
  ]);
}

test("the disk of a closed account holds no key, no word and no name, in no encoding; nor that of its neighbour", async () => {
  const folder = mkdtempSync(join(tmpdir(), "subrosa-disk-"));
  try {
    const shelf = lmdbShelf(folder);
    const canaries = new Map<string, string | Uint8Array>();
    for (const name of ["anna", "ben"]) {
      const passphrase = `canary passphrase of ${name}`;
      const options = { shelf, name, passphrase, random, curve, stretch: cheap };
      const made = await createAccount(options);
      if (!made.ok) throw new Error(made.reason);
      for (const [what, canary] of await live(made.account, name)) canaries.set(`${name}: ${what}`, canary);
      canaries.set(`${name}: passphrase`, passphrase);
      expect(await made.account.changePassphrase(passphrase, `${passphrase}, changed`)).toBe(true);
      await made.account[Symbol.asyncDispose]();
    }
    expect(canaries.size).toBe(30);
    expect(found(folder, canaries)).toEqual([]);
    // What is looked for can be found: one of them in the open, in each form.
    const open = openLmdbStore(join(folder, "open.mdb"));
    for (const form of forms("canary words of anna in a group")) {
      await open.commit([{ name: "open", value: form }]);
      expect(found(folder, canaries)).toEqual(["anna: words in a group"]);
    }
    await open[Symbol.asyncDispose]();
    // One's passphrase is no other's, and every refusal is the same one.
    const asked = { shelf, random, curve, stretch: cheap };
    for (const passphrase of [
      "canary passphrase of ben, changed",
      "canary passphrase of anna",
      "",
      "x".repeat(5_000),
    ]) {
      expect(await openAccount({ ...asked, name: "anna", passphrase })).toEqual({
        ...{ ok: false, reason: "store-passphrase" },
      });
    }
    const again = await openAccount({ ...asked, name: "anna", passphrase: "canary passphrase of anna, changed" });
    if (!again.ok) throw new Error(again.reason);
    await again.account[Symbol.asyncDispose]();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("accounts on a browser's shelf are apart: listed without unlocking, opened by their own passphrase, removed alone", async () => {
  globalThis.indexedDB = new IDBFactory();
  const shelf = idbShelf();
  const keys: string[] = [];
  for (const name of ["anna", "ben", "cleo"]) {
    const made = await createAccount({ shelf, name, passphrase: name, random, curve, stretch: cheap });
    if (!made.ok) throw new Error(made.reason);
    keys.push(made.account.key.pubkey);
    await made.account[Symbol.asyncDispose]();
  }
  expect(new Set(keys).size).toBe(3);
  expect([...(await shelf.names())].sort()).toEqual(["anna", "ben", "cleo"]);
  const options = { shelf, random, curve, stretch: cheap };
  expect(await createAccount({ ...options, name: "ben", passphrase: "other" })).toEqual({
    ...{ ok: false, reason: "account-exists" },
  });
  expect(await openAccount({ ...options, name: "ben", passphrase: "anna" })).toEqual({
    ...{ ok: false, reason: "store-passphrase" },
  });
  await shelf.remove("anna");
  expect([...(await shelf.names())].sort()).toEqual(["ben", "cleo"]);
  const ben = await openAccount({ ...options, name: "ben", passphrase: "ben" });
  expect(ben.ok && ben.account.key.pubkey).toBe(keys[1]);
  if (ben.ok) await ben.account[Symbol.asyncDispose]();
  expect(await openAccount({ ...options, name: "anna", passphrase: "anna" })).toEqual({
    ...{ ok: false, reason: "account-unknown" },
  });
});
