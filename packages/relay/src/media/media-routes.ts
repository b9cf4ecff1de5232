/**
 * A small Blossom server (BUD-01, BUD-02, BUD-06, BUD-11) beside the relay, so that sharing a picture needs nobody else.
 *
 * Only types that a browser shows without running anything are taken, and served so that it could not; encrypted
 * files come as application/octet-stream. Who keeps what is told to nobody: there is no list of another's blobs.
 */
import { Readable } from "node:stream";
import type { Curve } from "@subrosa/core/curve/curve";
import type { Hono } from "hono";
import type { Blob, BlobStore } from "./blob-store.ts";
import { type Authorised, authorise, type MediaVerb } from "./media-authorisation.ts";

export interface MediaInputs {
  readonly blobs: BlobStore;
  readonly curve: Curve;
  readonly clock: () => number;
  readonly maxBytes: number;
  /** Of one key. */
  readonly quotaBytes: number;
  /** Undefined: anybody may upload. */
  readonly members: ReadonlySet<string> | undefined;
  /** `https://media.example`, without a slash at the end. */
  readonly origin: () => string;
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ["image/png", "png"],
  ["image/jpeg", "jpg"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
  ["image/avif", "avif"],
  ["video/mp4", "mp4"],
  ["video/webm", "webm"],
  ["audio/mpeg", "mp3"],
  ["audio/ogg", "ogg"],
  ["audio/wav", "wav"],
  ["application/octet-stream", "bin"],
]);

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "Authorization, *",
  "access-control-allow-methods": "GET, HEAD, PUT, DELETE",
  "access-control-expose-headers": "*",
  "access-control-max-age": "86400",
} as const;

export function mediaRoutes(app: Hono, inputs: MediaInputs): void {
  const { blobs } = inputs;
  app.options("/upload", () => new Response(null, { status: 204, headers: CORS }));
  // Hono takes HEAD to the handler of GET.
  app.get("/upload", ({ req }) => {
    return req.raw.method === "HEAD" ? requirements(req.raw.headers, inputs) : refusal(405, "upload with PUT");
  });
  app.put("/upload", ({ req }) => upload(req.raw, inputs));
  app.options("/:name{[0-9a-f]{64}(\\.[a-z0-9]+)?}", () => new Response(null, { status: 204, headers: CORS }));
  app.get("/:name{[0-9a-f]{64}(\\.[a-z0-9]+)?}", ({ req }) => {
    const blob = blobs.get(req.param("name").slice(0, 64));
    return blob === undefined ? refusal(404, "there is no such blob") : serve(req.raw, blob, blobs);
  });
  app.delete("/:name{[0-9a-f]{64}}", async ({ req }) => {
    const sha256 = req.param("name");
    const sender = allowed(req.raw.headers, "delete", inputs);
    if (!sender.ok) return refusal(401, sender.why);
    if (!sender.hashes.has(sha256)) return refusal(403, "the event is for another blob");
    const isReleased = await blobs.release(sha256, sender.pubkey);
    return isReleased ? new Response(null, { status: 204, headers: CORS }) : refusal(404, "you keep no such blob");
  });
}

function allowed(headers: Headers, verb: MediaVerb, { curve, clock }: MediaInputs): Authorised {
  return authorise(headers.get("authorization") ?? undefined, verb, curve, clock());
}

/** BUD-06: would this be taken? */
function requirements(headers: Headers, inputs: MediaInputs): Response {
  const sender = allowed(headers, "upload", inputs);
  if (!sender.ok) return refusal(401, sender.why);
  const length = headers.get("x-content-length") ?? "";
  if (!/^\d{1,15}$/.test(length)) return refusal(411, "say how long it is in X-Content-Length");
  const sha256 = headers.get("x-sha-256") ?? "";
  if (!sender.hashes.has(sha256)) return refusal(403, "the event is for another blob");
  const why = objection(sender.pubkey, headers.get("x-content-type"), Number(length), inputs);
  return why ?? new Response(null, { status: 200, headers: CORS });
}

async function upload(request: Request, inputs: MediaInputs): Promise<Response> {
  const { blobs, maxBytes, quotaBytes, clock, origin } = inputs;
  const sender = allowed(request.headers, "upload", inputs);
  if (!sender.ok) return refusal(401, sender.why);
  const type = request.headers.get("content-type");
  const announced = Number(request.headers.get("content-length") ?? 0);
  const why = objection(sender.pubkey, type, announced, inputs);
  if (why !== undefined) return why;
  if (request.body === null) return refusal(400, "there is nothing in the request");
  const kept = await blobs.keep({
    body: request.body as unknown as AsyncIterable<Uint8Array>,
    type: essence(type),
    owner: sender.pubkey,
    promised: sender.hashes,
    maxBytes,
    quotaBytes,
    now: clock(),
  });
  if (!kept.ok) {
    return kept.why === "too-large"
      ? refusal(413, "this is larger than allowed")
      : refusal(403, "the event is for another blob");
  }
  const { sha256, size, uploaded, type: known } = kept.blob;
  const descriptor = { url: `${origin()}/${sha256}.${TYPES.get(known) ?? "bin"}`, sha256, size, type: known, uploaded };
  const headers = { ...CORS, "content-type": "application/json" };
  return new Response(JSON.stringify(descriptor), { status: kept.isNew ? 201 : 200, headers });
}

function objection(pubkey: string, type: string | null, length: number, inputs: MediaInputs): Response | undefined {
  const { blobs, members, maxBytes, quotaBytes } = inputs;
  if (members !== undefined && !members.has(pubkey)) return refusal(403, "members only");
  if (!TYPES.has(essence(type))) return refusal(415, "pictures, sound, films, and application/octet-stream");
  if (length > maxBytes) return refusal(413, `at most ${maxBytes} bytes`);
  if (blobs.bytesOf(pubkey) + length > quotaBytes) return refusal(413, `at most ${quotaBytes} bytes for one key`);
  return undefined;
}

function essence(type: string | null): string {
  return (type ?? "application/octet-stream").split(";")[0]!.trim().toLowerCase();
}

function serve(request: Request, blob: Blob, blobs: BlobStore): Response {
  const range = /^bytes=(\d{1,15})-(\d{1,15})?$/.exec(request.headers.get("range") ?? "");
  const start = range === null ? 0 : Number(range[1]);
  const end = Math.min(range?.[2] === undefined ? blob.size - 1 : Number(range[2]), blob.size - 1);
  const headers = {
    ...CORS,
    "accept-ranges": "bytes",
    "cache-control": "public, max-age=31536000, immutable",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "content-type": blob.type,
  };
  if (range !== null && (start > end || start >= blob.size)) {
    return new Response(null, { status: 416, headers: { ...headers, "content-range": `bytes */${blob.size}` } });
  }
  const sized = { ...headers, "content-length": String(blob.size === 0 ? 0 : end - start + 1) };
  const status = range === null ? 200 : 206;
  const all = range === null ? sized : { ...sized, "content-range": `bytes ${start}-${end}/${blob.size}` };
  if (request.method === "HEAD" || blob.size === 0) return new Response(null, { status, headers: all });
  const body = Readable.toWeb(blobs.read(blob.sha256, start, end)) as unknown as ReadableStream<Uint8Array>;
  return new Response(body, { status, headers: all });
}

function refusal(status: number, why: string): Response {
  return new Response(null, { status, headers: { ...CORS, "x-reason": why } });
}
