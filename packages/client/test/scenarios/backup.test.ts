import { createHash, scryptSync } from "node:crypto";
import { utf8 } from "@subrosa/core/bytes";
import type { Entry } from "@subrosa/core/group/conversation";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { BackupChanged, type BackupOptions, restoreBackup, writeBackup } from "../../src/session/backup.ts";
import type { DirectMessage } from "../../src/session/direct-words.ts";
import {
  directMessages,
  type ExportedConversation,
  exportJson,
  exportText,
  groupMessages,
} from "../../src/session/export.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import { entriesOf, type Store } from "../../src/store/store.ts";

const random = seededRandom("backup");
let stretched = 0;
/** Not scrypt, which takes a second each time; that scrypt is the default is shown once below. */
const stretch: NonNullable<BackupOptions["stretch"]> = async (password, salt, logN) => {
  stretched++;
  return new Uint8Array(createHash("sha256").update(password).update(salt).update(String(logN)).digest());
};

async function filled(disk: MemoryDisk = new Map()): Promise<Store> {
  const store = openMemoryStore(disk);
  const records = Array.from({ length: 1_500 }, (_, i) => ({ name: `m/${i}`, value: utf8(`canary ${i}`) }));
  await store.commit([
    ...records,
    { name: "account/key", value: utf8("the key") },
    { name: "big", value: random(300_000) },
    { name: "empty", value: new Uint8Array(0) },
  ]);
  return store;
}

async function written(store: Store, passphrase = "p", options: Partial<BackupOptions> = {}): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeBackup(store, passphrase, { random, stretch, ...options })) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

/** In pieces of odd sizes, as a disk or a network gives them. */
const fileOf = (bytes: Uint8Array, piece = 10_007) =>
  async function* () {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  };
async function contents(store: Store): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for await (const { name, value } of entriesOf(store, "")) all.set(name, Buffer.from(value).toString("base64"));
  return all;
}

test("everything of an account goes into one file and comes back into an empty store, record for record", async () => {
  const store = await filled();
  const backup = await written(store);
  expect([Buffer.from(backup).includes("canary"), Buffer.from(backup).includes("account/key")]).toEqual([false, false]);
  // Whole chunks: the file shows a size rounded up, nothing finer.
  expect((backup.length - 51) % (65_536 + 16)).toBe(0);
  const fresh = openMemoryStore();
  expect(await restoreBackup(fileOf(backup), "p", fresh, { stretch })).toEqual({ ok: true, records: 1_503 });
  expect(await contents(fresh)).toEqual(await contents(store));
  expect(await restoreBackup(fileOf(backup), "p", fresh, { stretch })).toEqual({
    ok: false,
    reason: "store-not-empty",
  });
  const nothing = openMemoryStore();
  expect(await restoreBackup(fileOf(await written(openMemoryStore())), "p", nothing, { stretch })).toEqual({
    ok: true,
    records: 0,
  });
});

test("a wrong passphrase is one refusal after the same work, whatever it is", async () => {
  const backup = await written(await filled());
  for (const passphrase of ["", "P", "p ", "x".repeat(1_000)]) {
    const store = openMemoryStore();
    stretched = 0;
    expect(await restoreBackup(fileOf(backup), passphrase, store, { stretch })).toEqual({
      ok: false,
      reason: "backup-passphrase",
    });
    expect([stretched, (await contents(store)).size]).toEqual([1, 0]);
  }
  await expect(written(await filled(), "")).rejects.toThrow("usage/secret");
  await expect(written(await filled(), "p", { logN: 16 })).rejects.toThrow("usage/range");
  // Written as NFKC has it, so that another keyboard opens it.
  const composed = await written(await filled(), "café");
  expect((await restoreBackup(fileOf(composed), "cafe\u0301", openMemoryStore(), { stretch })).ok).toBe(true);
});

test("a file that was cut, changed or reordered anywhere restores nothing", async () => {
  const backup = await written(await filled());
  const chunk = 65_536 + 16;
  const swapped = backup.slice();
  swapped.set(backup.subarray(51 + chunk, 51 + 2 * chunk), 51 + 2 * chunk);
  swapped.set(backup.subarray(51 + 2 * chunk, 51 + 3 * chunk), 51 + chunk);
  const flipped = (at: number): Uint8Array => {
    const copy = backup.slice();
    copy[at]! ^= 1;
    return copy;
  };
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["backup-damaged", backup.subarray(0, backup.length - 1)],
    ["backup-damaged", backup.subarray(0, backup.length - chunk)],
    ["backup-damaged", new Uint8Array(Buffer.concat([backup, backup.subarray(51)]))],
    ["backup-damaged", swapped],
    ["backup-damaged", flipped(backup.length - 1)],
    ["backup-damaged", flipped(51 + chunk + 5)],
    ["backup-passphrase", flipped(60)],
    ["backup-passphrase", flipped(20)],
    ["backup-passphrase", backup.subarray(0, 100)],
    ["not-a-backup", flipped(0)],
    ["not-a-backup", new Uint8Array(0)],
    ["not-a-backup", random(1_000)],
  ];
  for (const [reason, bytes] of cases) {
    const store = openMemoryStore();
    expect(await restoreBackup(fileOf(bytes), "p", store, { stretch })).toEqual({ ok: false, reason });
    expect((await contents(store)).size).toBe(0);
  }
  const newer = backup.slice();
  newer[14] = 2;
  expect(await restoreBackup(fileOf(newer), "p", openMemoryStore(), { stretch })).toEqual({
    ok: false,
    reason: "backup-version",
  });
  const greedy = backup.slice();
  greedy[15] = 40;
  expect(await restoreBackup(fileOf(greedy), "p", openMemoryStore(), { stretch })).toEqual({
    ok: false,
    reason: "not-a-backup",
  });
});

test("a restoring that died holds no account, and the next one begins anew", async () => {
  const store = await filled();
  const backup = await written(store);
  const disk: MemoryDisk = new Map();
  const inner = openMemoryStore(disk);
  let commits = 0;
  const dying: Store = {
    ...inner,
    commit: (changes) => (++commits === 2 ? Promise.reject(new Error("power")) : inner.commit(changes)),
  };
  await expect(restoreBackup(fileOf(backup), "p", dying, { stretch })).rejects.toThrow("power");
  expect([disk.has("account/key"), disk.size > 0]).toEqual([false, true]);
  expect(await restoreBackup(fileOf(backup), "p", openMemoryStore(disk), { stretch })).toMatchObject({ ok: true });
  expect(await contents(openMemoryStore(disk))).toEqual(await contents(store));
});

test("an account that writes meanwhile makes no backup that is half old and half new", async () => {
  const store = await filled();
  const writing = async (): Promise<void> => {
    for await (const _ of writeBackup(store, "p", { random, stretch }))
      await store.commit([{ name: "m/7", value: random(8) }]);
  };
  await expect(writing()).rejects.toThrow(BackupChanged);
});

test("by default the passphrase is stretched with scrypt, log_n 17", async () => {
  const small = openMemoryStore();
  await small.commit([{ name: "a", value: utf8("b") }]);
  const pieces: Uint8Array[] = [];
  for await (const piece of writeBackup(small, "p", { random })) pieces.push(piece);
  const backup = new Uint8Array(Buffer.concat(pieces));
  expect(backup[15]).toBe(17);
  // The host's own scrypt opens it.
  const native: NonNullable<BackupOptions["stretch"]> = async (password, salt, logN) =>
    new Uint8Array(scryptSync(password, salt, 32, { N: 2 ** logN, r: 8, p: 1, maxmem: 2 ** 28 }));
  expect(await restoreBackup(fileOf(backup), "p", openMemoryStore(), { stretch: native })).toEqual({
    ...{ ok: true, records: 1 },
  });
});

const id = (digit: string): never => digit.repeat(64) as never;
const direct = (change: Partial<DirectMessage>): DirectMessage => ({
  ...{ id: id("1"), by: id("a"), people: [id("b")], form: "text", text: "", at: 1_700_000_000 },
  ...change,
});

test("an export is read by people and programs, and nobody writes a line that looks like another's", () => {
  const messages = directMessages([
    direct({ id: id("2"), text: "two\nlines\u001b[31m\u202e", at: 1_700_000_060, replyTo: id("1") }),
    direct({ id: id("1"), text: "hello ❤️ 👩‍👩‍👧", by: id("b") }),
    direct({ id: id("3"), form: "reaction", text: "👍", replyTo: id("1") }),
    direct({
      id: id("4"),
      form: "file",
      file: { url: "https://f.example/x", type: "image/png", algorithm: "a", key: "canary", nonce: "n", hash: "h" },
      at: 1_700_000_120,
    }),
  ]);
  const talk: ExportedConversation = {
    kind: "direct",
    id: "x",
    title: "With\nBen",
    names: new Map([[id("b"), "Ben\u0007"]]),
    messages,
  };
  expect([...exportText(talk)].join("")).toBe(
    [
      "With\\u{a}Ben",
      "",
      "2023-11-14 22:13  Ben\\u{7}",
      "    hello ❤️ 👩‍👩‍👧",
      "    👍 1",
      "2023-11-14 22:14  aaaaaaaaaaaa",
      "    > hello ❤️ 👩‍👩‍👧",
      "    two",
      "    lines\\u{1b}[31m\\u{202e}",
      "2023-11-14 22:15  aaaaaaaaaaaa",
      "    [image/png] https://f.example/x",
      "",
    ].join("\n"),
  );
  const lines = [...exportJson(talk)].map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ type: "conversation", kind: "direct", title: "With\nBen", messages: 3 });
  expect(lines[2]).toEqual({
    type: "message",
    time: "2023-11-14T22:14:20Z",
    at: 1_700_000_060,
    author: id("a"),
    id: id("2"),
    text: "two\nlines\u001b[31m\u202e",
    replyTo: id("1"),
  });
  expect(JSON.stringify(lines)).not.toContain("canary");
  const entry: Entry = {
    ...{
      id: id("1"),
      author: id("a"),
      at: 1,
      text: "t",
      file: undefined,
      mentions: [],
      reply: undefined,
      edited: true,
    },
    ...{ pinned: false, reactions: new Map([["👍", [id("b"), id("c")]]]), expires: undefined, late: false },
  };
  expect(groupMessages([entry])).toEqual([
    { id: id("1"), at: 1, author: id("a"), text: "t", isEdited: true, reactions: { "👍": 2 } },
  ]);
});
