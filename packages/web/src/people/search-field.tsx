/** Looks through names and everything that was said, on this device alone, as one types. */
import type { JSX } from "solid-js";
import { useApp } from "../frame/app.ts";

export function SearchField(props: { readonly onSearch: (text: string) => void }): JSX.Element {
  const { say } = useApp();
  return (
    <label class="search">
      <span class="unseen">{say("search")}</span>
      <input
        type="search"
        dir="auto"
        placeholder={say("search")}
        onInput={(event) => props.onSearch(event.currentTarget.value)}
      />
    </label>
  );
}

/** Every word that is looked for is in one of the texts, whatever its case and form. */
export function isFound(sought: string, texts: readonly string[]): boolean {
  const words = folded(sought)
    .split(/\s+/u)
    .filter((word) => word !== "");
  if (words.length === 0) return true;
  const all = folded(texts.join("\n"));
  return words.every((word) => all.includes(word));
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
