/**
 * NIP-19: names of keys, events and addresses for people to copy.
 *
 *   npub, note               32 bytes
 *   nprofile, nevent, naddr  type (1 byte), length (1 byte), value, again and again
 *
 * Ours and not a library's: see docs/decisions/nip19.md. Types that nobody knows are skipped, as NIP-19 asks; a type
 * that may occur once and occurs twice is refused, because two readers would choose differently. Secrets (nsec,
 * ncryptsec) have decoders of their own, so that none comes out of here by accident.
 */
import { concat, type EventId, fromHex, fromUtf8, type PubkeyHex, toHex, u32, utf8 } from "../bytes.ts";
import { UsageError, WireError } from "../errors.ts";
import { decodeBech32, encodeBech32 } from "./bech32.ts";

export type Entity =
  | { readonly type: "npub"; readonly pubkey: PubkeyHex }
  | { readonly type: "note"; readonly id: EventId }
  | { readonly type: "nprofile"; readonly pubkey: PubkeyHex; readonly relays: readonly string[] }
  | {
      readonly type: "nevent";
      readonly id: EventId;
      readonly relays: readonly string[];
      readonly author?: PubkeyHex;
      readonly kind?: number;
    }
  | {
      readonly type: "naddr";
      readonly identifier: string;
      readonly relays: readonly string[];
      readonly pubkey: PubkeyHex;
      readonly kind: number;
    };

const SPECIAL = 0;
const RELAY = 1;
const AUTHOR = 2;
const KIND = 3;

/** Entries are written in the order of their types, as in the examples of NIP-19. */
export function encodeEntity(entity: Entity): string {
  switch (entity.type) {
    case "npub":
      return encodeBech32("npub", fromHex(entity.pubkey)!);
    case "note":
      return encodeBech32("note", fromHex(entity.id)!);
    case "nprofile":
      return encodeBech32("nprofile", concat(entry(SPECIAL, fromHex(entity.pubkey)!), relayEntries(entity.relays)));
    case "nevent": {
      const author = entity.author === undefined ? NOTHING : entry(AUTHOR, fromHex(entity.author)!);
      const kind = entity.kind === undefined ? NOTHING : kindEntry(entity.kind);
      const special = entry(SPECIAL, fromHex(entity.id)!);
      return encodeBech32("nevent", concat(special, relayEntries(entity.relays), author, kind));
    }
    case "naddr": {
      const author = entry(AUTHOR, fromHex(entity.pubkey)!);
      const special = entry(SPECIAL, utf8(entity.identifier));
      return encodeBech32("naddr", concat(special, relayEntries(entity.relays), author, kindEntry(entity.kind)));
    }
    default:
      return entity satisfies never;
  }
}

const NOTHING = new Uint8Array(0);

function entry(type: number, value: Uint8Array): Uint8Array {
  if (value.length > 255) throw new UsageError("usage/too-long", "NIP-19 carries at most 255 bytes in one value");
  return concat(Uint8Array.of(type, value.length), value);
}

function kindEntry(kind: number): Uint8Array {
  if (!isKind(kind)) throw new UsageError("usage/range", "a kind is an integer from 0 to 65,535");
  return entry(KIND, u32(kind));
}

function relayEntries(relays: readonly string[]): Uint8Array {
  return concat(
    ...relays.map((relay) => {
      if (!isPrintableAscii(relay)) throw new UsageError("usage/ill-formed-text", "a relay URL is printable ASCII");
      return entry(RELAY, utf8(relay));
    }),
  );
}

/** Throws WireError. An nsec is refused like any other unknown prefix. */
export function decodeEntity(text: string): Entity {
  const { prefix, bytes } = decodeBech32(text, "entity");
  switch (prefix) {
    case "npub":
      return Object.freeze({ type: prefix, pubkey: hex32<PubkeyHex>(bytes, "npub") });
    case "note":
      return Object.freeze({ type: prefix, id: hex32<EventId>(bytes, "note") });
    case "nprofile": {
      const fields = readEntries(bytes, prefix);
      return Object.freeze({ type: prefix, pubkey: hex32<PubkeyHex>(special(fields), prefix), relays: fields.relays });
    }
    case "nevent": {
      const fields = readEntries(bytes, prefix);
      const { relays, author, kind } = fields;
      return Object.freeze({
        type: prefix,
        id: hex32<EventId>(special(fields), prefix),
        relays,
        ...(author === undefined ? {} : { author }),
        ...(kind === undefined ? {} : { kind }),
      });
    }
    case "naddr": {
      const fields = readEntries(bytes, prefix);
      const { relays, author, kind } = fields;
      const identifier = fromUtf8(special(fields));
      if (identifier === undefined) throw new WireError("wire/text", "naddr.identifier");
      if (author === undefined) throw new WireError("wire/missing-field", "naddr.pubkey");
      if (kind === undefined) throw new WireError("wire/missing-field", "naddr.kind");
      return Object.freeze({ type: prefix, identifier, relays, pubkey: author, kind });
    }
    default:
      throw new WireError("wire/unknown-kind", "entity");
  }
}

interface Entries {
  readonly path: string;
  readonly special: Uint8Array | undefined;
  readonly relays: readonly string[];
  readonly author: PubkeyHex | undefined;
  readonly kind: number | undefined;
}

function readEntries(bytes: Uint8Array, path: string): Entries {
  const relays: string[] = [];
  const once = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const type = bytes[at]!;
    const length = bytes[at + 1];
    if (length === undefined || at + 2 + length > bytes.length) throw new WireError("wire/length", path);
    const value = bytes.subarray(at + 2, at + 2 + length);
    at += 2 + length;
    if (type === RELAY) relays.push(relayOf(value, path));
    else if (type === SPECIAL || type === AUTHOR || type === KIND) {
      if (once.has(type)) throw new WireError("wire/duplicate-field", path);
      once.set(type, value);
    }
  }
  const author = once.get(AUTHOR);
  const kind = once.get(KIND);
  return {
    path,
    special: once.get(SPECIAL),
    relays: Object.freeze(relays),
    author: author && hex32<PubkeyHex>(author, `${path}.author`),
    kind: kind && kindOf(kind, `${path}.kind`),
  };
}

function special(entries: Entries): Uint8Array {
  if (entries.special === undefined) throw new WireError("wire/missing-field", entries.path);
  return entries.special;
}

function hex32<T extends string>(bytes: Uint8Array, path: string): T {
  if (bytes.length !== 32) throw new WireError("wire/length", path);
  return toHex(bytes) as T;
}

/** "a relay in which the entity is more likely to be found, encoded as ascii" */
function relayOf(bytes: Uint8Array, path: string): string {
  const text = fromUtf8(bytes);
  if (text === undefined || !isPrintableAscii(text)) throw new WireError("wire/text", `${path}.relay`);
  return text;
}

function kindOf(bytes: Uint8Array, path: string): number {
  if (bytes.length !== 4) throw new WireError("wire/length", path);
  const kind = bytes.reduce((value, byte) => value * 256 + byte, 0);
  if (!isKind(kind)) throw new WireError("wire/range", path);
  return kind;
}

function isKind(kind: number): boolean {
  return Number.isInteger(kind) && !Object.is(kind, -0) && kind >= 0 && kind <= 65_535;
}

function isPrintableAscii(text: string): boolean {
  return /^[!-~]+$/.test(text);
}
