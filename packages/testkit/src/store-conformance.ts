/**
 * What every store of the client must do: memory, LMDB, IndexedDB, and the encryption over each run this one suite.
 *
 * The port is repeated here as a structure, because the test kit stands below the client. `open` opens the same
 * records again and again; the suite closes what it opened.
 */
import { expect, test } from "vitest";
import { seededRandom } from "./random.ts";

interface Entry {
  readonly name: string;
  readonly value: Uint8Array;
}
export interface StoreUnderTest extends AsyncDisposable {
  get(name: string): Promise<Uint8Array | undefined>;
  list(listing: {
    readonly prefix: string;
    readonly after?: string;
    readonly limit?: number;
  }): Promise<readonly Entry[]>;
  commit(changes: readonly { readonly name: string; readonly value: Uint8Array | undefined }[]): Promise<void>;
}

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** `fresh` makes an empty place and answers with how to open it. */
export function storeConformance(name: string, fresh: () => Promise<() => Promise<StoreUnderTest>>): void {
  const law = (title: string, body: (open: () => Promise<StoreUnderTest>) => Promise<void>): void =>
    test(`${name}: ${title}`, async () => body(await fresh()));

  law("a committed record survives reopening, byte for byte", async (open) => {
    const every = Uint8Array.from({ length: 256 }, (_, i) => i);
    {
      await using store = await open();
      await store.commit([{ name: "a", value: every }]);
    }
    await using store = await open();
    expect(await store.get("a")).toEqual(every);
    expect(await store.get("b")).toBeUndefined();
  });

  law("an empty value is a value, a removed record is gone, and removing nothing is nothing", async (open) => {
    {
      await using store = await open();
      await store.commit([
        { name: "empty", value: bytes() },
        { name: "gone", value: bytes(1) },
      ]);
      await store.commit([
        { name: "gone", value: undefined },
        { name: "never", value: undefined },
      ]);
    }
    await using store = await open();
    expect(await store.get("empty")).toEqual(bytes());
    expect(await store.get("gone")).toBeUndefined();
    expect(await store.list({ prefix: "" })).toEqual([{ name: "empty", value: bytes() }]);
  });

  law("of several changes of one name the last counts", async (open) => {
    await using store = await open();
    await store.commit([
      { name: "a", value: bytes(1) },
      { name: "a", value: undefined },
      { name: "a", value: bytes(2) },
      { name: "b", value: bytes(3) },
      { name: "b", value: undefined },
    ]);
    expect(await store.list({ prefix: "" })).toEqual([{ name: "a", value: bytes(2) }]);
  });

  law("a commit with one bad name changes nothing", async (open) => {
    await using store = await open();
    const good = { name: "good", value: bytes(1) };
    for (const bad of ["", "with space", "ümlaut", "x".repeat(241), "a\x7f"]) {
      await expect(store.commit([good, { name: bad, value: bytes(1) }])).rejects.toThrow("usage/range");
    }
    expect(await store.list({ prefix: "" })).toEqual([]);
  });

  law("the bytes that come out, and those that went in, are the caller's to change", async (open) => {
    await using store = await open();
    const given = bytes(1, 2, 3);
    const writing = store.commit([{ name: "a", value: given }]);
    given.fill(9);
    await writing;
    (await store.get("a"))?.fill(8);
    (await store.list({ prefix: "a" }))[0]?.value.fill(7);
    expect(await store.get("a")).toEqual(bytes(1, 2, 3));
  });

  law("lists by prefix, in order, page by page, without a gap or a repetition", async (open) => {
    await using store = await open();
    const names = ["a", "a/", "a/1", "a/10", "a/2", "a/~", "a0", "b/1", "B/1"];
    await store.commit(names.toReversed().map((each) => ({ name: each, value: bytes(each.length) })));
    const found = async (prefix: string, after?: string, limit?: number): Promise<string[]> => {
      const listing = { prefix, ...(after === undefined ? {} : { after }), ...(limit === undefined ? {} : { limit }) };
      return (await store.list(listing)).map((entry) => entry.name);
    };
    expect(await found("")).toEqual(names.toSorted());
    expect(await found("a/")).toEqual(["a/", "a/1", "a/10", "a/2", "a/~"]);
    expect(await found("a/", "a/1")).toEqual(["a/10", "a/2", "a/~"]);
    expect(await found("a/", "a/1", 2)).toEqual(["a/10", "a/2"]);
    expect(await found("a/", "a/15")).toEqual(["a/2", "a/~"]);
    expect(await found("a/", "a")).toHaveLength(5);
    expect(await found("a/", "z")).toEqual([]);
    expect(await found("nothing")).toEqual([]);
    await expect(store.list({ prefix: "", limit: 1_001 })).rejects.toThrow("usage/range");
  });

  law("agrees with a map over a random life, reopened now and then", async (open) => {
    const seed = "store";
    const random = seededRandom(seed);
    const pick = (count: number): number => random(1)[0]! % count;
    const model = new Map<string, Uint8Array>();
    let store = await open();
    for (let turn = 0; turn < 60; turn++) {
      const changes = Array.from({ length: 1 + pick(4) }, () => {
        const value = pick(3) === 0 ? undefined : random(pick(200));
        return { name: `k/${pick(20)}`, value };
      });
      await store.commit(changes);
      for (const change of changes) {
        if (change.value === undefined) model.delete(change.name);
        else model.set(change.name, change.value);
      }
      if (pick(8) === 0) {
        await store[Symbol.asyncDispose]();
        store = await open();
      }
    }
    const expected = [...model.keys()].toSorted().map((each) => ({ name: each, value: model.get(each) }));
    expect(await store.list({ prefix: "k/" }), `seed ${seed}`).toEqual(expected);
    await store[Symbol.asyncDispose]();
  });
}
