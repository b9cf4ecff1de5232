/** The app behind the door: its four places at the side, and in the middle whatever the address names. */
import { createEffect, For, type JSX, lazy, Match, on, Show, Suspense, Switch } from "solid-js";
import { type Opened, OpenedProvider } from "./account/opened.ts";
import { useApp } from "./frame/app.ts";
import { Icon, type IconName, Rose } from "./frame/icons.tsx";
import { type Place, sectionOf, writePlace } from "./frame/route.ts";
import type { Key } from "./frame/words.ts";
import { Groups } from "./groups/groups.tsx";
import { Notices } from "./notices.tsx";
import { People } from "./people/people.tsx";
import { useWaiting, type Waiting } from "./people/waiting.ts";

const Speak = lazy(async () => ({ default: (await import("./speak/speak.tsx")).Speak }));
const Settings = lazy(async () => ({ default: (await import("./settings/settings.tsx")).Settings }));

type Section = ReturnType<typeof sectionOf>;
const SECTIONS: readonly {
  readonly place: Place;
  readonly section: Section;
  readonly icon: IconName;
  readonly label: Key;
}[] = [
  { place: { view: "people" }, section: "people", icon: "people", label: "nav.people" },
  { place: { view: "groups" }, section: "groups", icon: "groups", label: "nav.groups" },
  { place: { view: "speak" }, section: "speak", icon: "speak", label: "nav.speak" },
  { place: { view: "settings" }, section: "settings", icon: "settings", label: "nav.settings" },
];

export function Inside(props: { readonly opened: Opened; readonly onLeave: () => void }): JSX.Element {
  const { place } = useApp();
  const section = (): Section => sectionOf(place());
  // Whoever goes somewhere is there with the focus too: the view's heading, for those who cannot see that it changed.
  createEffect(
    on(place, () => queueMicrotask(() => document.querySelector<HTMLElement>("[data-focus]")?.focus()), {
      defer: true,
    }),
  );
  return (
    <OpenedProvider value={() => props.opened}>
      <Places section={section()} onLeave={props.onLeave} />
    </OpenedProvider>
  );
}

function Places(props: { readonly section: Section; readonly onLeave: () => void }): JSX.Element {
  const { say } = useApp();
  const waiting = useWaiting();
  return (
    <div class="frame">
      <Notices waiting={waiting} />
      <Suspense fallback={<main class="main" aria-busy="true" />}>
        <Switch>
          <Match when={props.section === "people"}>
            <People />
          </Match>
          <Match when={props.section === "groups"}>
            <Groups />
          </Match>
          <Match when={props.section === "speak"}>
            <Speak />
          </Match>
          <Match when={props.section === "settings"}>
            <Settings onLeave={props.onLeave} />
          </Match>
        </Switch>
      </Suspense>
      <nav class="side" aria-label={say("nav.places")}>
        <div class="brand">
          <Rose />
          <span>Subrosa</span>
        </div>
        <For each={SECTIONS}>
          {(one) => (
            <a
              href={writePlace(one.place)}
              class={one.section === "settings" ? "me" : ""}
              aria-current={props.section === one.section ? "page" : undefined}
            >
              <Icon name={one.icon} />
              <span>{say(one.label)}</span>
              <Count waiting={waiting} section={one.section} />
            </a>
          )}
        </For>
      </nav>
    </div>
  );
}

function Count(props: { readonly waiting: Waiting; readonly section: Section }): JSX.Element {
  const { say } = useApp();
  const n = (): number => {
    if (props.section === "people") return props.waiting.people();
    return props.section === "groups" ? props.waiting.talks() : 0;
  };
  return (
    <Show when={n() > 0}>
      <span class="count">
        {n()} <span class="unseen">{say("unread", { n: n() })}</span>
      </span>
    </Show>
  );
}
