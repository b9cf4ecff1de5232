/**
 * A conversation's state as text for an encrypted store, and back.
 *
 * This is the one place where channel keys become text, and it says so in its names; everything else that prints or
 * serialises a state finds "[secret]". The path is not saved: it is walked anew from the facts. What comes back is our
 * own, authenticated by the store's encryption; it is not a codec for strangers' bytes.
 */
import { fromHex, toHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { UsageError } from "../errors.ts";
import { parseJson } from "../json.ts";
import { Secret } from "../secret.ts";
import type { Channel } from "./state.ts";
import { walk } from "./thread.ts";

const LIMITS = { maxLength: 1 << 29, maxDepth: 64 };

type Saved =
  | null
  | string
  | number
  | boolean
  | readonly Saved[]
  | { readonly $secret: string }
  | { readonly $map: readonly (readonly [Saved, Saved])[] }
  | { readonly $set: readonly Saved[] }
  | { readonly $fields: { readonly [name: string]: Saved } };

/** Holds the channel's secrets and words: for a store that encrypts. */
export function exposeChannelToStore(state: Channel): string {
  if (!("path" in state)) return JSON.stringify(save(state));
  const { path: _, ...rest } = state;
  return JSON.stringify(save(rest));
}

export function loadChannel(text: string, curve: Curve): Channel {
  const loaded = load(parseJson(text, "saved-channel", LIMITS) as Saved, curve) as Channel;
  if (!("thread" in loaded)) return loaded;
  const walked = walk(loaded.thread, loaded.thread.settledAt);
  if (walked === undefined) throw new UsageError("usage/state", "this is no saved channel");
  return { ...loaded, path: walked.path };
}

/** Parts of a state, for a store that keeps each fact in a record of its own; it encrypts. */
export function exposePartToStore(part: unknown): string {
  return JSON.stringify(save(part));
}

export function loadPart(text: string, curve: Curve): unknown {
  return load(parseJson(text, "saved-channel", LIMITS) as Saved, curve);
}

function save(value: unknown): Saved {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value === undefined || value === null) return null;
  if (value instanceof Secret) return { $secret: toHex(value.expose()) };
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [save(key), save(item)] as const) };
  if (value instanceof Set) return { $set: [...value].map(save) };
  if (Array.isArray(value)) return value.map(save);
  if (typeof value !== "object") throw new UsageError("usage/state", "a channel's state holds values only");
  return { $fields: Object.fromEntries(Object.entries(value).map(([name, field]) => [name, save(field)])) };
}

function load(saved: Saved, curve: Curve): unknown {
  if (saved === null) return undefined;
  if (typeof saved !== "object") return saved;
  if ("$secret" in saved) return Secret.from(fromHex(saved.$secret, 32)!, curve);
  if ("$map" in saved) return new Map(saved.$map.map(([key, item]) => [load(key, curve), load(item, curve)]));
  if ("$set" in saved) return new Set(saved.$set.map((item) => load(item, curve)));
  if ("$fields" in saved) {
    const fields = Object.entries(saved.$fields).map(([name, field]) => [name, load(field, curve)] as const);
    return Object.freeze(Object.fromEntries(fields));
  }
  return Object.freeze(saved.map((item) => load(item, curve)));
}
