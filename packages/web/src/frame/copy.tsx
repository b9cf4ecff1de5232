/** A text to hand on: shown, copied with a button, read aloud once when it was. */
import { createSignal, type JSX } from "solid-js";
import { useApp } from "./app.ts";
import { Icon } from "./icons.tsx";

export function Copy(props: { readonly text: string; readonly label: string }): JSX.Element {
  const { say, announce } = useApp();
  const [copied, setCopied] = createSignal(false);
  let field: HTMLTextAreaElement | undefined;
  const copy = async (): Promise<void> => {
    field?.select();
    // Where the page is not on a secure address there is no clipboard; the text is selected for the person's own keys.
    if ((navigator as { clipboard?: Clipboard }).clipboard !== undefined) {
      await navigator.clipboard.writeText(props.text);
      setCopied(true);
      announce(say("copied"));
    }
  };
  return (
    <div class="stack tight">
      <label>
        {props.label}
        <textarea class="key" readonly rows="3" ref={(element) => (field = element)} value={props.text} />
      </label>
      <div class="row">
        <button type="button" onClick={() => void copy()}>
          <Icon name={copied() ? "check" : "link"} />
          {say(copied() ? "copied" : "copy")}
        </button>
      </div>
    </div>
  );
}
