/**
 * The extension's own page: accounts, what sites may do, what they did, whom you know. State in, elements out; every
 * change is a command to the worker, which answers with the whole state.
 *
 * Keys are made and read here and leave as `ncryptsec` only. No secret key is ever shown: what can be taken out of the
 * extension is the sealed form.
 */
import { readShape } from "@subrosa/core/json";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { openCurve } from "@subrosa/curve/open-curve";
import type { Account } from "./accounts.ts";
import { type Command, command, type Overview, overview } from "./admin.ts";
import { byId, element } from "./element.ts";
import { kindInWords } from "./kinds.ts";
import { IDLE_MINUTES } from "./lock.ts";
import { METHOD_WORDS, type Method } from "./method.ts";
import { readPeople } from "./people.ts";
import { ALWAYS, EVERYTHING, type Grant } from "./permission.ts";
import { changePassphrase, createKey, importKey, SEAL_SENTENCES, type SealResult } from "./seal.ts";
import { writeMessage } from "./wire.ts";

const curve = openCurve();
const tools = { curve, random: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
const status = byId("status", HTMLElement);
const LIMITS = { maxLength: 1 << 25, maxDepth: 12 };

async function send(order: Command, done = ""): Promise<void> {
  const answer: unknown = await chrome.runtime.sendMessage(writeMessage(command, order));
  if (typeof answer !== "string") return say("That did not work. Reload this page and try again.");
  render(readShape(overview, answer, "overview", LIMITS));
  say(done);
}

function say(words: string): void {
  status.textContent = words;
}

function run(work: Promise<void>): void {
  work.catch(() => say("That did not work. Reload this page and try again."));
}

/** Spoken with what it is about, since many of them are called the same. */
function button(words: string, press: () => void, about: string): HTMLButtonElement {
  return element("button", { type: "button", "aria-label": `${words}: ${about}`, click: press }, words);
}

function nameOf(one: Pick<Account, "name" | "pubkey">): string {
  return one.name === "" ? `${npub(one.pubkey).slice(0, 12)}…` : one.name;
}

function npub(pubkey: Account["pubkey"]): string {
  return encodeEntity({ type: "npub", pubkey });
}

function render(state: Overview): void {
  const { accounts, main } = state.accounts;
  const names = new Map(accounts.map((one) => [one.pubkey as string, nameOf(one)]));
  byId("accounts", HTMLElement).replaceChildren(
    ...(accounts.length === 0 ? [element("p", {}, "No account yet. Make one, or bring one along.")] : []),
    ...accounts.map((one) => card(one, one.pubkey === main, state.unlocked.includes(one.pubkey))),
  );
  byId("lock", HTMLButtonElement).disabled = state.unlocked.length === 0;
  byId("sites", HTMLElement).replaceChildren(sites(state, names));
  byId("grants", HTMLElement).replaceChildren(grants(state.grants, names));
  byId("activity", HTMLElement).replaceChildren(activity(state, names));
  byId("clear", HTMLButtonElement).disabled = state.activity.length === 0;
  byId("idle", HTMLSelectElement).value = String(state.minutes);
  byId("slow", HTMLElement).hidden = state.isFast;
  const people = byId("people", HTMLTextAreaElement);
  if (document.activeElement !== people) {
    people.value = state.people.map(({ pubkey, name }) => `${npub(pubkey)} ${name}`).join("\n");
  }
}

function card(one: Account, isMain: boolean, isUnlocked: boolean): HTMLElement {
  const name = nameOf(one);
  const copy = element("textarea", { rows: "3", readonly: true, "aria-label": `Sealed key of ${name}` });
  copy.hidden = true;
  const field = element("input", { value: one.name, maxlength: "60", "aria-label": `Name of ${name}` });
  const actions = [
    ...(isMain ? [] : [button("Use by default", () => run(send({ type: "main", pubkey: one.pubkey })), name)]),
    button(
      "Show sealed key",
      () => {
        copy.value = one.ncryptsec;
        copy.hidden = false;
        copy.select();
      },
      name,
    ),
    button("Save sealed key", () => saveFile(`${name}.ncryptsec.txt`, `${one.ncryptsec}\n`), name),
    button(
      "Remove",
      () => {
        const isSure = confirm(`Remove ${name}? Without a copy of its sealed key it is lost for good.`);
        if (isSure) run(send({ type: "remove", pubkey: one.pubkey }, "Removed."));
      },
      name,
    ),
  ];
  const marks = [isMain ? "used by default" : "", isUnlocked ? "unlocked" : "locked"].filter((mark) => mark !== "");
  return element(
    "div",
    { class: "card" },
    element("h3", {}, name, ...marks.flatMap((mark) => [" ", element("span", { class: "mark" }, mark)])),
    element("code", {}, npub(one.pubkey)),
    ...(one.hasBackup ? [] : [reminder(one, name)]),
    element(
      "form",
      {
        class: "row",
        submit: (event) => {
          event.preventDefault();
          run(send({ type: "rename", pubkey: one.pubkey, name: field.value.trim() }, "Renamed."));
        },
      },
      element("label", {}, "Name ", field),
      element("button", { "aria-label": `Rename: ${name}` }, "Rename"),
    ),
    element("div", { class: "row" }, ...actions),
    copy,
    passphraseForm(one, name),
  );
}

function passphraseForm(one: Account, name: string): HTMLElement {
  const field = (words: string, autocomplete: string): HTMLInputElement =>
    element("input", { type: "password", required: true, autocomplete, "aria-label": `${words}: ${name}` });
  const old = field("The passphrase of now", "off");
  const next = field("A new passphrase, at least 10 characters", "new-password");
  const again = field("The new passphrase again", "new-password");
  const reseal = () => {
    const result = changePassphrase(one.ncryptsec, old.value, next.value, tools);
    for (const input of [old, next, again]) input.value = "";
    if (!result.ok) return say(SEAL_SENTENCES[result.reason]);
    const { ncryptsec } = result.sealed;
    const done =
      "Changed. Copies that you kept before still open with the old passphrase: keep a new one, destroy them.";
    run(send({ type: "resealed", pubkey: one.pubkey, ncryptsec }, done));
  };
  const change = (event: Event) => {
    event.preventDefault();
    if (next.value !== again.value) return say("The two new passphrases differ.");
    say("Sealing the key …");
    // A moment for the words to be shown: opening and sealing take the page for two seconds.
    setTimeout(reseal, 30);
  };
  return element(
    "details",
    {},
    element("summary", { "aria-label": `Change the passphrase: ${name}` }, "Change the passphrase"),
    element(
      "form",
      { submit: change, autocomplete: "off" },
      element("label", {}, "The passphrase of now", old),
      element("label", {}, "A new one, at least 10 characters", next),
      element("label", {}, "The new one again", again),
      element("div", {}, element("button", { "aria-label": `Change it: ${name}` }, "Change it")),
    ),
  );
}

function reminder(one: Account, name: string): HTMLElement {
  return element(
    "div",
    { class: "warnings" },
    element(
      "p",
      {},
      "There is no copy of this sealed key yet. Save it somewhere else, and keep the passphrase: nobody can give you either back.",
    ),
    button("I have kept both", () => run(send({ type: "backed-up", pubkey: one.pubkey }, "Good.")), name),
  );
}

function saveFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function table(head: readonly string[], rows: readonly (readonly (Node | string)[])[], empty: string): HTMLElement {
  if (rows.length === 0) return element("p", { class: "small" }, empty);
  const cells = (name: "th" | "td", row: readonly (Node | string)[]) =>
    element(
      "tr",
      {},
      ...row.map((cell) => (name === "th" ? element("th", { scope: "col" }, cell) : element("td", {}, cell))),
    );
  return element(
    "table",
    {},
    element("thead", {}, cells("th", head)),
    element("tbody", {}, ...rows.map((row) => cells("td", row))),
  );
}

/** Every site that was granted something or chose an account, with the account that it speaks to. */
function sites({ accounts: all, grants: known }: Overview, names: ReadonlyMap<string, string>): HTMLElement {
  const origins = [...new Set([...known.map(({ origin }) => origin), ...all.sites.map(({ origin }) => origin)])].sort();
  const rows = origins.map((origin) => {
    const chosen = all.sites.find((site) => site.origin === origin)?.account;
    const choice = element("select", {
      "aria-label": `Account for ${origin}`,
      change: () => {
        const pubkey = all.accounts.find((one) => one.pubkey === choice.value)?.pubkey;
        run(
          send(
            { type: "site", origin, ...(pubkey === undefined ? {} : { pubkey }) },
            "The site speaks to this account now.",
          ),
        );
      },
    });
    choice.append(element("option", { value: "" }, "the default"));
    for (const [pubkey, name] of names)
      choice.append(element("option", { value: pubkey, selected: pubkey === chosen }, name));
    return [origin, choice];
  });
  return table(["Site", "Account"], rows, "No site has asked for anything that lasts.");
}

function grants(known: readonly Grant[], names: ReadonlyMap<string, string>): HTMLElement {
  const rows = known.map((one) => [
    one.origin,
    names.get(one.account) ?? "a removed account",
    `${one.verdict === "allow" ? "may" : "may not"} ${reachInWords(one)}`,
    one.until === ALWAYS ? "always" : `until ${time(one.until)}`,
    button(
      "Take back",
      () => run(send({ type: "revoke", grant: one }, "Taken back.")),
      `${one.origin}, ${reachInWords(one)}`,
    ),
  ]);
  return table(["Site", "Account", "What", "How long", "Change"], rows, "Nothing is remembered.");
}

function reachInWords({ method, kind }: Grant): string {
  if (method === EVERYTHING) return "do everything ordinary";
  return methodInWords(method, kind);
}

function methodInWords(method: Method, kind: number | undefined): string {
  return kind === undefined ? METHOD_WORDS[method] : `${METHOD_WORDS[method]}: ${kindInWords(kind)}`;
}

function activity(state: Overview, names: ReadonlyMap<string, string>): HTMLElement {
  const rows = [...state.activity]
    .reverse()
    .map(({ at, origin, account, method, kind, outcome }) => [
      time(at),
      origin,
      names.get(account) ?? "a removed account",
      methodInWords(method, kind),
      outcome,
    ]);
  return table(["When", "Site", "Account", "What", "Outcome"], rows, "Nothing has happened yet.");
}

function time(at: number): string {
  return new Date(at).toLocaleString();
}

/** Seals what the form holds and empties it at once, whatever comes of it. */
function adding(form: HTMLFormElement, make: () => SealResult, name: HTMLInputElement, done: string): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say("Sealing the key …");
    // A moment for the words to be shown: sealing takes the page for a second.
    setTimeout(() => {
      const result = make();
      if (!result.ok) return say(SEAL_SENTENCES[result.reason]);
      const added: Account = { ...result.sealed, name: name.value.trim(), addedAt: 0, hasBackup: false };
      form.reset();
      run(send({ type: "add", account: added }, done));
    }, 30);
  });
}

const createForm = byId("create", HTMLFormElement);
const createPassphrase = byId("create-passphrase", HTMLInputElement);
const createAgain = byId("create-again", HTMLInputElement);
createAgain.addEventListener("input", () => createAgain.setCustomValidity(""));
createForm.addEventListener("submit", (event) => {
  if (createAgain.value === createPassphrase.value) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  say("The two passphrases differ.");
});
adding(
  createForm,
  () => createKey(createPassphrase.value, tools),
  byId("create-name", HTMLInputElement),
  "Your account is ready. Keep a copy of its sealed key now.",
);

const importForm = byId("import", HTMLFormElement);
const importField = byId("import-key", HTMLTextAreaElement);
const importPassphrase = byId("import-passphrase", HTMLInputElement);
adding(
  importForm,
  () => {
    const result = importKey(importField.value, importPassphrase.value, tools);
    importField.value = "";
    return result;
  },
  byId("import-name", HTMLInputElement),
  "Your account is here.",
);

byId("lock", HTMLButtonElement).addEventListener("click", () => run(send({ type: "lock" }, "Locked.")));
byId("clear", HTMLButtonElement).addEventListener("click", () => run(send({ type: "clear-activity" }, "Cleared.")));
const idle = byId("idle", HTMLSelectElement);
idle.append(
  ...IDLE_MINUTES.map((minutes) =>
    element("option", { value: String(minutes) }, minutes === 1 ? "a minute" : `${minutes} minutes`),
  ),
);
idle.addEventListener("change", () => {
  const minutes = IDLE_MINUTES.find((one) => String(one) === idle.value);
  if (minutes !== undefined) run(send({ type: "idle", minutes }, "From the next unlocking on."));
});
byId("people-form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const read = readPeople(byId("people", HTMLTextAreaElement).value, curve);
  if (read.ok) run(send({ type: "people", people: read.people }, `${read.people.length} people kept.`));
  else say(`Line ${read.line} does not begin with a public key.`);
});

// What scrolls can be reached by key.
for (const id of ["sites", "grants", "activity"]) byId(id, HTMLElement).tabIndex = 0;
run(send({ type: "look" }));
