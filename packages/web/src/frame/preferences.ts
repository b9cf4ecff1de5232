/** How somebody wants the page to look: kept in this browser in the clear, since it says nothing about anybody. */
import { isLanguage, type Language } from "./words.ts";

export interface Preferences {
  /** Absent: as the browser prefers. */
  readonly language?: Language;
  readonly theme: "system" | "light" | "dark";
  readonly textSize: "small" | "normal" | "large" | "huge";
  readonly motion: "system" | "reduced";
  /** A notification says that something came, never what or from whom. */
  readonly notifications: boolean;
}

export const THEMES = ["system", "light", "dark"] as const;
export const TEXT_SIZES = ["small", "normal", "large", "huge"] as const;
export const DEFAULTS: Preferences = Object.freeze({
  theme: "system",
  textSize: "normal",
  motion: "system",
  notifications: false,
});

const NAME = "subrosa/preferences";

/** Whatever is there and makes no sense is left out. */
export function readPreferences(text: string | null): Preferences {
  let found: Record<string, unknown>;
  try {
    found = { ...(JSON.parse(text ?? "{}") as object) };
  } catch (error) {
    if (error instanceof SyntaxError) return DEFAULTS;
    throw error;
  }
  const { language, theme, textSize, motion, notifications } = found;
  return {
    ...(isLanguage(language) ? { language } : {}),
    theme: THEMES.find((each) => each === theme) ?? DEFAULTS.theme,
    textSize: TEXT_SIZES.find((each) => each === textSize) ?? DEFAULTS.textSize,
    motion: motion === "reduced" ? "reduced" : "system",
    notifications: notifications === true,
  };
}

export function loadPreferences(): Preferences {
  return readPreferences(localStorage.getItem(NAME));
}

export function keepPreferences(preferences: Preferences): void {
  localStorage.setItem(NAME, JSON.stringify(preferences));
}

/** The style sheets read these from the root element. */
export function showPreferences({ theme, textSize, motion }: Preferences, root: HTMLElement): void {
  root.dataset["theme"] = theme;
  root.dataset["textSize"] = textSize;
  root.dataset["motion"] = motion;
}
