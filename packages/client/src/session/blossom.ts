/**
 * Files on Blossom servers: put there under their hash, fetched and looked at before anybody uses them.
 *
 * Spec: BUD-01, BUD-02, BUD-11 (kind 24242). A server is told one key, the hash, the size, and our address; with a one-time
 * key, no more than that. Neither what it answers nor what it serves is believed: sizes are bounded while they are read,
 * and the hash decides.
 */
import { toHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { sha256 } from "@subrosa/core/hash";
import { hexText, integer, object, readShape, text } from "@subrosa/core/json";
import { type EventTemplate, plain, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { expirationTag } from "@subrosa/core/nostr/nip40";
import type { Clock } from "../ports.ts";
import { isPrivateHost } from "../relay/private-address.ts";

export const MEDIA_FAULTS = Object.freeze({
  "media-address": "This is not the address of a file that may be fetched.",
  "media-unreachable": "The server could not be reached.",
  "media-refused": "The server refused.",
  "media-answer": "The server's answer makes no sense.",
  "media-too-large": "The file is larger than was allowed.",
  "media-hash": "What the server gave is not the file that was asked for.",
  "media-cipher": "The file cannot be opened with the key that came with it.",
  "media-picture": "Where and when the picture was taken could not be taken out of it.",
  "media-signer": "The signer did not sign for the upload.",
  "media-aborted": "It was called off.",
});
export type MediaFault = keyof typeof MEDIA_FAULTS;
export type MediaResult<T> =
  | { readonly ok: true; readonly value: T }
  /** `words`: the server's own. */
  | { readonly ok: false; readonly reason: MediaFault; readonly words?: string };

/** What is used of `fetch`; a host with a proxy hands in its own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface BlossomOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Servers inside one's own network too: for a laboratory, an office, a test. */
  readonly allowPrivate?: boolean;
  /** Milliseconds. Default: two minutes. */
  readonly timeout?: number;
}

const UPLOAD_AUTH = 24_242;
const MAX_ANSWER = 1 << 16;
/** Seconds that a permission to upload holds. */
const PERMISSION = 600;
const descriptor = object(
  { sha256: hexText(32), url: text({ max: 2_048 }) },
  { optional: { size: integer() }, unknown: "ignore" },
);

export interface Uploaded {
  readonly url: string;
  readonly hash: string;
}

export async function uploadBlob(
  server: string,
  bytes: Uint8Array,
  sign: (template: EventTemplate) => Promise<VerifiedEvent | undefined>,
  options: BlossomOptions,
  signal?: AbortSignal,
): Promise<MediaResult<Uploaded>> {
  const base = addressOf(server, options);
  if (base === undefined) return refuse("media-address");
  const hash = toHex(sha256(bytes));
  const now = options.clock.now();
  const tags = [["t", "upload"], ["x", hash], expirationTag(now + PERMISSION)];
  const signed = await sign({ kind: UPLOAD_AUTH, created_at: now, tags, content: "Upload a file" });
  if (signed === undefined) return refuse("media-signer");
  // Safety: nothing in it that is not ASCII.
  const authorization = `Nostr ${btoa(JSON.stringify(plain(signed)))}`;
  const headers = { authorization, "content-type": "application/octet-stream", "x-sha-256": hash };
  const body = bytes as Uint8Array<ArrayBuffer>;
  const target = new URL("/upload", base).href;
  const answer = await request(target, { method: "PUT", headers, body }, MAX_ANSWER, options, signal);
  if (!answer.ok) return answer;
  const described = readDescriptor(answer.value);
  if (described === undefined) return refuse("media-answer");
  if (described.sha256 !== hash) return refuse("media-hash");
  // The address that others will fetch from: on the server we chose, whatever it would rather have.
  const named = addressOf(described.url, options);
  const isThere = named !== undefined && named.host === base.host && named.pathname.startsWith(`/${hash}`);
  return { ok: true, value: { url: isThere ? named.href : new URL(`/${hash}`, base).href, hash } };
}

/** `hash`: lowercase hex; whatever is served under the address, only these bytes are taken. */
export async function fetchBlob(
  url: string,
  { hash, maxBytes }: { readonly hash: string; readonly maxBytes: number },
  options: BlossomOptions,
  signal?: AbortSignal,
): Promise<MediaResult<Uint8Array>> {
  const address = addressOf(url, options);
  if (address === undefined || !/^[0-9a-f]{64}$/.test(hash)) return refuse("media-address");
  const answer = await request(address.href, { method: "GET" }, maxBytes, options, signal);
  if (!answer.ok) return answer;
  return toHex(sha256(answer.value)) === hash ? answer : refuse("media-hash");
}

/** Undefined where it is not an address of the web that may be asked. */
function addressOf(text: string, { allowPrivate = false }: BlossomOptions): URL | undefined {
  if (!URL.canParse(text) || text.length > 2_048) return undefined;
  const url = new URL(text);
  const isWeb = (url.protocol === "https:" || url.protocol === "http:") && url.username === "" && url.password === "";
  if (!isWeb || (!allowPrivate && isPrivateHost(url.hostname))) return undefined;
  return url;
}

async function request(
  url: string,
  init: RequestInit,
  maxBytes: number,
  { fetch, clock, timeout = 120_000 }: BlossomOptions,
  given: AbortSignal | undefined,
): Promise<MediaResult<Uint8Array>> {
  const late = new AbortController();
  const callOff = clock.after(timeout, () => late.abort());
  const signal = given === undefined ? late.signal : AbortSignal.any([given, late.signal]);
  try {
    // Nothing of a browser goes along: no cookies, no page address; and no other server is followed to.
    const quiet: RequestInit = {
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
      cache: "no-store",
    };
    const response = await fetch(url, { ...quiet, ...init, signal });
    if (!response.ok) {
      await response.body?.cancel();
      const words = response.headers.get("x-reason")?.slice(0, 200);
      return { ...refuse("media-refused"), words: words ?? `status ${response.status}` };
    }
    return await bounded(response, maxBytes);
  } catch {
    // The host's fetch throws for whatever went wrong on the way, in words of its own.
    return refuse(given?.aborted === true ? "media-aborted" : "media-unreachable");
  } finally {
    callOff();
  }
}

async function bounded(response: Response, maxBytes: number): Promise<MediaResult<Uint8Array>> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (reader !== undefined && announced <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) break;
    chunks.push(value);
  }
  if (announced > maxBytes || size > maxBytes) {
    await reader?.cancel();
    return refuse("media-too-large");
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { ok: true, value: bytes };
}

function readDescriptor(bytes: Uint8Array): { readonly sha256: string; readonly url: string } | undefined {
  try {
    const json = new TextDecoder().decode(bytes);
    return readShape(descriptor, json, "descriptor", { maxLength: MAX_ANSWER, maxDepth: 8 });
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function refuse(reason: MediaFault): { readonly ok: false; readonly reason: MediaFault } {
  return { ok: false, reason };
}
