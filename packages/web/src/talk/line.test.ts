/** Words of strangers: links apart from text, names that fit on a line and turn nothing around. */
import { describe, expect, test } from "vitest";
import { isFound } from "../people/find.ts";
import { BARE, excerpt, type Line, piecesOf, tidyName } from "./line.ts";
import { stableLines } from "./stable-lines.ts";

describe("words", () => {
  test("an address is a link, without the sentence's own signs behind it", () => {
    expect(piecesOf("see https://a.example/b?c=d, or (http://e.example).")).toEqual([
      { kind: "text", text: "see " },
      { kind: "link", text: "https://a.example/b?c=d" },
      { kind: "text", text: ", or (" },
      { kind: "link", text: "http://e.example" },
      { kind: "text", text: ")." },
    ]);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "https://",
    "www.a.example",
    "//a.example",
  ])("%s is no link", (text) => {
    expect(piecesOf(text)).toEqual([{ kind: "text", text }]);
  });

  test("whatever is cut is put together again", () => {
    const text = "a https://b.example\u202ec <https://d.example> 'https://e.example'";
    expect(
      piecesOf(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
    for (const { kind, text: piece } of piecesOf(text)) if (kind === "link") expect(piece).not.toMatch(/[\u202e<>']/u);
  });

  test("a name is one line of at most 64 signs, without controls and directions, with few marks on each", () => {
    expect(tidyName(" \u202eAda\n\tLovelace\u0000 ")).toBe("Ada Lovelace");
    expect([...tidyName("x".repeat(500))]).toHaveLength(64);
    expect(tidyName(`e${"\u0301".repeat(50)}`)).toBe(`e${"\u0301".repeat(4)}`);
    expect(tidyName("👩‍👩‍👧")).toBe("👩‍👩‍👧");
    expect(excerpt("a".repeat(5_000))).toHaveLength(64);
  });

  test("what is looked for is found in any case and form, and only when every word is there", () => {
    expect(isFound("  ", ["anything"])).toBe(true);
    expect(isFound("RÓSE garden", ["the garden", "of the rósE"])).toBe(true);
    expect(isFound("ﬁne", ["Fine"])).toBe(true);
    expect(isFound("rose desert", ["rose garden"])).toBe(false);
  });

  test("a line that says the same stays the same object, and one that changed does not", () => {
    const line = (text: string): Line =>
      ({ ...BARE, id: "a", author: "b", at: 1, text, isMine: false, reply: undefined }) as unknown as Line;
    const stable = stableLines();
    const [first] = stable([line("hello")]);
    expect(stable([line("hello")])[0]).toBe(first);
    const [edited] = stable([line("hello!")]);
    expect(edited).not.toBe(first);
    expect(edited?.text).toBe("hello!");
  });
});
