/**
 * The prompt: asks the worker what its id stands for, shows it in words, and sends the answer. It knows nothing else;
 * the address holds the id alone. Closing the window is a no.
 */
import { readShape } from "@subrosa/core/json";
import { byId, element } from "./element.ts";
import { BEHIND, counts, type GuardEvent, watch } from "./guard.ts";
import { type View, viewShape } from "./view.ts";
import { type FromPrompt, fromPrompt, MAX_MESSAGE, readMessage, toPrompt, writeMessage } from "./wire.ts";

const id = new URLSearchParams(location.search).get("id") ?? "";
const form = byId("form", HTMLFormElement);
const allow = byId("allow", HTMLButtonElement);
const deny = byId("deny", HTMLButtonElement);
const passphrase = byId("passphrase", HTMLInputElement);
const lasts = byId("lasts", HTMLSelectElement);
const everything = byId("everything", HTMLInputElement);
const status = byId("status", HTMLElement);

let guard = BEHIND;
let port: chrome.runtime.Port | undefined;

function send(message: FromPrompt): void {
  port ??= connect();
  port.postMessage(writeMessage(fromPrompt, message));
}

function connect(): chrome.runtime.Port {
  const made = chrome.runtime.connect({ name: "prompt" });
  made.onMessage.addListener((message: unknown) => {
    const read = readMessage(toPrompt, message);
    if (read.id !== id) return;
    if (read.type === "view") {
      show(readShape(viewShape, read.view, "view", { maxLength: MAX_MESSAGE, maxDepth: 8 }));
    } else if (read.type === "gone") end();
    else if (read.type === "working") say("Unlocking …");
    else {
      say("This is not the passphrase of this account.");
      passphrase.value = "";
      setBusy(false);
      passphrase.focus();
    }
  });
  made.onDisconnect.addListener(() => {
    // The worker was stopped; it wakes up by being asked again.
    port = undefined;
    setTimeout(() => send({ type: "show", id }), 100);
  });
  return made;
}

function say(words: string): void {
  status.textContent = words;
}

function setBusy(isBusy: boolean): void {
  for (const one of [allow, deny]) one.disabled = isBusy;
}

function end(): void {
  document.title = "Over";
  byId("main", HTMLElement).replaceChildren(
    element("h1", {}, "This request is over"),
    element("p", {}, "The site went away, or another account was chosen. You can close this window."),
  );
  for (const over of [byId("who", HTMLElement), form]) over.hidden = true;
}

function show(view: View): void {
  const { account, members } = view;
  document.title = `${view.title} – Subrosa`;
  byId("origin", HTMLElement).textContent = view.origin;
  byId("account", HTMLElement).replaceChildren(
    element("strong", {}, account.name === "" ? "Unnamed account" : account.name),
    " ",
    element("code", { title: account.npub }, shortened(account.npub)),
  );
  byId("title", HTMLElement).textContent = view.title;
  byId("explanation", HTMLElement).textContent = view.explanation;
  byId("warnings", HTMLElement).replaceChildren(...view.warnings.map((words) => element("li", {}, words)));
  byId("warnings", HTMLElement).hidden = view.warnings.length === 0;
  byId("rows", HTMLElement).replaceChildren(
    ...view.rows.flatMap(({ label, value }) => [element("dt", {}, label), element("dd", {}, ...inParts(value))]),
  );
  byId("content-box", HTMLElement).hidden = view.contentLabel === "";
  byId("content-label", HTMLElement).textContent = view.contentLabel;
  byId("content", HTMLElement).textContent = view.content === "" ? "(empty)" : view.content;
  byId("members-box", HTMLElement).hidden = members.length === 0;
  byId("members-label", HTMLElement).textContent = `All ${members.length} people`;
  byId("members", HTMLElement).replaceChildren(
    ...members.map(({ npub, name }) =>
      element("li", {}, ...(name === "" ? [] : [element("strong", {}, name), " "]), element("code", {}, npub)),
    ),
  );
  byId("unlock", HTMLElement).hidden = !view.isLocked;
  passphrase.required = view.isLocked;
  byId("remember", HTMLElement).hidden = view.needs !== "consent";
  byId("everything-box", HTMLElement).hidden = !view.remember.everything;
  byId("each-time", HTMLElement).hidden = view.remember.allow || view.needs !== "consent";
  allow.textContent = view.needs === "unlock" ? "Unlock and allow" : "Allow";
  setBusy(false);
  byId("title", HTMLElement).focus();
  // Only now is there something to read: the time before, while the worker woke up, is no time to think.
  shifted();
}

/** Keys in a type in which each letter can be told from the others. */
function inParts(value: string): readonly (Node | string)[] {
  return value.split(/(npub1[a-z0-9]{58})/).map((part, i) => (i % 2 === 1 ? element("code", {}, part) : part));
}

function shortened(npub: string): string {
  return `${npub.slice(0, 12)}…${npub.slice(-6)}`;
}

function answer(verdict: "allow" | "deny"): void {
  setBusy(true);
  send({
    type: "answer",
    id,
    verdict,
    lasts: lasts.value === "always" || lasts.value === "hour" ? lasts.value : "once",
    reach: everything.checked ? "everything" : "this",
    passphrase: verdict === "allow" ? passphrase.value : "",
  });
  passphrase.value = "";
}

function note(event: GuardEvent): void {
  guard = watch(guard, event);
}

function shifted(): void {
  note({ kind: "shifted", at: performance.now() });
}

function look(): void {
  const isInFront = document.visibilityState === "visible" && document.hasFocus();
  note(isInFront ? { kind: "front", at: performance.now() } : { kind: "behind" });
}

for (const name of ["focus", "pageshow"]) window.addEventListener(name, look);
window.addEventListener("blur", () => note({ kind: "behind" }));
document.addEventListener("visibilitychange", look);
window.addEventListener("resize", shifted);
// Pinched or magnified: another thing is under the pointer, though the window stays as it is.
for (const name of ["resize", "scroll"]) window.visualViewport?.addEventListener(name, shifted);
look();

// What is not remembered reaches nothing else either.
lasts.addEventListener("change", () => {
  everything.disabled = lasts.value === "once";
  if (everything.disabled) everything.checked = false;
});

let isHeld = false;
window.addEventListener("keydown", ({ repeat }) => {
  isHeld = repeat;
});
// After the click that letting go of a key may be: a held key is over then, and the next press is a new one.
window.addEventListener("keyup", () =>
  setTimeout(() => {
    isHeld = false;
  }),
);

// Every submission by a person is a click of the button, also by Enter in a field. The browser vouches for the click;
// for what a script's click or `requestSubmit` submits, it would vouch as well.
let isPressed = false;
allow.addEventListener("click", (event) => {
  isPressed = event.isTrusted;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const verdict = event.submitter === allow ? "allow" : "deny";
  const isTrusted = event.isTrusted && isPressed;
  isPressed = false;
  if (counts(guard, { at: performance.now(), isTrusted, isRepeated: isHeld })) answer(verdict);
  else say("That was quick. Read it, then press again.");
});
deny.addEventListener("click", (event) => {
  // A no is never dangerous: it counts at once, where a person gave it.
  if (event.isTrusted) answer("deny");
});

// What scrolls can be reached by key.
byId("content", HTMLElement).tabIndex = 0;
send({ type: "show", id });
