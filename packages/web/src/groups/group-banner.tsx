/** What goes on in a group besides talking, and what one can do about it. */
import type { GroupView } from "@subrosa/client/session/group-view";
import { For, type JSX, Show } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { useNames } from "../people/names.ts";

export interface GroupBannerProps {
  readonly group: GroupView;
  readonly act: (what: () => Promise<string | undefined>) => void;
}

const GRAVE = ["removed", "rivals", "branch-lost"];
const CALM = ["catching-up", "asked", "working", "guest"];

export function GroupBanner(props: GroupBannerProps): JSX.Element {
  const { say, go } = useApp();
  const { session } = useOpened();
  const nameOf = useNames();
  // Safety: shown only where there are groups.
  const groups = session.groups!;
  const { id } = props.group;
  const forget = async (): Promise<string | undefined> => {
    const ignored = await groups.forget(id);
    if (ignored === undefined) go({ view: "groups" });
    return ignored;
  };
  return (
    <>
      <Show when={props.group.banner}>
        {(banner) => (
          <div class="above">
            <div
              class="banner"
              classList={{ grave: GRAVE.includes(banner().kind), calm: CALM.includes(banner().kind) }}
              role="status"
            >
              <span class="grow">{say(`banner.${banner().kind}`)}</span>
              <Show when={banner().kind === "stale"}>
                <button type="button" onClick={() => props.act(() => groups.insist(id, true))}>
                  {say("banner.insist")}
                </button>
              </Show>
              <Show when={banner().kind === "removed"}>
                <button type="button" onClick={() => props.act(forget)}>
                  {say("group.forget")}
                </button>
              </Show>
              <Show when={banner().kind === "rivals"}>
                <For each={props.group.rivals}>
                  {(rival) => (
                    <button type="button" onClick={() => props.act(() => groups.choose(id, rival))}>
                      {say("banner.choose", { name: rival.slice(0, 8) })}
                    </button>
                  )}
                </For>
              </Show>
              <Show when={banner().kind === "unknown-owner"}>
                <For each={props.group.strangers}>
                  {(person) => (
                    <button type="button" onClick={() => props.act(() => groups.trust(id, person))}>
                      {say("banner.trust", { name: nameOf(person) })}
                    </button>
                  )}
                </For>
              </Show>
            </div>
          </div>
        )}
      </Show>
      <For each={props.group.repeats}>
        {(repeat) => (
          <div class="above">
            <div class="banner">
              <span class="grow">{say("banner.repeat", { names: repeat.add.map(nameOf).join(", ") })}</span>
              <button type="button" onClick={() => props.act(() => groups.repeat(id, repeat.tip, true))}>
                {say("banner.repeat.yes")}
              </button>
              <button type="button" onClick={() => props.act(() => groups.repeat(id, repeat.tip, false))}>
                {say("banner.repeat.no")}
              </button>
            </div>
          </div>
        )}
      </For>
      <Show when={props.group.newRelays.length > 0}>
        <div class="above">
          <div class="banner calm">
            <span class="grow">{say("banner.relays", { relays: props.group.newRelays.join(", ") })}</span>
            <button type="button" onClick={() => props.act(() => groups.useRelays(id, props.group.newRelays))}>
              {say("banner.relays.yes")}
            </button>
          </div>
        </div>
      </Show>
    </>
  );
}
