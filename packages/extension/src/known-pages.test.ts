import { expect, test } from "vitest";
import { KnownPages } from "./known-pages.ts";

function memory() {
  const texts = new Map<string, string>();
  return {
    read: async (name: string) => texts.get(name),
    write: async (name: string, text: string) => void texts.set(name, text),
  };
}
const page = (i: number, origin = "https://site.example") => ({ document: `document ${i}`, tab: i, origin });

test("a page is known by its document, also to the next worker, and only to its own site", async () => {
  const session = memory();
  const known = new KnownPages(session);
  await Promise.all([
    known.remember(page(1)),
    known.remember(page(2, "https://other.example")),
    known.remember(page(1)),
  ]);
  expect(await new KnownPages(session).of("https://site.example")).toEqual([page(1)]);
  expect(await known.of("https://sub.site.example")).toEqual([]);
});

test("200 pages are remembered, the latest", async () => {
  const known = new KnownPages(memory());
  for (let i = 0; i < 205; i++) await known.remember(page(i));
  const found = await known.of("https://site.example");
  expect([found.length, found[0], found.at(-1)]).toEqual([200, page(5), page(204)]);
});
