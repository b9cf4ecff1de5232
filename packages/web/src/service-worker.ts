/**
 * Keeps the files of this build, and nothing else, so that the page opens without a network. A request for anything else,
 * a relay's or a media server's, passes by untouched. build.mjs hands in which files there are.
 */

declare const SUBROSA_FILES: readonly string[];
declare const SUBROSA_VERSION: string;

interface Extendable {
  waitUntil(promise: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Window {
  focus(): Promise<unknown>;
}
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { readonly type: "window" }): Promise<readonly Window[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  addEventListener(
    type: "notificationclick",
    listener: (event: Extendable & { readonly notification: { close(): void } }) => void,
  ): void;
}

const scope = globalThis as unknown as Scope;
const NAME = `subrosa-${SUBROSA_VERSION}`;
const addressOf = (path: string): string => new URL(path, scope.registration.scope).href;
const known = new Set(SUBROSA_FILES.map(addressOf));

scope.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll([...known]))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.map((name) => (name === NAME ? undefined : caches.delete(name)))))
      .then(() => scope.clients.claim()),
  );
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || request.headers.get("accept")?.includes("application/nostr+json") === true) return;
  const url = new URL(request.url);
  url.hash = "";
  url.search = "";
  const wanted = url.href === scope.registration.scope ? addressOf("index.html") : url.href;
  if (!known.has(wanted)) return;
  event.respondWith(caches.match(wanted, { cacheName: NAME }).then((kept) => kept ?? fetch(request)));
});

scope.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const show = async (): Promise<unknown> => {
    const [open] = await scope.clients.matchAll({ type: "window" });
    return open === undefined ? scope.clients.openWindow(scope.registration.scope) : open.focus();
  };
  event.waitUntil(show());
});
