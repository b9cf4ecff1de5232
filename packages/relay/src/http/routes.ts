/** What the relay answers over HTTP: its information document (NIP-11), a page, figures, and whether it is well. */
import { Hono } from "hono";
import { KEYS_PATH } from "../admission/admission.ts";
import type { Config } from "../config.ts";
import { type MediaInputs, mediaRoutes } from "../media/media-routes.ts";
import { type InformationExtra, informationDocument } from "./information.ts";
import { type Figures, prometheus } from "./metrics.ts";
import { PAGE_HEADERS, page } from "./page.ts";
import type { Site } from "./site.ts";

export interface RouteInputs {
  /** As it stands now: an operator may rename the relay while it runs. */
  readonly config: () => Config;
  /** Blossom; without it there is no media server. */
  readonly media?: MediaInputs;
  /** NIP-86; without it calls are answered with 404. */
  readonly manage?: (request: Request) => Promise<Response>;
  /** What people see at `/`; the relay's own page is then at `/relay`. */
  readonly site?: Site;
  readonly extra: InformationExtra;
  readonly figures: () => Figures;
  /** Why it is not well, or undefined. */
  readonly illness: () => string | undefined;
}

const OPEN_TO_ALL = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*",
  "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
} as const;

export function routes({ config, manage, media, site, extra, figures, illness }: RouteInputs): Hono {
  const app = new Hono();
  const ownPage = (): Response => new Response(page(config(), figures(), extra), { headers: PAGE_HEADERS });
  app.options("/", () => new Response(null, { status: 204, headers: OPEN_TO_ALL }));
  app.get("/", (context) => {
    const accept = context.req.header("accept") ?? "";
    if (accept.includes("application/nostr+json")) {
      const headers = { ...OPEN_TO_ALL, "content-type": "application/nostr+json; charset=utf-8" };
      return new Response(JSON.stringify(informationDocument(config(), extra)), { headers });
    }
    return site?.(context.req.raw) ?? ownPage();
  });
  app.get("/relay", ownPage);
  const { anonymous } = extra;
  if (anonymous !== undefined) {
    const headers = { ...OPEN_TO_ALL, "content-type": "application/json" };
    app.get(KEYS_PATH, () => new Response(JSON.stringify(anonymous.keys), { headers }));
  }
  if (media !== undefined) mediaRoutes(app, media);
  if (manage !== undefined) app.post("/", (context) => manage(context.req.raw));
  app.get("/metrics", () => {
    return new Response(prometheus(figures()), { headers: { "content-type": "text/plain; version=0.0.4" } });
  });
  app.get("/health", (context) => {
    const ill = illness();
    return ill === undefined ? context.json({ ok: true }) : context.json({ ok: false, reason: ill }, 503);
  });
  app.notFound(
    ({ req }) =>
      (req.method === "GET" || req.method === "HEAD" ? site?.(req.raw) : undefined) ??
      new Response("There is nothing here.\n", { status: 404, headers: { "content-type": "text/plain" } }),
  );
  return app;
}
