/**
 * A folder of static files, such as the web app as it was built, served beside the relay on the same port. Read once into
 * memory: a request names a file that is there, or nothing, and no path is ever joined with what a stranger sent.
 *
 * Files below `assets/` carry a digest in their name and are kept for ever; all others are asked for again.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { UsageError } from "@subrosa/core/errors";

/** Undefined where there is no such file. */
export type Site = (request: Request) => Response | undefined;

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".woff2": "font/woff2",
};

/** A page brings its own policy for scripts; what only a header can say is said here. */
const HEADERS = {
  "content-security-policy": "frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "permissions-policy": "geolocation=(), microphone=(), payment=(), usb=()",
} as const;

const FOR_EVER = "public, max-age=31536000, immutable";

export function readSite(folder: string): Site {
  const files = new Map<string, { readonly body: Uint8Array; readonly headers: Record<string, string> }>();
  for (const path of filesIn(folder)) {
    const body = readFileSync(join(folder, path));
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    const headers = {
      ...HEADERS,
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "cache-control": path.startsWith("assets/") ? FOR_EVER : "no-cache",
      etag,
    };
    files.set(`/${path}`, { body, headers });
  }
  const index = files.get("/index.html");
  if (index === undefined) throw new UsageError("usage/state", "the folder of the site has no index.html; build it");
  files.set("/", index);
  return (request) => {
    const file = files.get(new URL(request.url).pathname);
    if (file === undefined) return undefined;
    if (request.headers.get("if-none-match") === file.headers["etag"]) {
      return new Response(null, { status: 304, headers: file.headers });
    }
    return new Response(file.body.slice(), { headers: { ...file.headers, "content-length": `${file.body.length}` } });
  };
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
  } catch (cause) {
    throw new UsageError("usage/state", "the folder of the site cannot be read; build it first", { cause });
  }
}
