/** Preferences: whatever lies in the browser's storage, something sensible comes out. */
import { describe, expect, test } from "vitest";
import { DEFAULTS, readPreferences } from "./preferences.ts";

describe("preferences", () => {
  test("what was kept is read back", () => {
    const kept = { language: "ar", theme: "dark", textSize: "huge", motion: "reduced", notifications: true } as const;
    expect(readPreferences(JSON.stringify(kept))).toEqual(kept);
  });

  test.each([null, "", "{", "null", "[]", "7", '{"theme":"pink","language":"xx","textSize":3,"notifications":"yes"}'])(
    "%s gives what the browser prefers",
    (text) => {
      expect(readPreferences(text)).toEqual(DEFAULTS);
    },
  );
});
