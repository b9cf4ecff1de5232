/** One thing at a time: a heading that takes the focus, the way back, and room to read. */
import type { JSX } from "solid-js";
import { useApp } from "../frame/app.ts";
import { Icon } from "../frame/icons.tsx";
import { type Place, writePlace } from "../frame/route.ts";

export interface PaneProps {
  readonly title: string;
  readonly back: Place;
  readonly children: JSX.Element;
}

export function Pane(props: PaneProps): JSX.Element {
  const { say } = useApp();
  return (
    <section class="pane">
      <header>
        <a class="button icon" href={writePlace(props.back)} aria-label={say("back")}>
          <Icon name="back" />
        </a>
        <h1 tabindex="-1" data-focus="">
          <bdi>{props.title}</bdi>
        </h1>
      </header>
      <div class="page">
        <div class="stack">{props.children}</div>
      </div>
    </section>
  );
}
