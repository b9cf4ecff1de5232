/** Blossom beside the relay: what is signed for is kept, served, and let go; nothing else. */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { EventTemplate } from "@subrosa/core/nostr/event";
import { openCurve } from "@subrosa/curve/open-curve";
import { describe, expect, test } from "vitest";
import { Person } from "../../src/check/person.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const curve = openCurve();
const clock = (): number => Math.floor(Date.now() / 1_000);
const alice = new Person(curve);
const picture = Buffer.concat([Buffer.of(0x89, 0x50, 0x4e, 0x47), Buffer.from("a rose ".repeat(5_000))]);
const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

const open = (config: object = {}): Promise<RelayUnderTest> => RelayUnderTest.open({ clock, media: curve, config });

function token(by: Person, verb: string, hashes: readonly string[], fields: Partial<EventTemplate> = {}): string {
  const tags = [["t", verb], ["expiration", String(clock() + 60)], ...hashes.map((hash) => ["x", hash])];
  return `Nostr ${Buffer.from(JSON.stringify(by.sign({ kind: 24_242, tags, content: "", ...fields }))).toString("base64")}`;
}

const at = (it: RelayUnderTest, path: string): string => `http://127.0.0.1:${it.relay.port}${path}`;

function put(it: RelayUnderTest, bytes: Buffer, headers: Record<string, string> = {}): Promise<Response> {
  const all = { "content-type": "image/png", authorization: token(alice, "upload", [hashOf(bytes)]), ...headers };
  return fetch(at(it, "/upload"), { method: "PUT", headers: all, body: new Uint8Array(bytes) });
}

const mediaFiles = (it: RelayUnderTest): string[] => readdirSync(join(it.dir, "media"));

test("BUD-02, BUD-01: a picture is uploaded, served whole, in part and as its head, and deleted", async () => {
  await using it = await open();
  const sha256 = hashOf(picture);
  const response = await put(it, picture);
  expect(response.status).toBe(201);
  const descriptor = (await response.json()) as { url: string };
  expect(descriptor).toMatchObject({ sha256, size: picture.length, type: "image/png", uploaded: expect.any(Number) });
  const served = await fetch(descriptor.url);
  expect(Buffer.from(await served.arrayBuffer()).equals(picture)).toBe(true);
  expect(Object.fromEntries(served.headers)).toMatchObject({
    "content-type": "image/png",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "access-control-allow-origin": "*",
  });
  const part = await fetch(at(it, `/${sha256}`), { headers: { range: "bytes=1-3" } });
  expect([part.status, await part.text(), part.headers.get("content-range")]).toEqual([
    206,
    "PNG",
    `bytes 1-3/${picture.length}`,
  ]);
  expect((await fetch(at(it, `/${sha256}`), { headers: { range: `bytes=${picture.length}-` } })).status).toBe(416);
  const head = await fetch(at(it, `/${sha256}.png`), { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, String(picture.length)]);

  const remove = (by: Person): Promise<Response> =>
    fetch(at(it, `/${sha256}`), { method: "DELETE", headers: { authorization: token(by, "delete", [sha256]) } });
  expect((await remove(new Person(curve))).status).toBe(404);
  expect((await remove(alice)).status).toBe(204);
  expect((await fetch(at(it, `/${sha256}`))).status).toBe(404);
  expect(mediaFiles(it)).toEqual([]);
});

test("the same blob of two people stays until both let go", async () => {
  await using it = await open();
  const bob = new Person(curve);
  const sha256 = hashOf(picture);
  expect((await put(it, picture)).status).toBe(201);
  expect((await put(it, picture, { authorization: token(bob, "upload", [sha256]) })).status).toBe(200);
  const remove = (by: Person): Promise<Response> =>
    fetch(at(it, `/${sha256}`), { method: "DELETE", headers: { authorization: token(by, "delete", [sha256]) } });
  expect((await remove(alice)).status).toBe(204);
  expect((await fetch(at(it, `/${sha256}`))).status).toBe(200);
  expect((await remove(bob)).status).toBe(204);
  expect((await fetch(at(it, `/${sha256}`))).status).toBe(404);
});

describe("what is refused leaves nothing behind", () => {
  const other = "0".repeat(64);
  const own = hashOf(picture);
  const refused: [string, number, Record<string, string>, object?][] = [
    ["no signature", 401, { authorization: "" }],
    ["a signature for something else", 401, { authorization: token(alice, "delete", [own]) }],
    ["a signature without blobs", 401, { authorization: token(alice, "upload", []) }],
    [
      "a signature that never ends",
      401,
      {
        authorization: token(alice, "upload", [own], {
          tags: [
            ["t", "upload"],
            ["x", own],
          ],
        }),
      },
    ],
    [
      "a signature that has ended",
      401,
      {
        authorization: token(alice, "upload", [own], {
          tags: [
            ["t", "upload"],
            ["x", own],
            ["expiration", "1700000000"],
          ],
        }),
      },
    ],
    ["another kind", 401, { authorization: token(alice, "upload", [own], { kind: 27_235 }) }],
    ["another blob", 403, { authorization: token(alice, "upload", [other]) }],
    ["a page", 415, { "content-type": "text/html" }],
    ["a drawing that can run", 415, { "content-type": "image/svg+xml" }],
    ["too much", 413, {}, { mediaMaxBytes: 1_024 }],
    ["more than one key may keep", 413, {}, { mediaQuotaBytes: 1_024 }],
    ["a stranger's, where members upload", 403, {}, { members: ["ab".repeat(32)] }],
  ];
  for (const [title, status, headers, config] of refused) {
    test(`${title}: ${status}`, async () => {
      await using it = await open(config);
      const response = await put(it, picture, headers);
      expect([response.status, (response.headers.get("x-reason") ?? "").length > 0]).toEqual([status, true]);
      expect(mediaFiles(it)).toEqual([]);
    });
  }
});

test("BUD-06: what would be refused is said before it is sent", async () => {
  await using it = await open({ mediaMaxBytes: 100_000 });
  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(at(it, "/upload"), {
      method: "HEAD",
      headers: {
        authorization: token(alice, "upload", [hashOf(picture)]),
        "x-sha-256": hashOf(picture),
        "x-content-type": "image/png",
        "x-content-length": "5",
        ...headers,
      },
    });
  expect((await ask({})).status).toBe(200);
  expect((await ask({ "x-content-length": "100001" })).status).toBe(413);
  expect((await ask({ "x-content-type": "text/html" })).status).toBe(415);
  expect((await ask({ "x-content-length": "many" })).status).toBe(411);
  expect((await ask({ "x-sha-256": "0".repeat(64) })).status).toBe(403);
  expect((await ask({ authorization: "" })).status).toBe(401);
});

test("a path that is no hash is no blob", async () => {
  await using it = await open();
  for (const path of [
    "/media/x",
    `/${"g".repeat(64)}`,
    `/${"a".repeat(63)}`,

    "/..%2frelay.key",
  ]) {
    expect((await fetch(at(it, path))).status, path).toBe(404);
  }
});
