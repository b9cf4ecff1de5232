/** The app behind the door: its four places at the side, and in the middle whatever the address names. */
import { createEffect, For, type JSX, lazy, Match, on, Suspense, Switch } from "solid-js";
import { type Opened, OpenedProvider } from "./account/opened.ts";
import { useApp } from "./frame/app.ts";
import { Icon, type IconName, Rose } from "./frame/icons.tsx";
import { type Place, sectionOf, writePlace } from "./frame/route.ts";
import type { Key } from "./frame/words.ts";
import { Groups } from "./groups/groups.tsx";
import { Unread } from "./inside-unread.tsx";
import { People } from "./people/people.tsx";

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
  const { say, place } = useApp();
  const section = (): Section => sectionOf(place());
  // Whoever goes somewhere is there with the focus too: the view's heading, for those who cannot see that it changed.
  createEffect(
    on(place, () => queueMicrotask(() => document.querySelector<HTMLElement>("[data-focus]")?.focus()), {
      defer: true,
    }),
  );
  return (
    <OpenedProvider value={() => props.opened}>
      <div class="frame">
        <Suspense fallback={<main class="main" aria-busy="true" />}>
          <Switch>
            <Match when={section() === "people"}>
              <People />
            </Match>
            <Match when={section() === "groups"}>
              <Groups />
            </Match>
            <Match when={section() === "speak"}>
              <Speak />
            </Match>
            <Match when={section() === "settings"}>
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
                aria-current={section() === one.section ? "page" : undefined}
              >
                <Icon name={one.icon} />
                <span>{say(one.label)}</span>
                <Unread section={one.section} />
              </a>
            )}
          </For>
        </nav>
      </div>
    </OpenedProvider>
  );
}
