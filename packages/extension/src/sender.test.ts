import { expect, test } from "vitest";
import { isOwnPage, pageOf, type Sender } from "./sender.ts";

const ID = "abcdefghijklmnop";
const top: Sender = { id: ID, origin: "https://site.example", frameId: 0, tabId: 3, documentLifecycle: "active" };

test("a page in the top frame of a tab may ask, under https or on this machine", () => {
  for (const origin of [
    "https://site.example",
    "https://sub.site.example:8443",
    "http://localhost:5173",
    "http://127.0.0.1",
    "http://[::1]:80",
  ]) {
    expect(pageOf({ ...top, origin }, ID)).toEqual({ origin, tab: 3 });
  }
});

const refused: readonly (readonly [string, Partial<Sender>])[] = [
  ["an iframe", { frameId: 7 }],
  ["a sandboxed page, srcdoc in a sandbox, data:", { origin: "null" }],
  ["file:", { origin: "file://" }],
  ["plain http", { origin: "http://site.example" }],
  ["http on a name that begins like this machine", { origin: "http://localhost.example" }],
  ["http on an address that begins like this machine", { origin: "http://127.0.0.1.example" }],
  ["another extension's page", { origin: "chrome-extension://ponmlkjihgfedcba" }],
  ["another extension", { id: "ponmlkjihgfedcba" }],
  ["nothing that the browser vouches for", { origin: undefined }],
  ["what is in no tab", { tabId: undefined }],
  ["a page that is being prerendered", { documentLifecycle: "prerender" }],
  ["a page with a path in its origin", { origin: "https://site.example/https://bank.example" }],
  ["a page with a user in its origin", { origin: "https://bank.example@site.example" }],
  ["an origin in capitals", { origin: "HTTPS://SITE.EXAMPLE" }],
  ["an origin too long to show", { origin: `https://${"a".repeat(300)}.example` }],
  ["ftp", { origin: "ftp://site.example" }],
  ["blob", { origin: "blob:https://site.example" }],
];

for (const [what, change] of refused) {
  test(`refuses ${what}`, () => expect(pageOf({ ...top, ...change }, ID)).toBeUndefined());
}

test("only the extension's own page, in a frame of its own, is a prompt", () => {
  const base = "chrome-extension://abcdefghijklmnop/";
  const own = { id: ID, frameId: 0, url: `${base}prompt.html?id=1` };
  expect(isOwnPage(own, ID, base, "prompt.html")).toBe(true);
  expect(isOwnPage({ ...own, frameId: 2 }, ID, base, "prompt.html")).toBe(false);
  expect(isOwnPage({ ...own, url: `${base}options.html` }, ID, base, "prompt.html")).toBe(false);
  expect(isOwnPage({ ...own, url: `https://site.example/${base}prompt.html` }, ID, base, "prompt.html")).toBe(false);
  expect(isOwnPage({ ...own, id: "other" }, ID, base, "prompt.html")).toBe(false);
});
