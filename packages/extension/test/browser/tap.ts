/**
 * Everything that crosses a border inside the browser, heard at the border: messages between page, content script,
 * worker and the extension's own pages, and every record that is stored. The text below stands before each of the
 * extension's programs in the copy that a test loads; the programs themselves are as they are built.
 *
 * What is heard goes out as console lines with a mark, which the lab keeps apart from any other line.
 */
export const TAP_MARK = "tapped";

/** The borders, as they are called in what is heard. */
export const BORDERS = [
  "page to content",
  "content to page",
  "content to worker",
  "worker to content",
  "prompt to worker",
  "worker to prompt",
  "options to worker",
  "worker to options",
  "worker to tab",
  "stored local",
  "stored session",
] as const;

/** Both ends listen where they can, so a message is heard also where one end's program does not say that it got it. */
export const TAP = `(() => {
  const hear = (border, value) =>
    console.debug(${JSON.stringify(TAP_MARK)}, border, typeof value === "string" ? value : JSON.stringify(value));
  const hasRuntime = typeof chrome !== "undefined" && chrome.runtime?.id !== undefined;
  const isWorker = typeof ServiceWorkerGlobalScope !== "undefined";
  const here = !hasRuntime ? "page" : isWorker ? "worker" : location.protocol !== "chrome-extension:" ? "content"
    : location.pathname.includes("prompt") ? "prompt" : "options";

  // Ports of the page's own kind, on both of their sides.
  if (here === "page" || here === "content") {
    const there = here === "page" ? "content" : "page";
    const { postMessage, addEventListener } = MessagePort.prototype;
    MessagePort.prototype.postMessage = function (message, ...more) {
      hear(here + " to " + there, message);
      return postMessage.call(this, message, ...more);
    };
    MessagePort.prototype.addEventListener = function (name, listener, ...more) {
      if (name === "message") addEventListener.call(this, name, ({ data }) => hear(there + " to " + here, data));
      return addEventListener.call(this, name, listener, ...more);
    };
  }
  if (!hasRuntime) return;

  const tap = (port, mine, other) => {
    const { postMessage } = port;
    port.postMessage = (message) => {
      hear(mine + " to " + other, message);
      return postMessage.call(port, message);
    };
    port.onMessage.addListener((message) => hear(other + " to " + mine, message));
    return port;
  };
  if (here !== "worker") {
    const { connect, sendMessage } = chrome.runtime;
    chrome.runtime.connect = (...given) => tap(connect.apply(chrome.runtime, given), here, "worker");
    chrome.runtime.sendMessage = async (message) => {
      hear(here + " to worker", message);
      const answer = await sendMessage.call(chrome.runtime, message);
      hear("worker to " + here, answer);
      return answer;
    };
    return;
  }
  chrome.runtime.onConnect.addListener((port) => void tap(port, "worker", port.name === "page" ? "content" : port.name));
  const { sendMessage } = chrome.tabs;
  chrome.tabs.sendMessage = (tab, message, ...more) => {
    hear("worker to tab", message);
    return sendMessage.call(chrome.tabs, tab, message, ...more);
  };
  for (const area of ["local", "session"]) {
    const { set } = chrome.storage[area];
    chrome.storage[area].set = (records) => {
      hear("stored " + area, records);
      return set.call(chrome.storage[area], records);
    };
  }
})();
`;
