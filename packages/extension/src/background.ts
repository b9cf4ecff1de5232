/**
 * The worker: the browser's events in, the broker's wishes out. It holds nothing that may not be lost: the browser stops
 * it whenever it likes (docs/extension.md, "The worker sleeps").
 *
 * Who a message comes from is read from the sender that the browser gives, never from the message. Nothing is logged.
 */
import { WireError } from "@subrosa/core/errors";
import { openCurve } from "@subrosa/curve/open-curve";
import { command, obey, overview } from "./admin.ts";
import { Broker, type Page } from "./broker.ts";
import { openKeyCache } from "./key-cache.ts";
import { KnownPages } from "./known-pages.ts";
import type { TextStore } from "./ports.ts";
import type { Answered } from "./queue.ts";
import { isOwnPage, pageOf, type Sender } from "./sender.ts";
import { downward, fromPrompt, readMessage, type ToPrompt, toPrompt, upward, writeMessage } from "./wire.ts";

const LOCK_ALARM = "lock";
const PROMPT = { width: 460, height: 760 } as const;

const curve = openCurve();
const pages = new Map<chrome.runtime.Port, Page>();
const knownPages = new KnownPages(storeIn(chrome.storage.session));
/** The open prompt's connection, by the request it is for. */
const prompts = new Map<string, chrome.runtime.Port>();
let windowOf: { readonly id: string; readonly window: Promise<number | undefined> } | undefined;

function storeIn(area: chrome.storage.StorageArea): TextStore {
  return {
    read: async (name) => {
      const { [name]: stored } = await area.get<Record<string, unknown>>(name);
      return typeof stored === "string" ? stored : undefined;
    },
    write: (name, text) => area.set({ [name]: text }),
  };
}

/** What is kept is not for content scripts, which run in the pages' processes. Session storage is closed to them anyway. */
void chrome.storage.local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });

const broker = Broker.open({
  local: storeIn(chrome.storage.local),
  session: storeIn(chrome.storage.session),
  keys: openKeyCache(),
  curve,
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  now: () => Date.now(),
  showPrompt,
  hidePrompt,
  toPrompt: (message: ToPrompt) => prompts.get(message.id)?.postMessage(writeMessage(toPrompt, message)),
  deliver,
  accountChanged: (origin) => void tellAccountChanged(origin),
  wakeAt: (time) => {
    if (time === undefined) void chrome.alarms.clear(LOCK_ALARM);
    else void chrome.alarms.create(LOCK_ALARM, { when: time });
  },
});

function deliver({ callId: id, origin, tab, answer }: Answered): boolean {
  const listening = [...pages].filter(([, page]) => page.origin === origin && page.tab === tab);
  const message = answer.ok
    ? ({ type: "result", id, value: answer.value } as const)
    : ({ type: "refusal", id, code: answer.code } as const);
  for (const [port] of listening) port.postMessage(writeMessage(downward, message));
  return listening.length > 0;
}

/** Pages that are connected, and those that were before the worker slept. */
async function tellAccountChanged(origin: string): Promise<void> {
  const message = writeMessage(downward, { type: "accountChanged" });
  const connected = [...pages.keys()].filter((port) => pages.get(port)?.origin === origin);
  for (const port of connected) port.postMessage(message);
  const reached = new Set(connected.map(({ sender }) => sender?.documentId));
  for (const { document: documentId, tab } of await knownPages.of(origin)) {
    // A page that is gone, or asleep in the browser's back and forward list, has nobody to hear it.
    if (!reached.has(documentId)) void chrome.tabs.sendMessage(tab, message, { documentId }).catch(() => undefined);
  }
}

/** The address of a prompt carries the request's id and nothing else. */
function showPrompt(id: string): void {
  const url = chrome.runtime.getURL(`prompt.html?id=${id}`);
  const show = async (): Promise<number | undefined> => {
    // After the worker was stopped, the window of before may still be there.
    const { promptWindow: before } = await chrome.storage.session.get<{ promptWindow?: PromptWindow }>("promptWindow");
    if (before?.id === id && (await exists(before.window))) return before.window;
    const window = (await chrome.windows.create({ url, type: "popup", focused: true, ...PROMPT }))?.id;
    await chrome.storage.session.set({ promptWindow: { id, window } });
    return window;
  };
  windowOf = { id, window: show().catch(() => undefined) };
}

interface PromptWindow {
  readonly id: string;
  readonly window: number;
}

function exists(window: number): Promise<boolean> {
  return chrome.windows.get(window).then(
    () => true,
    () => false,
  );
}

function hidePrompt(id: string): void {
  prompts.delete(id);
  if (windowOf?.id !== id) return;
  const { window } = windowOf;
  windowOf = undefined;
  void window.then((found) => (found === undefined ? undefined : chrome.windows.remove(found).catch(() => undefined)));
}

chrome.windows.onRemoved.addListener((closed) => {
  const shown = windowOf;
  void shown?.window.then(async (window) => {
    if (window === closed && windowOf === shown) await (await broker).promptClosed(shown.id);
  });
});

function senderOf({ id, origin, url, frameId, tab, documentLifecycle }: chrome.runtime.MessageSender): Sender {
  return { id, origin, url, frameId, tabId: tab?.id, documentLifecycle };
}

/** A message that is none is dropped; a failure of ours is not the sender's to read. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

chrome.runtime.onConnect.addListener((port) => {
  const sender = port.sender === undefined ? {} : senderOf(port.sender);
  const { id, getURL } = chrome.runtime;
  if (port.name === "page") {
    const page = pageOf(sender, id);
    if (page === undefined) port.disconnect();
    else connectPage(port, page);
  } else if (port.name === "prompt" && isOwnPage(sender, id, getURL(""), "prompt.html")) connectPrompt(port);
  else port.disconnect();
});

function connectPage(port: chrome.runtime.Port, page: Page): void {
  pages.set(port, page);
  const document = port.sender?.documentId;
  if (document !== undefined) void knownPages.remember({ document, ...page });
  port.onMessage.addListener((message: unknown) => {
    void quietly(async () => (await broker).fromPage(page, readMessage(upward, message)));
  });
  port.onDisconnect.addListener(() => {
    pages.delete(port);
    const isStillThere = [...pages.values()].some(({ origin, tab }) => origin === page.origin && tab === page.tab);
    if (!isStillThere) void quietly(async () => (await broker).pageGone(page));
  });
}

function connectPrompt(port: chrome.runtime.Port): void {
  let shown: string | undefined;
  port.onMessage.addListener((message: unknown) => {
    void quietly(async () => {
      const read = readMessage(fromPrompt, message);
      if (read.type === "show") {
        shown = read.id;
        prompts.set(read.id, port);
      }
      // A prompt answers for the request that it shows and for no other.
      if (read.id === shown) await (await broker).fromPrompt(read);
    });
  });
  port.onDisconnect.addListener(() => {
    if (shown === undefined || prompts.get(shown) !== port) return;
    const id = shown;
    prompts.delete(id);
    void quietly(async () => (await broker).promptClosed(id));
  });
}

chrome.runtime.onMessage.addListener((message: unknown, from, respond) => {
  const { id, getURL } = chrome.runtime;
  if (!isOwnPage(senderOf(from), id, getURL(""), "options.html")) return false;
  void quietly(async () => {
    const order = readMessage(command, message);
    const answer = await obey(await broker, order, curve.fallback === undefined, Date.now());
    respond(writeMessage(overview, answer));
  });
  return true;
});

chrome.alarms.onAlarm.addListener(({ name }) => {
  if (name === LOCK_ALARM) void broker.then((one) => one.alarm());
});

chrome.action.onClicked.addListener(() => void chrome.runtime.openOptionsPage());
chrome.runtime.onInstalled.addListener(({ reason }) => {
  if (reason === "install") void chrome.runtime.openOptionsPage();
});
