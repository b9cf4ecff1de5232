/** A question to a ring, asked under one's own name; the votes are nobody's. */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { createSignal, type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Form, textOf } from "../frame/form.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { Pane } from "../talk/pane.tsx";
import { RingChoice } from "./ring-choice.tsx";

const LEAST = 3;
const DAY = 86_400;

export function NewPoll(): JSX.Element {
  const { say, go } = useApp();
  const { polls, relays } = useOpened();
  const [keys, setKeys] = createSignal<readonly PubkeyHex[]>([]);
  const create = async (fields: FormData): Promise<string | undefined> => {
    const options = textOf(fields, "options")
      .split("\n")
      .map((label) => label.trim())
      .filter((label) => label !== "")
      .map((label, i) => ({ id: String(i), label }));
    if (options.length < 2) return say("poll.options.few");
    if (keys().length < LEAST) return say("check.size.stop");
    const days = Number(textOf(fields, "days"));
    const made = await polls?.create(
      {
        question: textOf(fields, "question"),
        options,
        keys: keys(),
        type: fields.has("several") ? "multiplechoice" : "singlechoice",
        ...(days > 0 ? { endsAt: Math.floor(Date.now() / 1000) + days * DAY } : {}),
        revote: fields.has("revote"),
      },
      relays,
    );
    if (made === undefined) return say("failed");
    if (!made.ok) return reasonIn(say, made.reason);
    go({ view: "poll", id: made.id });
    return undefined;
  };
  return (
    <Pane title={say("poll.new")} back={{ view: "speak" }}>
      <p class="lead">{say("poll.lead")}</p>
      <Show when={polls} fallback={<p class="banner">{say("lacks.polls")}</p>}>
        <RingChoice onKeys={setKeys} />
        <Form act={create} label={say("poll.create")}>
          <label>
            {say("poll.question")}
            <textarea name="question" rows="2" required maxlength="2000" dir="auto" />
          </label>
          <label>
            {say("poll.options")}
            <textarea name="options" rows="3" required maxlength="4000" dir="auto" />
            <span class="hint">{say("poll.options.hint")}</span>
          </label>
          <label class="check">
            <input type="checkbox" name="several" />
            {say("poll.several")}
          </label>
          <label class="check">
            <input type="checkbox" name="revote" />
            {say("poll.revote")}
          </label>
          <label>
            {say("poll.days")}
            <input name="days" type="number" min="0" max="365" value="7" />
            <span class="hint">{say("poll.days.hint")}</span>
          </label>
        </Form>
      </Show>
    </Pane>
  );
}
