/** Shapes of what several parts of a session keep: events, keys, relays, and unions told apart by their `kind`. */
import { type EventId, fromHex, type PubkeyHex, pubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { WireError } from "@subrosa/core/errors";
import { hexText, integer, list, object, type Shape, text } from "@subrosa/core/json";
import { plain, readSignedEvent, type SignedEvent, type UnsignedEvent } from "@subrosa/core/nostr/event";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { Secret } from "@subrosa/core/secret";
import type { Sender } from "./delivery.ts";

export const keyShape = hexText(32) as Shape<PubkeyHex>;
export const idShape = hexText(32) as Shape<EventId>;
export const signedShape: Shape<SignedEvent> = { read: (value) => readSignedEvent(value), write: plain };

const tags = list(list(text({ max: 1 << 20 }), { max: 2_100, min: 1 }), { max: 20_000 });
/** Of our own making, and never seen by a relay yet. */
export const unsignedShape: Shape<UnsignedEvent> = object({
  pubkey: keyShape,
  created_at: integer(),
  kind: integer({ max: 65_535 }),
  tags,
  content: text({ max: 1 << 20 }),
});

export const relayShape: Shape<RelayUrl> = {
  read: (value, path) => {
    const found = typeof value === "string" ? relayUrl(value) : undefined;
    if (found === undefined) throw new WireError("wire/text", path);
    return found;
  },
  write: (value) => value,
};

export const senderShape: Shape<Sender> = {
  read: (value, path) => {
    const found = value === "nobody" ? value : pubkeyHex(value);
    if (found === undefined) throw new WireError("wire/hex", path);
    return found;
  },
  write: (value) => value,
};

/** For a store that encrypts, and for nothing else. */
export function secretShape(curve: Curve): Shape<Secret> {
  const hex = hexText(32);
  return {
    read: (value, path) => Secret.from(fromHex(hex.read(value, path), 32)!, curve),
    write: (value) => toHex(value.expose()),
  };
}

type Kinded = { readonly kind: string };

/** One shape for each kind; the field `kind` decides. */
export function byKind<T extends Kinded>(
  shapes: {
    readonly [K in T["kind"]]: Shape<Extract<T, { readonly kind: K }>>;
  },
): Shape<T> {
  const of = (kind: unknown, path: string): Shape<T> => {
    if (typeof kind !== "string" || !Object.hasOwn(shapes, kind)) throw new WireError("wire/unknown-kind", path);
    return shapes[kind as T["kind"]] as unknown as Shape<T>;
  };
  return {
    read: (value, path) => {
      const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
      return of(kind, path).read(value, path);
    },
    write: (value) => of(value.kind, "effect").write(value),
  };
}
