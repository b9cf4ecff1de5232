/** Every language says everything: the same keys, the same holes, the plurals that the language has. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { LANGUAGES, type Language, pickLanguage, speaker, type Words } from "./words.ts";

const SOURCES = fileURLToPath(new URL("..", import.meta.url));
const table = (language: string): Words => {
  return JSON.parse(readFileSync(join(SOURCES, "words", `${language}.json`), "utf8")) as Words;
};
const english = table("en");
const others = Object.keys(LANGUAGES).filter((language) => language !== "en") as Language[];
const textsOf = (entry: Words[keyof Words]): readonly string[] =>
  typeof entry === "string" ? [entry] : Object.values(entry);
const holesIn = (text: string): readonly string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe("translations", () => {
  test("at least English and two other languages, one of them from right to left", () => {
    expect(Object.keys(LANGUAGES)).toEqual(["en", "de", "ar"]);
  });

  test.each(others)("%s has every key of English and no other", (language) => {
    expect(Object.keys(table(language)).sort()).toEqual(Object.keys(english).sort());
  });

  test.each(others)("%s is translated: hardly a sentence is the English one", (language) => {
    const words = table(language);
    const same = Object.entries(english).filter(([key, entry]) => {
      const isLong = textsOf(entry).join().length > 12;
      return isLong && JSON.stringify(words[key as keyof Words]) === JSON.stringify(entry);
    });
    expect(same.map(([key]) => key)).toEqual(["talk.heard"]);
  });

  test.each(others)("%s leaves the same holes, with names in them that English knows", (language) => {
    for (const [key, entry] of Object.entries(table(language))) {
      const known = new Set(textsOf(english[key as keyof Words]).flatMap(holesIn));
      for (const text of textsOf(entry)) for (const hole of holesIn(text)) expect(known, key).toContain(hole);
      // A number may be a word in some forms ("one member"); every other hole is in every form.
      const needed = [...known].filter((hole) => hole !== "{n}" || typeof entry === "string");
      for (const text of textsOf(entry)) expect(holesIn(text), key).toEqual(expect.arrayContaining(needed));
    }
  });

  test.each(["en", ...others])("%s has the plural forms that the language has", (language) => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.filter((form) => form !== "zero");
    for (const [key, entry] of Object.entries(table(language))) {
      if (typeof entry !== "string") expect(Object.keys(entry), key).toEqual(expect.arrayContaining(forms));
    }
  });

  test("every key that a source names is there, and every key is named by a source", () => {
    const sources = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".test.ts"))
      .map((path) => readFileSync(join(SOURCES, path), "utf8"))
      .join("\n");
    const named = [...sources.matchAll(/say\("([a-z0-9.-]+)"/g)].map(([, key]) => key);
    for (const key of named) expect(english, key).toHaveProperty([key!]);
    // `banner.${kind}` names all that begin so.
    const beginnings = [...sources.matchAll(/`([a-z.-]+)\$\{/g)].map(([, beginning]) => beginning!);
    const unused = Object.keys(english).filter((key) => {
      const isNamed = sources.includes(`"${key}"`);
      return !isNamed && !beginnings.some((beginning) => key.startsWith(beginning));
    });
    expect(unused).toEqual([]);
  });

  test("numbers, plurals and holes are said as the language says them", () => {
    expect(speaker(english, "en")("group.members", { n: 1 })).toBe("1 member");
    expect(speaker(english, "en")("group.members", { n: 1_234 })).toBe("1,234 members");
    expect(speaker(table("ar"), "ar")("group.members", { n: 2 })).toBe("عضوان");
    expect(speaker(table("de"), "de")("people.asking", { n: 3 })).toBe("3 Personen bitten um Kontakt");
  });

  test("a name stays inside its place, whatever direction it claims", () => {
    const text = speaker(english, "en")("person.asks", { name: "\u202egnissem\u2066" });
    expect(text).toBe("\u2068gnissem\u2069 asks to be in touch with you.");
  });

  test("the first language of the reader's that is here", () => {
    expect(pickLanguage(["fr-CA", "de-AT", "en"])).toBe("de");
    expect(pickLanguage(["ar-EG"])).toBe("ar");
    expect(pickLanguage(["tlh"])).toBe("en");
  });
});
