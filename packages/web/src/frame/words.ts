/**
 * What the page says, in the language of whoever reads it. Pure: a table of sentences, placeholders in braces, plurals as
 * each language has them. Tables are loaded one at a time; `words.test.ts` holds them to the same keys.
 */
const english = () => import("../words/en.json", { with: { type: "json" } });

export type Key = keyof Awaited<ReturnType<typeof english>>["default"];
/** By Intl.PluralRules; `other` is always there. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };
export type Words = Readonly<Record<Key, string | Plural>>;
export type Values = Readonly<Record<string, string | number>>;
export type Say = (key: Key, values?: Values) => string;

export const LANGUAGES = Object.freeze({ en: "English", de: "Deutsch", ar: "العربية" });
export type Language = keyof typeof LANGUAGES;

export function isLanguage(text: unknown): text is Language {
  return typeof text === "string" && Object.hasOwn(LANGUAGES, text);
}

export function directionOf(language: Language): "ltr" | "rtl" {
  return language === "ar" ? "rtl" : "ltr";
}

/** The first of what the reader prefers that we have. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const [base] = tag.toLowerCase().split("-");
    if (isLanguage(base)) return base;
  }
  return "en";
}

const TABLES: Readonly<Record<Language, () => Promise<{ readonly default: Words }>>> = {
  en: english,
  de: () => import("../words/de.json", { with: { type: "json" } }),
  ar: () => import("../words/ar.json", { with: { type: "json" } }),
};

export async function loadWords(language: Language): Promise<Words> {
  return (await TABLES[language]()).default;
}

/** The value named `n` decides about the plural. */
export function speaker(words: Words, language: Language): Say {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (key, values = {}) => {
    const entry = words[key];
    const n = values["n"];
    const text =
      typeof entry === "string" ? entry : (entry[rules.select(typeof n === "number" ? n : 0)] ?? entry.other);
    return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
      const value = values[name];
      if (value === undefined) return hole;
      return typeof value === "number" ? numbers.format(value) : isolated(value);
    });
  };
}

/** Somebody's name inside a sentence keeps its own direction and cannot turn the rest of it around. */
function isolated(text: string): string {
  return `\u2068${text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")}\u2069`;
}
