/**
 * The laws of every codec of the door, in one loop:
 *
 *   decode(encode(v)) = v
 *   encode(decode(t)) is canonical: it decodes to the same value and is encoded the same again
 *   a text with a changed, missing or added character decodes or is refused; nothing else happens
 */
import { readdirSync } from "node:fs";
import { seededRandom } from "@subrosa/testkit/random";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { fromHex, fromUtf8, type PubkeyHex, toHex, utf8 } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { WireError } from "../../src/errors.ts";
import { parseJson, readShape, writeShape } from "../../src/json.ts";
import { type Bech32, decodeBech32, encodeBech32 } from "../../src/nostr/bech32.ts";
import { clientMessageDecoder, encodeClientMessage } from "../../src/nostr/client-message.ts";
import { plain, readSignedEvent, signEvent } from "../../src/nostr/event.ts";
import { filterShape } from "../../src/nostr/filter.ts";
import { encryptNip04, openNip04 } from "../../src/nostr/nip04.ts";
import { decodeEntity, encodeEntity } from "../../src/nostr/nip19.ts";
import { decodeUri, encodeUri } from "../../src/nostr/nip21.ts";
import { expirationOf, expirationTag } from "../../src/nostr/nip40.ts";
import { ConversationKey, decrypt, encrypt } from "../../src/nostr/nip44.ts";
import { decodeNcryptsec, encodeNcryptsec } from "../../src/nostr/nip49.ts";
import { decodeNsec, encodeNsec } from "../../src/nostr/nsec.ts";
import { formatReason, parseReason, REASON_PREFIXES } from "../../src/nostr/reason.ts";
import { encodeRelayMessage, eventFrame, eventFrameBytes, relayMessageDecoder } from "../../src/nostr/relay-message.ts";
import { relayUrl } from "../../src/nostr/relay-url.ts";
import { Secret } from "../../src/secret.ts";
import { clientMessage, entity, filter, relayMessage, seconds, signedEvent, wellFormed } from "./arbitraries.ts";

vi.setConfig({ testTimeout: 600_000 });

const REFUSED = Symbol("refused");

interface Codec<T> {
  readonly name: string;
  /** The exports of src/nostr that this entry exercises. */
  readonly covers: readonly string[];
  readonly values: fc.Arbitrary<T>;
  encode(value: T): string;
  /** Throws WireError, or gives REFUSED. */
  decode(text: string): T | typeof REFUSED;
  /** What to compare, where the value itself cannot be. */
  readonly view?: (value: T) => unknown;
  readonly runs?: number;
}

function codec<T>(of: Codec<T>): Codec<unknown> {
  return of as unknown as Codec<unknown>;
}

const limits = { maxLength: 1 << 20, maxDepth: 8 };
const random = seededRandom("codecs");
const secret = Secret.from(random(32), curve);
const peer = Secret.from(random(32), curve);
const conversation = ConversationKey.between(secret, peer.pubkey, curve)!;
const decodeClient = clientMessageDecoder();
const decodeRelay = relayMessageDecoder();
const filters = filterShape();
const secrets = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes.some((byte) => byte !== 0) && bytes[0] !== 0xff)
  .map((bytes) => Secret.from(bytes, curve));
const scrypt = { logN: 1, security: "untracked", salt: random(16), nonce: random(24) } as const;

const bech32Values: fc.Arbitrary<Bech32> = fc.record({
  prefix: fc.stringMatching(/^[a-z]{1,9}$/),
  bytes: fc.uint8Array({ maxLength: 60 }),
});

function direct(content: string) {
  const template = { kind: 4, created_at: 1, tags: [["p", toHex(peer.pubkey)]], content };
  return signEvent(template, secret, random(32), curve);
}

const CODECS: readonly Codec<unknown>[] = [
  codec({
    name: "hex",
    covers: [],
    values: fc.uint8Array({ maxLength: 40 }),
    encode: toHex,
    decode: (text) => fromHex(text) ?? REFUSED,
  }),
  codec({
    name: "UTF-8",
    covers: [],
    values: wellFormed,
    encode: (value) => Buffer.from(utf8(value)).toString("latin1"),
    decode: (text) => fromUtf8(new Uint8Array(Buffer.from(text, "latin1"))) ?? REFUSED,
  }),
  codec({
    name: "bech32",
    covers: ["encodeBech32", "decodeBech32"],
    values: bech32Values,
    encode: ({ prefix, bytes }) => encodeBech32(prefix, bytes),
    decode: (text) => decodeBech32(text, "it"),
  }),
  codec({
    name: "event",
    covers: ["readSignedEvent"],
    values: signedEvent,
    encode: (event) => JSON.stringify(plain(event)),
    decode: (text) => readSignedEvent(parseJson(text, "event", limits)),
  }),
  codec({
    name: "filter",
    covers: ["filterShape"],
    values: filter,
    encode: (value) => writeShape(filters, value),
    decode: (text) => readShape(filters, text, "filter", limits),
  }),
  codec({
    name: "client message",
    covers: ["encodeClientMessage", "clientMessageDecoder"],
    values: clientMessage,
    encode: encodeClientMessage,
    decode: decodeClient,
  }),
  codec({
    name: "relay message",
    covers: ["encodeRelayMessage", "relayMessageDecoder"],
    values: relayMessage,
    encode: encodeRelayMessage,
    decode: decodeRelay,
  }),
  codec({
    name: "relay message around stored JSON",
    covers: ["eventFrame", "eventFrameBytes"],
    values: relayMessage.filter((message) => message.type === "EVENT"),
    encode: ({ subscription, event }) => {
      const json = JSON.stringify(plain(event));
      expect(fromUtf8(eventFrameBytes(subscription, utf8(json)))).toBe(eventFrame(subscription, json));
      return eventFrame(subscription, json);
    },
    decode: (text) => {
      const message = decodeRelay(text);
      return message.type === "EVENT" ? message : REFUSED;
    },
  }),
  codec({
    name: "reason",
    covers: ["formatReason", "parseReason"],
    values: fc.record({
      prefix: fc.constantFrom(...REASON_PREFIXES),
      text: wellFormed.map((text) => text.trimStart()),
    }),
    encode: ({ prefix, text }) => formatReason(prefix, text),
    decode: (text) => {
      const { prefix, text: rest } = parseReason(text);
      return prefix === undefined ? REFUSED : { prefix, text: rest };
    },
  }),
  codec({
    name: "NIP-19",
    covers: ["encodeEntity", "decodeEntity"],
    values: entity,
    encode: encodeEntity,
    decode: decodeEntity,
  }),
  codec({ name: "NIP-21", covers: ["encodeUri", "decodeUri"], values: entity, encode: encodeUri, decode: decodeUri }),
  codec({
    name: "nsec",
    covers: ["encodeNsec", "decodeNsec"],
    values: secrets,
    encode: encodeNsec,
    decode: (text) => decodeNsec(text, curve),
    view: (value) => toHex(value.expose()),
    runs: 50,
  }),
  codec({
    name: "NIP-49",
    covers: ["encodeNcryptsec", "decodeNcryptsec"],
    values: secrets,
    encode: (value) => encodeNcryptsec(value, "rose", scrypt),
    decode: (text) => {
      const opened = decodeNcryptsec(text, "rose", curve, { maxLogN: 2 });
      return opened.ok ? opened.secret : REFUSED;
    },
    view: (value) => toHex(value.expose()),
    runs: 50,
  }),
  codec({
    name: "NIP-44",
    covers: ["encrypt", "decrypt"],
    values: wellFormed.filter((text) => text !== ""),
    encode: (text) => encrypt(text, conversation, new Uint8Array(32)),
    decode: (text) => {
      const opened = decrypt(text, conversation);
      return opened.ok ? opened.plaintext : REFUSED;
    },
  }),
  codec({
    name: "NIP-04",
    covers: ["encryptNip04", "openNip04"],
    values: wellFormed,
    encode: (text) => encryptNip04(text, secret, toHex(peer.pubkey) as PubkeyHex, new Uint8Array(16), curve),
    decode: (text) => {
      if (/\p{Surrogate}/u.test(text)) return REFUSED;
      const opened = openNip04(direct(text), peer, curve);
      return opened.ok ? opened.plaintext : REFUSED;
    },
    runs: 25,
  }),
  codec({
    name: "NIP-40",
    covers: ["expirationTag", "expirationOf"],
    values: seconds,
    encode: (at) => expirationTag(at)[1]!,
    decode: (text) => {
      const template = { kind: 1, created_at: 0, content: "", tags: [["expiration", text]] };
      return expirationOf(template) ?? REFUSED;
    },
  }),
  codec({
    name: "relay URL",
    covers: ["relayUrl"],
    // Four digits: a default port, 80 or 443, is not written.
    values: fc.stringMatching(/^wss?:\/\/[a-z]{1,8}(:[1-9][0-9]{3})?(\/[a-zA-Z0-9]{1,4}){0,2}$/),
    encode: (url) => url,
    decode: (text) => relayUrl(text) ?? REFUSED,
  }),
];

/** The text with one character changed, missing, added, or its end cut off. */
const bend = fc.tuple(
  fc.nat(),
  fc.constantFrom("change", "drop", "add", "cut", "double"),
  fc.constantFrom(...'a1Qq0"\\{}[],:= \n\u0000é\ud83c?iv=#-.e'),
);

function bent(text: string, [at, how, character]: [number, string, string]): string {
  const i = at % (text.length + 1);
  if (how === "cut") return text.slice(0, i);
  if (how === "double") return text + text.slice(i);
  if (how === "drop") return text.slice(0, i) + text.slice(i + 1);
  return text.slice(0, i) + character + text.slice(how === "change" ? i + 1 : i);
}

function decodeOrRefuse(of: Codec<unknown>, text: string): unknown {
  try {
    return of.decode(text);
  } catch (error) {
    if (error instanceof WireError) return REFUSED;
    throw error;
  }
}

for (const of of CODECS) {
  const { view = (value: unknown) => value, runs = 400 } = of;
  const scaled = process.env["SUBROSA_LONG"] === undefined ? runs : runs * 20;

  describe(`${of.name}: laws of a codec`, () => {
    test("what is encoded decodes to the same value", () => {
      fc.assert(
        fc.property(of.values, (value) => {
          expect(view(of.decode(of.encode(value)))).toEqual(view(value));
        }),
        { numRuns: scaled },
      );
    });

    test("a bent text is refused or has a canonical form, and nothing crashes", () => {
      fc.assert(
        fc.property(of.values, bend, (value, how) => {
          const decoded = decodeOrRefuse(of, bent(of.encode(value), how));
          if (decoded === REFUSED) return;
          const canonical = of.encode(decoded);
          const again = of.decode(canonical);
          expect(view(again)).toEqual(view(decoded));
          expect(of.encode(again)).toBe(canonical);
        }),
        { numRuns: scaled },
      );
    });

    test("any text at all is refused or read, and nothing crashes", () => {
      fc.assert(
        fc.property(fc.oneof(fc.string(), fc.json(), wellFormed), (text) => {
          decodeOrRefuse(of, text);
        }),
        { numRuns: scaled },
      );
    });
  });
}

test("every codec that src/nostr exports is among them", async () => {
  const folder = new URL("../../src/nostr/", import.meta.url);
  const names: string[] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))) {
    const exported: object = await import(new URL(file, folder).href);
    names.push(
      ...Object.keys(exported).filter((name) => /^(encode|decode|encrypt|decrypt)|(Decoder|Shape)$/.test(name)),
    );
  }
  const covered = new Set(CODECS.flatMap((of) => of.covers));
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !covered.has(name))).toEqual([]);
});
