/** Each language by its own name, for those who cannot read the one that is shown. */
import { For, type JSX } from "solid-js";
import { useApp } from "./app.ts";
import { isLanguage, LANGUAGES } from "./words.ts";

export function LanguageChoice(): JSX.Element {
  const { say, language, prefer } = useApp();
  return (
    <label>
      {say("language")}
      <select
        value={language()}
        onChange={(event) => {
          const { value } = event.currentTarget;
          if (isLanguage(value)) prefer({ language: value });
        }}
      >
        <For each={Object.entries(LANGUAGES)}>
          {([tag, name]) => (
            <option value={tag} lang={tag}>
              {name}
            </option>
          )}
        </For>
      </select>
    </label>
  );
}
