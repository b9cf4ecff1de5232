/** A new group, alone or not: its kind is chosen by what it keeps from whom, in one honest sentence each. */
import { createSignal, For, type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Form, textOf } from "../frame/form.tsx";
import { reasonIn } from "../frame/reasons.ts";
import type { Key } from "../frame/words.ts";
import { Pane } from "../talk/pane.tsx";

type Kind = "group" | "channel";
const KINDS: readonly { readonly kind: Kind; readonly title: Key; readonly sentence: Key; readonly best: Key }[] = [
  { kind: "group", title: "kind.group", sentence: "kind.group.sentence", best: "kind.group.best" },
  { kind: "channel", title: "kind.channel", sentence: "kind.channel.sentence", best: "kind.channel.best" },
];

export function NewGroup(): JSX.Element {
  const { say, go } = useApp();
  const { session, relays } = useOpened();
  const [kind, setKind] = createSignal<Kind>(session.groups === undefined ? "channel" : "group");
  const partOf = (of: Kind) => (of === "group" ? session.groups : session.channels);
  const create = async (fields: FormData): Promise<string | undefined> => {
    const [name, about] = [textOf(fields, "name"), textOf(fields, "about")];
    const at = textOf(fields, "relays")
      .split(/\s+/)
      .filter((each) => each !== "");
    const text = { name, ...(about === "" ? {} : { about }) };
    const made =
      kind() === "group"
        ? await session.groups?.create({ ...text, relays: at, difficulty: Number(textOf(fields, "work")) || 0 })
        : await session.channels?.create({ metadata: text, relays: at });
    if (made === undefined) return say("failed");
    if (!made.ok) return reasonIn(say, made.reason);
    go({ view: kind(), id: made.id });
    return undefined;
  };
  return (
    <Pane title={say("groups.new")} back={{ view: "groups" }}>
      <Form act={create} label={say("group.create")}>
        <fieldset class="stack tight">
          <legend class="title">{say("group.kind")}</legend>
          <For each={KINDS.filter((one) => partOf(one.kind) !== undefined)}>
            {(one) => (
              <label class="card choice">
                <input
                  type="radio"
                  name="kind"
                  value={one.kind}
                  checked={kind() === one.kind}
                  onChange={() => setKind(one.kind)}
                />
                <span class="stack tight">
                  <strong>{say(one.title)}</strong>
                  <span>{say(one.sentence)}</span>
                  <span class="hint">{say(one.best)}</span>
                </span>
              </label>
            )}
          </For>
        </fieldset>
        <label>
          {say("group.name")}
          <input name="name" required maxlength="100" dir="auto" />
        </label>
        <label>
          {say("group.about-words")}
          <textarea name="about" rows="2" maxlength="2000" dir="auto" />
        </label>
        <details>
          <summary>{say("group.more")}</summary>
          <div class="stack">
            <label>
              {say("group.relays")}
              <textarea name="relays" rows="2" dir="ltr" spellcheck={false} value={relays.join("\n")} />
              <span class="hint">{say("group.relays.hint")}</span>
            </label>
            <Show when={kind() === "group"}>
              <label>
                {say("group.work")}
                <select name="work">
                  <option value="0">{say("group.work.none")}</option>
                  <option value="16">{say("group.work.some")}</option>
                </select>
                <span class="hint">{say("group.work.hint")}</span>
              </label>
            </Show>
          </div>
        </details>
      </Form>
    </Pane>
  );
}
