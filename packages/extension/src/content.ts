/**
 * Between a page and the worker. It passes texts on, within bounds, and adds nothing: where a call comes from is the
 * browser's to say, in the worker.
 *
 * It takes one port from the page, the first, before the page's own code can send one. When the worker sleeps or is
 * stopped, the connection breaks; then it connects anew and asks what became of the calls that are still open.
 */
import { WireError } from "@subrosa/core/errors";
import { object, readShape, text } from "@subrosa/core/json";
import { MAX_CALL } from "./call.ts";
import { METHODS, type Method } from "./method.ts";
import type { Refusal } from "./refusal.ts";
import { downward, MAX_MESSAGE, readMessage, type Upward, upward, writeMessage } from "./wire.ts";

const PORT_MESSAGE = "subrosa:port";
/** Calls that one page may have open at the worker; it turns away more than its queue holds by itself. */
const MAX_OPEN = 64;
const RECONNECTS = 5;

const fromPage = object({ id: text({ min: 32, max: 32 }), method: text({ max: 60 }), params: text({ max: MAX_CALL }) });

function open(page: MessagePort): void {
  const waiting = new Set<string>();
  let worker: chrome.runtime.Port | undefined;
  let broken = 0;

  const refuse = (id: string, code: Refusal): void => {
    waiting.delete(id);
    page.postMessage(writeMessage(downward, { type: "refusal", id, code }));
  };

  const connect = (): chrome.runtime.Port => {
    const port = chrome.runtime.connect({ name: "page" });
    port.onMessage.addListener((message: unknown) => {
      const read = readMessage(downward, message);
      broken = 0;
      if (read.type !== "accountChanged") waiting.delete(read.id);
      page.postMessage(writeMessage(downward, read));
    });
    port.onDisconnect.addListener(() => {
      worker = undefined;
      if (waiting.size === 0) return;
      if (++broken > RECONNECTS) for (const id of waiting) refuse(id, "refused");
      else send({ type: "resume", ids: [...waiting] });
    });
    return port;
  };

  const send = (message: Upward): void => {
    try {
      worker ??= connect();
      worker.postMessage(writeMessage(upward, message));
    } catch {
      // The extension was updated or removed under the page: there is no worker any more.
      for (const id of waiting) refuse(id, "refused");
    }
  };

  // Without a connection, the worker has this way to say that the account changed; only the extension can use it.
  chrome.runtime.onMessage.addListener((message: unknown) => {
    const read = readMessage(downward, message);
    if (read.type === "accountChanged") page.postMessage(writeMessage(downward, read));
  });

  page.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    const asked = readOrUndefined(data);
    if (asked === undefined || waiting.has(asked.id)) return;
    const method = METHODS.find((known): known is Method => known === asked.method);
    if (method === undefined) return refuse(asked.id, "unsupported");
    if (waiting.size >= MAX_OPEN) return refuse(asked.id, "busy");
    waiting.add(asked.id);
    send({ type: "ask", id: asked.id, method, params: asked.params });
  });
  page.start();
}

function readOrUndefined(data: unknown): ReturnType<typeof fromPage.read> | undefined {
  try {
    return typeof data === "string"
      ? readShape(fromPage, data, "message", { maxLength: MAX_MESSAGE, maxDepth: 2 })
      : undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function takePort(event: MessageEvent<unknown>): void {
  const [port] = event.ports;
  if (event.source !== window || event.data !== PORT_MESSAGE || port === undefined) return;
  event.stopImmediatePropagation();
  window.removeEventListener("message", takePort, true);
  open(port);
}

window.addEventListener("message", takePort, true);
