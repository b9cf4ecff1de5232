/** An invitation by link: what it is, what asking tells the group, and the words that go with it. It survives signing up. */
import { type JSX, Show } from "solid-js";
import { readInviteText } from "../account/invite-link.ts";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Form, textOf } from "../frame/form.tsx";
import { Icon } from "../frame/icons.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { Pane } from "../talk/pane.tsx";

export function Join(props: { readonly text: string }): JSX.Element {
  const { say, go } = useApp();
  const { session, notes } = useOpened();
  const invite = () => readInviteText(props.text);
  const ask = async (fields: FormData): Promise<string | undefined> => {
    const made = await session.groups?.join(invite() ?? "", textOf(fields, "words"));
    if (made === undefined) return say("lacks.groups");
    if (!made.ok) return reasonIn(say, made.reason);
    go({ view: "group", id: made.id });
    return undefined;
  };
  return (
    <Pane title={say("join.title")} back={{ view: "groups" }}>
      <Show when={invite()} fallback={<p class="banner grave">{say("why.not-an-invite")}</p>}>
        <p class="lead">{say("join.lead")}</p>
        <p>{say("join.tells")}</p>
        <Form act={ask} label={say("join.ask")}>
          <label>
            {say("join.words")}
            <textarea
              name="words"
              rows="3"
              maxlength="2000"
              required
              dir="auto"
              value={say("join.words.first", { name: notes.setting("name") ?? "" })}
            />
            <span class="hint">{say("join.words.hint")}</span>
          </label>
          <p class="hint">
            <Icon name="lock" /> {say("kind.group.sentence")}
          </p>
        </Form>
      </Show>
    </Pane>
  );
}
