/**
 * What a relay says of itself (NIP-11): its limits and what it supports, asked over HTTP and remembered for an hour.
 *
 * Spec: NIP-11. It is a claim, and it is the relay's: read strictly, bounded in size and time, and where it says nothing or
 * nonsense the answer is undefined. Asked with neither cookies nor anything that names us.
 */
import { fromUtf8 } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { parseJson } from "@subrosa/core/json";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Clock } from "../ports.ts";

export interface RelayInformation {
  readonly name: string;
  readonly nips: readonly number[];
  /** Bytes of one message. */
  readonly maxMessageLength?: number;
  readonly maxEventTags?: number;
  readonly needsPayment: boolean;
  readonly needsAuthentication: boolean;
}
export type AskRelay = (relay: RelayUrl) => Promise<RelayInformation | undefined>;

/** What is used of `fetch`. */
export type Fetch = (
  url: string,
  init: {
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly credentials: "omit";
    readonly redirect: "error";
  },
) => Promise<{ readonly ok: boolean; readonly body: ReadableStream<Uint8Array> | null }>;

const MAX_BYTES = 1 << 16;
const TIMEOUT = 10_000;
const REMEMBERED = 3_600;
const LIMITS = { maxLength: MAX_BYTES, maxDepth: 16 };

export function relayInformation(fetch: Fetch, clock: Clock): AskRelay {
  const known = new Map<RelayUrl, { readonly at: number; readonly answer: Promise<RelayInformation | undefined> }>();
  return (relay) => {
    const now = clock.now();
    const kept = known.get(relay);
    if (kept !== undefined && kept.at > now - REMEMBERED) return kept.answer;
    const answer = ask(fetch, relay, clock);
    known.set(relay, { at: now, answer });
    return answer;
  };
}

async function ask(fetch: Fetch, relay: RelayUrl, clock: Clock): Promise<RelayInformation | undefined> {
  const abort = new AbortController();
  const callOff = clock.after(TIMEOUT, () => abort.abort());
  try {
    const response = await fetch(relay.replace(/^ws/, "http"), {
      headers: { accept: "application/nostr+json" },
      signal: abort.signal,
      credentials: "omit",
      redirect: "error",
    });
    const text = response.ok ? await bounded(response.body) : undefined;
    return text === undefined ? undefined : read(text);
  } catch {
    // The host's fetch throws for all that can go wrong on a network.
    return undefined;
  } finally {
    callOff();
  }
}

async function bounded(body: ReadableStream<Uint8Array> | null): Promise<string | undefined> {
  if (body === null) return undefined;
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_BYTES) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return fromUtf8(all);
}

function read(text: string): RelayInformation | undefined {
  let value: unknown;
  try {
    value = parseJson(text, "information", LIMITS);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
  const all = recordOf(value);
  if (all === undefined) return undefined;
  const limits = recordOf(all["limitation"]) ?? {};
  const nips = Array.isArray(all["supported_nips"]) ? all["supported_nips"] : [];
  const [length, tags] = [countOf(limits["max_message_length"]), countOf(limits["max_event_tags"])];
  return {
    name: typeof all["name"] === "string" ? all["name"].slice(0, 200) : "",
    nips: nips.filter((nip): nip is number => Number.isInteger(nip)),
    ...(length === undefined ? {} : { maxMessageLength: length }),
    ...(tags === undefined ? {} : { maxEventTags: tags }),
    needsPayment: limits["payment_required"] === true,
    needsAuthentication: limits["auth_required"] === true,
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** Zero and nonsense mean that nothing was said. */
function countOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined;
}
