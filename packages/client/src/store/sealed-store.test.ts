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
import { entriesOf, type Store } from "./store.ts";

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
  // One stretch each, so that a header that somebody changed cannot be told from a wrong passphrase by the time it takes.
  expect(costs.length).toBe(256);
  expect([...new Set(costs)].sort()).toEqual([17, 18, 19, 20, 21, 22]);
  costs.length = 0;
  for (const broken of [new Uint8Array(0), header.slice(0, 40), new Uint8Array(10_000), header.with(0, 7)]) {
    disk.set("subrosa-sealed", broken);
    const opening = await openSealedStore(openMemoryStore(disk), "p", { random: seededRandom("h"), stretch });
    expect(opening).toEqual({ ok: false, reason: "store-passphrase" });
  }
  expect(costs).toEqual([17, 17, 17, 17]);
});

const HEADER = "subrosa-sealed";
const RECORDS = 450;

async function filled(): Promise<MemoryDisk> {
  const disk: MemoryDisk = new Map();
  await using store = await opened(openMemoryStore(disk), "old");
  const all = Array.from({ length: RECORDS }, (_, i) => ({ name: `record/${i}`, value: utf8(`value ${i}`) }));
  await store.commit(all);
  return disk;
}

async function everything(store: Store): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, value } of entriesOf(store, "")) found[name] = Buffer.from(value).toString();
  return found;
}

test("a changed passphrase brings other keys: an older copy opens what was there, and nothing of what is there now", async () => {
  const disk = await filled();
  const copy = new Map(disk);
  const before = await everything(await opened(openMemoryStore(new Map(disk)), "old"));
  {
    await using store = await opened(openMemoryStore(disk), "old", cheap, "changing");
    expect(await store.changePassphrase("guess", "mine")).toBe(false);
    expect(await store.changePassphrase("old", "new")).toBe(true);
    await store.commit([{ name: "later", value: utf8("x") }]);
    expect(await everything(store)).toEqual({ ...before, later: "x" });
  }
  expect(disk.size).toBe(RECORDS + 2);
  expect([...disk.keys()].filter((name) => copy.has(name))).toEqual([HEADER]);
  const refused = await openSealedStore(openMemoryStore(disk), "old", { random: seededRandom("o"), stretch: cheap });
  expect(refused).toEqual({ ok: false, reason: "store-passphrase" });
  expect(await everything(await opened(openMemoryStore(disk), "new"))).toEqual({ ...before, later: "x" });
  // Whoever has the copy and the old passphrase has its keys: put over what is there now, they open none of it.
  const mixed = new Map(disk).set(HEADER, copy.get(HEADER)!);
  expect(await everything(await opened(openMemoryStore(mixed), "old"))).toEqual({});
  expect(await everything(await opened(openMemoryStore(copy), "old"))).toEqual(before);
});

test("cut short at every commit, a change of passphrase loses nothing, and one of the two passphrases opens all of it", async () => {
  const start = await filled();
  const before = await everything(await opened(openMemoryStore(new Map(start)), "old"));
  for (let cut = 0, isOver = false; !isOver; cut++) {
    for (const isDurable of [false, true]) {
      const disk: MemoryDisk = new Map(start);
      const inner = openMemoryStore(disk);
      let commits = 0;
      const dying: Store = {
        ...inner,
        commit: async (changes) => {
          const dies = commits++ >= cut;
          if (!dies || (isDurable && commits === cut + 1)) await inner.commit(changes);
          if (dies) throw new Error("killed");
        },
      };
      const store = await opened(dying, "old", cheap, `cut ${cut}`);
      const outcome = await store.changePassphrase("old", "new").catch(() => "killed");
      isOver = outcome === true;
      const isBegun = cut > 0 || isDurable;
      const refused = await openSealedStore(openMemoryStore(disk), isBegun ? "old" : "new", {
        ...{ random: seededRandom("r"), stretch: cheap },
      });
      expect(refused.ok, `cut at ${cut}`).toBe(false);
      // Killed once more while it goes on, and then left in peace.
      await opened({ ...openMemoryStore(disk), commit: async () => Promise.reject(new Error("killed")) }, "new").catch(
        () => undefined,
      );
      const again = await opened(openMemoryStore(disk), isBegun ? "new" : "old", cheap, `again ${cut}`);
      expect(await everything(again), `cut at ${cut}`).toEqual(before);
      expect(disk.size).toBe(RECORDS + 1);
      if (isBegun) expect([...disk.keys()].filter((name) => start.has(name))).toEqual([HEADER]);
    }
    expect(cut).toBeLessThan(20);
  }
});

test("what is read and written while records move is read and written as ever", async () => {
  const disk = await filled();
  await using store = await opened(openMemoryStore(disk), "old", cheap, "meanwhile");
  const changing = store.changePassphrase("old", "new");
  await expect(store.changePassphrase("old", "other")).rejects.toThrow("usage/state");
  const acts: Promise<unknown>[] = [];
  for (let i = 0; i < RECORDS; i += 3) {
    acts.push(store.get(`record/${i}`).then((value) => expect(value).toEqual(utf8(`value ${i}`))));
    acts.push(store.commit([{ name: `record/${i + 1}`, value: utf8("anew") }]));
    acts.push(store.commit([{ name: `record/${i + 2}`, value: undefined }]));
    await Promise.resolve();
  }
  await Promise.all([...acts, changing]);
  const after = await everything(await opened(openMemoryStore(disk), "new"));
  expect(Object.keys(after).length).toBe((RECORDS / 3) * 2);
  expect(after).toEqual(await everything(store));
  expect([after["record/0"], after["record/1"], after["record/2"]]).toEqual(["value 0", "anew", undefined]);
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
