/** Who asks to be let in, with his words: approved or ignored. An ignored person is not told. */
import type { GroupView } from "@subrosa/client/session/group-view";
import { For, type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Avatar } from "../frame/avatar.tsx";
import { useNames } from "../people/names.ts";
import { Words } from "../talk/words.tsx";

export interface RequestsProps {
  readonly group: GroupView;
  readonly act: (what: () => Promise<string | undefined>) => void;
}

export function Requests(props: RequestsProps): JSX.Element {
  const { say } = useApp();
  const { session } = useOpened();
  const nameOf = useNames();
  // Safety: shown only where there are groups.
  const groups = session.groups!;
  const isOwner = (): boolean => props.group.phase === "owner";
  const open = () => {
    const mayAnswer = isOwner() || props.group.phase === "admin";
    return mayAnswer ? props.group.requests.filter(({ isSeen }) => !isSeen) : [];
  };
  return (
    <Show when={open().length > 0}>
      <ul class="above stack tight" aria-label={say("requests.title")}>
        <For each={open()}>
          {(request) => (
            <li class="card stack tight">
              <div class="row">
                <Avatar of={request.person} tiny />
                <strong class="grow">{say("requests.asks", { name: nameOf(request.person) })}</strong>
              </div>
              <Words text={request.words} />
              <div class="row">
                <Show
                  when={isOwner()}
                  fallback={
                    <button
                      type="button"
                      onClick={() =>
                        props.act(() => groups.moderate(props.group.id, { act: "seen", target: request.person }))
                      }
                    >
                      {say("requests.seen")}
                    </button>
                  }
                >
                  <button
                    type="button"
                    class="main"
                    onClick={() => props.act(() => groups.approve(props.group.id, request.person))}
                  >
                    {say("requests.approve")}
                  </button>
                </Show>
                <button type="button" onClick={() => props.act(() => groups.ignore(props.group.id, request.id))}>
                  {say("person.ignore")}
                </button>
              </div>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
