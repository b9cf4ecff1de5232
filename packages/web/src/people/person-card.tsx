/** What one calls a person, his key to compare, and the end of it. */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import type { JSX } from "solid-js";
import { Show } from "solid-js";
import { petname } from "../account/notes.ts";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Copy } from "../frame/copy.tsx";
import { Dialog } from "../frame/dialog.tsx";
import { Form, textOf } from "../frame/form.tsx";
import { watch } from "../frame/watch.ts";
import { tidyName } from "../talk/line.ts";

export interface PersonCardProps {
  readonly person: PubkeyHex;
  readonly mayRemove: boolean;
  readonly onRemove: () => void;
  readonly onClose: () => void;
}

export function PersonCard(props: PersonCardProps): JSX.Element {
  const { say, go } = useApp();
  const { notes } = useOpened();
  const kept = watch(notes.live);
  return (
    <Dialog title={say("person.about")} onClose={props.onClose}>
      <Form
        label={say("save")}
        act={async (fields) => {
          await notes.call(props.person, tidyName(textOf(fields, "name")));
          props.onClose();
          return undefined;
        }}
      >
        <label>
          {say("person.name")}
          <input name="name" maxlength="64" value={petname(kept(), props.person) ?? ""} />
          <span class="hint">{say("person.name.hint")}</span>
        </label>
      </Form>
      <Copy label={say("person.key")} text={encodeEntity({ type: "npub", pubkey: props.person })} />
      <div class="row">
        <button
          type="button"
          class="grave"
          onClick={() => {
            void notes.block(props.person, true).then(() => go({ view: "people" }));
            props.onClose();
          }}
        >
          {say("person.block")}
        </button>
        <span class="hint grow">{say("person.block.hint")}</span>
      </div>
      <Show when={props.mayRemove}>
        <p class="hint">{say("person.remove.hint")}</p>
        <div class="row">
          <button
            type="button"
            class="grave"
            onClick={() => {
              props.onRemove();
              props.onClose();
            }}
          >
            {say("person.remove")}
          </button>
        </div>
      </Show>
    </Dialog>
  );
}
