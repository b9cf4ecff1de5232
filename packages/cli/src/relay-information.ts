/** What a relay says of itself (NIP-11): asked for over HTTP, bounded, and read as a stranger's words. */

import { WireError } from "@subrosa/core/errors";
import { integer, list, object, readShape, type Shape, type ShapeValue, text } from "@subrosa/core/json";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import { Failure } from "./failure.ts";

const MAX_DOCUMENT = 1 << 18;
const WAIT = 15_000;
const words = text({ max: 4_096 });

/** A field that says something else than it should is passed over: it decides nothing. */
function lenient<T>(shape: Shape<T>): Shape<T | undefined> {
  return {
    read: (value, path) => {
      try {
        return shape.read(value, path);
      } catch (error) {
        if (error instanceof WireError) return undefined;
        throw error;
      }
    },
    write: (value) => value,
  };
}
const maybe = {
  words: lenient(words),
  number: lenient(integer()),
};

const limitation = object(
  {},
  {
    optional: {
      max_message_length: maybe.number,
      max_subscriptions: maybe.number,
      max_limit: maybe.number,
      max_event_tags: maybe.number,
      max_content_length: maybe.number,
      min_pow_difficulty: maybe.number,
      created_at_lower_limit: maybe.number,
      created_at_upper_limit: maybe.number,
      auth_required: lenient({ read: readBoolean, write: (value) => value }),
    },
    unknown: "ignore",
  },
);
const document = object(
  {},
  {
    optional: {
      name: maybe.words,
      description: maybe.words,
      software: maybe.words,
      version: maybe.words,
      contact: maybe.words,
      supported_nips: lenient(list(integer({ max: 100_000 }), { max: 1_000 })),
      limitation: lenient(limitation),
    },
    unknown: "ignore",
  },
);
export type RelayInformation = ShapeValue<typeof document>;

function readBoolean(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw new WireError("wire/type", path);
  return value;
}

export interface Asked {
  readonly information: RelayInformation;
  /** Milliseconds from question to answer. */
  readonly took: number;
  /** Seconds since 1970, by the relay's clock; undefined where it does not say. */
  readonly date: number | undefined;
}

export async function askInformation(url: RelayUrl, signal: AbortSignal): Promise<Asked> {
  const began = performance.now();
  const until = AbortSignal.any([signal, AbortSignal.timeout(WAIT)]);
  let response: Response;
  let body: string;
  try {
    response = await fetch(url.replace(/^ws/, "http"), {
      headers: { accept: "application/nostr+json" },
      redirect: "error",
      signal: until,
    });
    body = await bounded(response);
  } catch (error) {
    if (error instanceof Failure || signal.aborted) throw error;
    throw new Failure("relay", "The relay cannot be reached.");
  }
  const took = Math.round(performance.now() - began);
  const date = Date.parse(response.headers.get("date") ?? "");
  if (!response.ok) throw new Failure("relay", `The relay says nothing of itself (HTTP ${response.status}).`);
  const information = readShape(document, body, "relay", { maxLength: MAX_DOCUMENT, maxDepth: 10 });
  return { information, took, date: Number.isNaN(date) ? undefined : Math.floor(date / 1_000) };
}

async function bounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true });
    if (text.length > MAX_DOCUMENT) throw new Failure("relay", "The relay says too much of itself.");
  }
  return text + decoder.decode();
}
