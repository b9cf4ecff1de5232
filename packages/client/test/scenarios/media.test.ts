import { createHash } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { deflateSync } from "node:zlib";
import { seededRandom } from "@subrosa/testkit/random";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/ports.ts";
import { isPrivateHost } from "../../src/relay/private-address.ts";
import { openFile, sealFile } from "../../src/session/file-cipher.ts";
import { Media, type MediaOptions } from "../../src/session/media.ts";
import { stripMetadata } from "../../src/session/strip-metadata.ts";
import { RelayProcess } from "./relay-process.ts";
import { curve, person } from "./relay-stage.ts";

const random = seededRandom("media");
const ann = person("sends pictures");
let relay: RelayProcess;
beforeAll(async () => {
  relay = await RelayProcess.start();
});
afterAll(async () => {
  await relay?.[Symbol.asyncDispose]();
});

function media(change: Partial<MediaOptions> = {}): { media: Media; asked: { url: string; init: RequestInit }[] } {
  const asked: { url: string; init: RequestInit }[] = [];
  const spy: MediaOptions["fetch"] = (url, init) => {
    asked.push({ url, init });
    return fetch(url, init);
  };
  return { media: new Media({ fetch: spy, clock: systemClock, random, curve, allowPrivate: true, ...change }), asked };
}

const bytes = (...values: readonly (number | string | Uint8Array)[]): Uint8Array =>
  new Uint8Array(Buffer.concat(values.map((each) => (typeof each === "number" ? Buffer.of(each) : Buffer.from(each)))));
const u16 = (value: number) => bytes(value >> 8, value & 255);
const u32 = (value: number) => bytes(...u16(value >>> 16), ...u16(value & 0xffff));

const chunk = (name: string, data: Uint8Array) => bytes(u32(data.length), name, data, u32(0));
const PIXELS = chunk("IDAT", new Uint8Array(deflateSync(Buffer.from([0, 255, 0, 0]))));
const png = (...extra: Uint8Array[]) =>
  bytes(
    0x89,
    "PNG\r\n",
    0x1a,
    "\n",
    chunk("IHDR", bytes(u32(1), u32(1), 8, 2, 0, 0, 0)),
    ...extra,
    PIXELS,
    chunk("IEND", bytes()),
  );

const segment = (marker: number, data: Uint8Array) => bytes(0xff, marker, u16(data.length + 2), data);
function exif(turned: number): Uint8Array {
  const entry = bytes(u16(0x0112), u16(3), u32(1), u16(turned), u16(0));
  const place = bytes(u16(0x8825), u16(4), u32(1), u32(26));
  return segment(0xe1, bytes("Exif", 0, 0, "MM", 0, 42, u32(8), u16(2), entry, place, u32(0), "canary: 52.5N 13.4E"));
}
const SCAN = bytes(segment(0xda, bytes(1, 1, 0, 0, 63, 0)), 1, 2, 0xff, 0, 3, 0xff, 0xd0, 4);
const jpeg = (...extra: Uint8Array[]) =>
  bytes(
    0xff,
    0xd8,
    segment(0xe0, bytes("JFIF", 0, 1, 2)),
    ...extra,
    segment(0xdb, bytes(0, 1)),
    SCAN,
    SCAN,
    0xff,
    0xd9,
  );

test("what a camera writes about its owner is taken out, and every pixel, profile and turn stays", () => {
  const profile = segment(0xe2, bytes("ICC_PROFILE", 0, 1, 1, "colours"));
  const dirty = bytes(
    jpeg(
      exif(6),
      profile,
      segment(0xe1, bytes("http://ns.adobe.com/xap/1.0/", 0, "canary")),
      segment(0xfe, bytes("canary")),
    ),
    "canary: a film behind the picture",
  );
  const stripped = stripMetadata(dirty);
  if (!stripped.ok) throw new Error(stripped.reason);
  const text = Buffer.from(stripped.bytes).toString("latin1");
  expect([text.includes("canary"), text.includes("ICC_PROFILE"), stripped.type]).toEqual([false, true, "image/jpeg"]);
  const turned = [0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42];
  expect([...stripped.bytes.subarray(2, 2 + turned.length)]).toEqual(turned);
  expect(Buffer.from(stripped.bytes).includes(Buffer.concat([SCAN, SCAN]))).toBe(true);
  // Once stripped it stays as it is, but for the note on how it is turned, which is read again.
  expect(stripMetadata(stripped.bytes)).toEqual({ ...stripped, removed: 0 });
  expect(stripMetadata(jpeg())).toMatchObject({ ok: true, bytes: jpeg(), removed: 0 });

  const texts = png(
    chunk("tEXt", bytes("Author", 0, "canary")),
    chunk("eXIf", bytes("canary")),
    chunk("gAMA", u32(45_455)),
    chunk("prVt", bytes("canary")),
  );
  expect(stripMetadata(bytes(texts, "canary"))).toMatchObject({ ok: true, bytes: png(chunk("gAMA", u32(45_455))) });
  const gif = (...extra: Uint8Array[]) =>
    bytes(
      "GIF89a",
      1,
      0,
      1,
      0,
      0x80,
      0,
      0,
      1,
      2,
      3,
      4,
      5,
      6,
      ...extra,
      0x2c,
      0,
      0,
      0,
      0,
      1,
      0,
      1,
      0,
      0,
      2,
      2,
      0x44,
      1,
      0,
      0x3b,
    );
  const repeat = bytes(0x21, 0xff, 11, "NETSCAPE2.0", 3, 1, 0, 0, 0);
  expect(
    stripMetadata(
      bytes(
        gif(bytes(0x21, 0xfe, 6, "canary", 0), repeat, bytes(0x21, 0xff, 11, "XMP DataXMP", 6, "canary", 0)),
        "canary",
      ),
    ),
  ).toMatchObject({ ok: true, bytes: gif(repeat) });
  const riff = (name: string, data: Uint8Array) => bytes(name, u32(data.length).reverse(), data);
  const webp = (flags: number, ...extra: Uint8Array[]) => {
    const body = bytes(
      "WEBP",
      riff("VP8X", bytes(flags, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
      riff("VP8L", bytes(1, 2)),
      ...extra,
    );
    return bytes("RIFF", u32(body.length).reverse(), body);
  };
  expect(stripMetadata(webp(0b1100, riff("EXIF", bytes("canary")), riff("XMP ", bytes("canary"))))).toMatchObject({
    ok: true,
    bytes: webp(0),
  });
});

test("a damaged or hostile picture is refused, never half stripped, and every cut of one ends", () => {
  const good = [jpeg(exif(3)), png(chunk("tEXt", bytes("x")))];
  for (const picture of good) {
    for (let length = 0; length < picture.length; length++) {
      const cut = stripMetadata(picture.subarray(0, length));
      expect([cut.ok, length]).toEqual([false, length]);
    }
  }
  expect(stripMetadata(bytes("<svg onload=alert(1)>"))).toEqual({ ok: false, reason: "not-a-picture" });
  expect(stripMetadata(png(chunk("UNKN", bytes())))).toEqual({ ok: false, reason: "damaged-picture" });
  for (let turn = 0; turn < 2_000; turn++) {
    const mangled = good[turn % 2]!.slice();
    const [a, b] = random(2);
    mangled[(a! * 256 + b!) % mangled.length] = random(1)[0]!;
    const stripped = stripMetadata(mangled);
    if (stripped.ok) expect(stripped.bytes.length).toBeLessThanOrEqual(mangled.length + 40);
  }
});

test("a file is closed to all who lack its key, and one changed bit closes it to all", async () => {
  const plainBytes = random(100_000);
  const { sealed, key, nonce } = await sealFile(plainBytes, random);
  expect(sealed.length).toBe(plainBytes.length + 16);
  expect(await openFile(sealed, { key, nonce })).toEqual(plainBytes);
  const changed = sealed.slice();
  changed[500]! ^= 1;
  const wrong = [
    { key, nonce: nonce.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) },
    { key: key.slice(2), nonce },
    { key: "x", nonce },
    { key, nonce: "" },
  ];
  for (const each of wrong) expect(await openFile(sealed, each)).toBeUndefined();
  expect(await openFile(changed, { key, nonce })).toBeUndefined();
  expect(await openFile(new Uint8Array(3), { key, nonce })).toBeUndefined();
});

test("a picture goes through our Blossom server and back: stripped, encrypted, under a key of its own", async () => {
  const { media: sender, asked } = media();
  const { media: reader } = media();
  const picture = bytes(png(chunk("tEXt", bytes("canary"))));
  const sent = await sender.send({ bytes: picture, type: "image/png", servers: [relay.http, "http://127.0.0.1:9"] });
  if (!sent.ok) throw new Error(sent.reason);
  const { file, removed, servers } = sent.value;
  expect([file.type, file.algorithm, removed > 0]).toEqual(["image/png", "aes-gcm", true]);
  expect([...servers.values()]).toEqual([{ url: file.url }, { reason: "media-unreachable" }]);
  const fetched = await reader.fetch(file);
  expect(fetched.ok && Buffer.from(fetched.value).equals(png())).toBe(true);
  // What the server has: a hash of what it cannot read, from a key that it knows from nowhere.
  const stored = new Uint8Array(await (await fetch(file.url)).arrayBuffer());
  expect(createHash("sha256").update(stored).digest("hex")).toBe(file.hash);
  expect(Buffer.from(stored).includes("PNG")).toBe(false);
  const keys = asked.map(({ init }) => {
    const header = (init.headers as Record<string, string>)["authorization"] ?? "";
    return JSON.parse(atob(header.slice(6))).pubkey as string;
  });
  expect([new Set(keys).size, keys.includes(ann.pubkey)]).toEqual([2, false]);
  expect(
    asked.every(
      ({ init }) => init.credentials === "omit" && init.redirect === "error" && init.referrerPolicy === "no-referrer",
    ),
  ).toBe(true);
  // With the account's key where the server knows its members.
  const own = await sender.send({
    bytes: random(10),
    type: "text/plain",
    servers: [relay.http],
    sign: async (template) => ann.sign(template),
  });
  expect(own.ok).toBe(true);
  expect(await reader.fetch({ ...file, key: "00".repeat(32) })).toEqual({ ok: false, reason: "media-cipher" });
  expect(await reader.fetch({ ...file, algorithm: "rot13" })).toEqual({ ok: false, reason: "media-cipher" });
  expect(await sender.send({ bytes: bytes("no picture"), type: "image/png", servers: [relay.http] })).toEqual({
    ok: false,
    reason: "media-picture",
  });
});

test("a server that lies, swells, redirects or stalls is told by its fault, and nobody is led into his own network", async () => {
  const hash = createHash("sha256").update("").digest("hex");
  const file = { url: "", type: "x/y", key: "00".repeat(32), nonce: "00".repeat(12), hash };
  const hostile: Record<string, RequestListener> = {
    "media-hash": (_, response) => response.end("something else"),
    "media-refused": (_, response) => response.writeHead(403, { "x-reason": "members only" }).end(),
    "media-too-large": (_, response) => {
      // No length announced: it is counted as it comes.
      for (let i = 0; i < 100; i++) response.write(Buffer.alloc(1_000));
      response.end();
    },
    "media-unreachable": (_, response) => response.writeHead(302, { location: "http://127.0.0.1:9/" }).end(),
    "media-aborted": () => undefined,
  };
  for (const [reason, listener] of Object.entries(hostile)) {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const controller = new AbortController();
    const { media: reader, asked } = media({ maxBytes: 10_000 });
    const fetching = reader.fetch({ ...file, url: `${url}/${hash}` }, controller.signal);
    if (reason === "media-aborted") controller.abort();
    expect(await fetching).toMatchObject({ ok: false, reason });
    const answer = reason === "media-hash" ? "media-answer" : reason;
    if (reason !== "media-aborted") {
      expect(await reader.send({ bytes: new Uint8Array(3), type: "x/y", servers: [url] })).toMatchObject({
        ok: false,
        reason: answer,
      });
    }
    expect(asked.length).toBeGreaterThan(0);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  const { media: careful, asked } = media({ allowPrivate: false });
  for (const url of [
    relay.http,
    "http://localhost/x",
    "http://[::1]/x",
    "http://0x7f000001/",
    "file:///etc/passwd",
    "data:,x",
    "https://u:p@a.example/",
    "nonsense",
  ]) {
    expect(await careful.fetch({ ...file, url })).toEqual({ ok: false, reason: "media-address" });
    expect(await careful.send({ bytes: new Uint8Array(3), type: "x/y", servers: [url] })).toMatchObject({
      reason: "media-address",
    });
  }
  expect(asked).toEqual([]);
  expect(
    ["::1", "8.8.8.8", "media.example", "10.example"].map((host) =>
      isPrivateHost(host.includes("::") ? `[${host}]` : host),
    ),
  ).toEqual([true, false, false, false]);
});
