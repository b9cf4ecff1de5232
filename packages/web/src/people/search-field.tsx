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
