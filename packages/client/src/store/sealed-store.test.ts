import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex, utf8 } from "@subrosa/core/bytes";
import { sha256 } from "@subrosa/core/hash";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { openLmdbStore } from "./lmdb-store.ts";
import { type MemoryDisk, openMemoryStore } from "./memory-store.ts";
import { openSealedStore, type Stretch } from "./sealed-store.ts";
import type { Store } from "./store.ts";

const cheap: Stretch = async (password, salt) => sha256(password, salt);

async function opened(inner: Store, passphrase: string, stretch: Stretch = cheap, seed = passphrase) {
  const opening = await openSealedStore(inner, passphrase, { random: seededRandom(seed), stretch });
  if (!opening.ok) throw new Error(opening.reason);
  return opening.store;
}

/** Every call that the inner store sees. */
function watched(inner: Store): { readonly store: Store; readonly calls: string[] } {
  const calls: string[] = [];
  const store: Store = {
    get: (name) => {
      calls.push(`get ${name}`);
      return inner.get(name);
    },
    list: (listing) => {
      calls.push("list");
      return inner.list(listing);
    },
    commit: (changes) => {
      calls.push("commit");
      return inner.commit(changes);
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
  return { store, calls };
}

test("a disk that was written through the seal shows no canary: no name, no value, no passphrase, no half of one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "subrosa-canary-"));
  try {
    const path = join(folder, "account.mdb");
    const canaries = ["canary-passphrase", "canary-name", "canary-plaintext", toHex(sha256(utf8("canary-key")))];
    const [passphrase, name, plaintext, key] = canaries as [string, string, string, string];
    {
      await using store = await opened(openLmdbStore(path), passphrase);
      for (let i = 0; i < 50; i++) {
        await store.commit([
          { name: `${name}/${i}`, value: utf8(`${plaintext} ${i} `.repeat(i + 1)) },
          { name: `key/${i}`, value: utf8(key) },
        ]);
      }
      await store.commit([{ name: `${name}/7`, value: undefined }]);
    }
    const files = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    expect(files.length).toBeGreaterThan(0);
    for (const canary of canaries) {
      for (const needle of [canary, canary.slice(0, 12), canary.slice(-12)]) {
        const forms = [
          Buffer.from(needle),
          Buffer.from(needle, "utf16le"),
          Buffer.from(Buffer.from(needle).toString("hex")),
        ];
        expect(files.some((file) => forms.some((form) => file.includes(form)))).toBe(false);
      }
    }
    // The scan can find: the same records without the seal.
    const open = openLmdbStore(join(folder, "open.mdb"));
    await open.commit([{ name, value: utf8(plaintext) }]);
    await open[Symbol.asyncDispose]();
    expect(readFileSync(join(folder, "open.mdb")).includes(plaintext)).toBe(true);
    await using again = await opened(openLmdbStore(path), passphrase);
    expect(await again.get("key/49")).toEqual(utf8(key));
    expect(await again.get(`${name}/7`)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("locked, two stores with as many records of like length look alike but for random bytes", async () => {
  const shape = async (records: readonly (readonly [string, string])[]): Promise<unknown> => {
    const disk: MemoryDisk = new Map();
    await using store = await opened(openMemoryStore(disk), "same", cheap, `${records[0]?.[0]}`);
    for (const [name, value] of records) await store.commit([{ name, value: utf8(value) }]);
    const names = [...disk.keys()].map((name) => (/^[0-9a-f]{64}$/.test(name) ? "hidden" : name));
    return [names.sort(), [...disk.values()].map(({ length }) => length).sort((a, b) => a - b)];
  };
  const friends = await shape([
    ["contacts/alice", "active"],
    ["contacts/bob", "rejected, and never again"],
  ]);
  const groups = await shape([
    ["g/1", "owner"],
    ["another-name/of-a-channel", "ten bytes."],
  ]);
  expect(groups).toEqual(friends);
});

test("the same record sealed twice is never the same bytes, and a record cannot take another's place", async () => {
  const disk: MemoryDisk = new Map();
  await using store = await opened(openMemoryStore(disk), "p");
  await store.commit([{ name: "a", value: utf8("same") }]);
  const [hidden] = [...disk.keys()].filter((name) => name.length === 64) as [string];
  const before = disk.get(hidden)!;
  await store.commit([{ name: "a", value: utf8("same") }]);
  expect(disk.get(hidden)).not.toEqual(before);
  await store.commit([{ name: "b", value: utf8("other") }]);
  const other = [...disk.keys()].find((name) => name.length === 64 && name !== hidden)!;
  disk.set(other, disk.get(hidden)!);
  await expect(store.get("b")).rejects.toThrow("changed from outside");
  expect(await store.get("a")).toEqual(utf8("same"));
});

test("every wrong passphrase is one refusal after one stretch and one read, and touches no record", async () => {
  const disk: MemoryDisk = new Map();
  await (await opened(openMemoryStore(disk), "Passwort ✓")).commit([{ name: "a", value: utf8("x") }]);
  const outcomes: unknown[] = [];
  for (const wrong of ["", "passwort ✓", "Passwort ✓ ", "Passwort", "x".repeat(10_000)]) {
    const { store, calls } = watched(openMemoryStore(disk));
    const stretched: number[] = [];
    const stretch: Stretch = (password, salt, logN) => {
      stretched.push(logN);
      return cheap(password, salt, logN);
    };
    const opening = await openSealedStore(store, wrong, { random: seededRandom("w"), stretch });
    outcomes.push({ opening, calls, stretched });
  }
  const expected = {
    opening: { ok: false, reason: "store-passphrase" },
    calls: ["get subrosa-sealed"],
    stretched: [17],
  };
  expect(outcomes).toEqual(Array.from({ length: 5 }, () => expected));
});

test("one passphrase has one form, however its letters were typed", async () => {
  const disk: MemoryDisk = new Map();
  await (await opened(openMemoryStore(disk), "Å\u0323ngström")).commit([{ name: "a", value: utf8("x") }]);
  await using store = await opened(openMemoryStore(disk), "A\u0323\u030angstro\u0308m");
  expect(await store.get("a")).toEqual(utf8("x"));
});

test("any changed byte of the header is refused, and no header makes us take more memory than 2^22", async () => {
  const disk: MemoryDisk = new Map();
  await opened(openMemoryStore(disk), "p");
  const header = disk.get("subrosa-sealed")!;
  for (let at = 0; at < header.length; at++) {
    disk.set("subrosa-sealed", header.with(at, header[at]! ^ 0x40));
    const opening = await openSealedStore(openMemoryStore(disk), "p", { random: seededRandom("h"), stretch: cheap });
    expect(opening).toEqual({ ok: false, reason: "store-passphrase" });
  }
  const costs: number[] = [];
  const stretch: Stretch = (password, salt, logN) => {
    costs.push(logN);
    return cheap(password, salt, logN);
  };
  for (let logN = 0; logN < 256; logN++) {
    disk.set("subrosa-sealed", header.with(1, logN));
    await openSealedStore(openMemoryStore(disk), "p", { random: seededRandom("h"), stretch });
  }
  expect(costs).toEqual([17, 18, 19, 20, 21, 22]);
});

test("a passphrase can be changed while the records stay, and only by who knows the old one", async () => {
  const disk: MemoryDisk = new Map();
  {
    await using store = await opened(openMemoryStore(disk), "old");
    await store.commit([{ name: "a", value: utf8("x") }]);
    expect(await store.changePassphrase("guess", "mine")).toBe(false);
    expect(await store.changePassphrase("old", "new")).toBe(true);
  }
  const refused = await openSealedStore(openMemoryStore(disk), "old", { random: seededRandom("o"), stretch: cheap });
  expect(refused).toEqual({ ok: false, reason: "store-passphrase" });
  await using store = await opened(openMemoryStore(disk), "new");
  expect(await store.get("a")).toEqual(utf8("x"));
});

test("refuses to seal over open records, costs below NIP-49's 2^17, and work after locking", async () => {
  const disk: MemoryDisk = new Map([["plain", utf8("x")]]);
  await expect(opened(openMemoryStore(disk), "p")).rejects.toThrow("usage/state");
  const weak = openSealedStore(openMemoryStore(), "p", { random: seededRandom("c"), stretch: cheap, logN: 16 });
  await expect(weak).rejects.toThrow("usage/range");
  const store = await opened(openMemoryStore(), "p");
  await store[Symbol.asyncDispose]();
  await expect(store.get("a")).rejects.toThrow("usage/state");
  await expect(store.commit([])).rejects.toThrow("usage/state");
});

test("with scrypt itself at 2^17: opens with the passphrase and not without", async () => {
  const disk: MemoryDisk = new Map();
  const options = { random: seededRandom("scrypt") };
  const made = await openSealedStore(openMemoryStore(disk), "p", options);
  expect(made.ok).toBe(true);
  expect(disk.get("subrosa-sealed")?.[1]).toBe(17);
  expect((await openSealedStore(openMemoryStore(disk), "p", options)).ok).toBe(true);
  expect((await openSealedStore(openMemoryStore(disk), "q", options)).ok).toBe(false);
});
