/** CHANNEL-12: nothing is joined, and no relay dialled, before the invited person has said so. */
import type { ChannelInvitation } from "@subrosa/client/session/channel-view";
import { type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { createAct } from "../frame/form.tsx";
import { reasonIn } from "../frame/reasons.ts";
import { useNames } from "../people/names.ts";
import { excerpt } from "../talk/line.ts";

export function Invitation(props: { readonly invitation: ChannelInvitation }): JSX.Element {
  const { say, go } = useApp();
  const { session } = useOpened();
  const nameOf = useNames();
  const { busy, error, run } = createAct();
  const join = (): void => {
    const { id, channel } = props.invitation;
    void run(async () => {
      const ignored = await session.channels?.join(channel, id);
      if (ignored !== undefined) return reasonIn(say, ignored);
      go({ view: "channel", id: channel });
      return undefined;
    });
  };
  const refuse = (): void => {
    void run(async () => {
      const ignored = await session.channels?.leave(props.invitation.channel);
      return ignored && reasonIn(say, ignored);
    });
  };
  return (
    <section class="above">
      <div class="card stack tight">
        <p>{say("channel.invited", { name: nameOf(props.invitation.from) })}</p>
        <Show when={props.invitation.words}>
          <p class="quiet words" dir="auto">
            {excerpt(props.invitation.words, 300)}
          </p>
        </Show>
        <p class="hint">{say("channel.invited.relays", { relays: props.invitation.relays.slice(0, 5).join(", ") })}</p>
        <Show when={error()}>
          <p class="error" role="alert">
            {error()}
          </p>
        </Show>
        <div class="row">
          <button type="button" class="main" disabled={busy()} onClick={join}>
            {say("channel.join")}
          </button>
          <button type="button" disabled={busy()} onClick={refuse}>
            {say("person.ignore")}
          </button>
        </div>
      </div>
    </section>
  );
}
