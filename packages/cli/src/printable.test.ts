import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "../test/stage.ts";
import { clipped, oneLine, printable, printableJson } from "./printable.ts";
import { Screen } from "./screen.ts";

const DANGEROUS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const ATTACKS = {
  "clears the screen": "\u001b[2J\u001b[H",
  "sets the title": "\u001b]0;root@host\u0007",
  "writes to the clipboard": "\u001b]52;c;cm0gLXJmIH4=\u0007",
  "links elsewhere": "\u001b]8;;https://evil.example\u0007here\u001b]8;;\u0007",
  "a C1 control sequence": "\u009b31m",
  "overwrites the line": "safe\rdanger",
  "goes back": "abc\b\b\bxyz",
  "turns the direction": "\u202egpj.exe",
  "isolates a direction": "\u2066\u2067\u2069",
  "a line separator": "a\u2028b",
  "half a character": "\ud800",
} as const;

for (const [what, text] of Object.entries(ATTACKS)) {
  test(`what a stranger wrote cannot control a terminal: ${what}`, () => {
    expect(printable(text)).not.toMatch(DANGEROUS);
    const json = printableJson({ text });
    expect(json).toMatch(/^[\u0020-\u007e\u00a0-\uffff]+$/);
    expect(JSON.parse(json)).toEqual({ text });
  });
}

test("any text at all: nothing hostile on the terminal, nothing lost in JSON", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(printable(text)).not.toMatch(DANGEROUS);
      expect(oneLine(text)).not.toMatch(/\n/);
      expect(JSON.parse(printableJson([text]))).toEqual([text]);
    }),
  );
});

test("what people write in other languages stays as it is", () => {
  for (const text of ["Grüße aus Köln", "日本語", "שלום", "👩‍👩‍👧", "a\tb\nc"]) expect(printable(text)).toBe(text);
});

test("a hostile event is shown harmless by every command that shows its content", async () => {
  const content = Object.values(ATTACKS).join("");
  const event = JSON.stringify({
    kind: 1,
    created_at: 1,
    tags: [["t", content]],
    content: content.replace("\ud800", ""),
  });
  for (const args of [["decode"], ["verify"], ["pow", "check"]]) {
    for (const flags of [[], ["--json"]]) {
      const { out, err } = await run([...args, ...flags], { input: event });
      expect(out + err).not.toMatch(DANGEROUS);
    }
  }
});

const silent = { write: () => undefined };

test("lines of a table end at the width of the terminal; where nobody looks there is no end", () => {
  const rows = [
    ["a", "x".repeat(200)],
    ["bbb", "y"],
  ];
  const narrow = new Screen(
    { output: { ...silent, isTTY: true, columns: 40 }, errors: silent, env: {} },
    { json: false, quiet: false },
  );
  expect(narrow.table(rows).map((line) => line.length)).toEqual([40, 6]);
  const pipe = new Screen({ output: silent, errors: silent, env: {} }, { json: false, quiet: false });
  expect(pipe.table(rows)[0]).toHaveLength(205);
  const told = new Screen({ output: silent, errors: silent, env: { COLUMNS: "20" } }, { json: false, quiet: false });
  expect(told.table(rows)[0]).toHaveLength(20);
  expect(clipped("abc", 3)).toBe("abc");
});

test("colours are on a terminal, and not with NO_COLOR, --no-color, a dumb terminal, or a pipe", () => {
  const shown = (isTTY: boolean, env: Record<string, string>, color?: boolean): string => {
    let out = "";
    const write = (text: string): void => {
      out += text;
    };
    const output = { isTTY, write };
    const options = { json: false, quiet: false, ...(color === undefined ? {} : { color }) };
    new Screen({ output, errors: silent, env }, options).result({ type: "x" }, ["well", "good"]);
    return out;
  };
  expect(shown(true, {})).toBe("\u001b[32mwell\u001b[0m\n");
  for (const plain of [
    shown(false, {}),
    shown(true, { NO_COLOR: "1" }),
    shown(true, { TERM: "dumb" }),
    shown(true, {}, false),
  ]) {
    expect(plain).toBe("well\n");
  }
});
