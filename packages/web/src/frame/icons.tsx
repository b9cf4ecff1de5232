/** The few signs that the page draws: one line each, and the rose. All are decoration; the words beside them say it. */
import { For, type JSX } from "solid-js";

const PATHS = {
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c.6-3.6 3-5.5 6.5-5.5s5.900 1.900 6.500 5.500M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.800c2 .7 3.200 2.300 3.600 5.200",
  groups:
    "M12 13a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.500 20c.8-3 3.500-4.600 7.500-4.600s6.700 1.600 7.500 4.600M3 12.500a3 3 0 0 1 1.700-5.200M21 12.500a3 3 0 0 0-1.700-5.200",
  speak: "M4 5.500h16v10.500h-8.500L7 20v-4H4zM8 9.300h8M8 12.300h5",
  settings: "M4 7h9M17 7h3M4 12h3M11 12h9M4 17h7M15 17h5M13 5v4M7 10v4M11 15v4",
  plus: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-7-6 15-3-6z",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  check: "M5 12.500l4.500 4.500L19 7.500",
  cross: "M7 7l10 10M17 7L7 17",
  wait: "M12 7v5l3 2M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17",
  alert: "M12 4l9 16H3zM12 10v4.500M12 17.200v.1",
  link: "M10 14a4 4 0 0 0 5.600 0l3-3a4 4 0 0 0-5.600-5.600l-1 1M14 10a4 4 0 0 0-5.600 0l-3 3a4 4 0 0 0 5.600 5.600l1-1",
  reply: "M10 7l-6 5 6 5M4 12h9c4 0 6.500 2 7 6",
  smile:
    "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M8.500 14c1.800 2.300 5.200 2.300 7 0M9 9.500v.1M15 9.500v.1",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.500 9.200v.1",
  info: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M12 11v5.500M12 7.700v.1",
  search: "M11 4.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M16 16l4.500 4.500",
  eye: "M2.500 12C5 7.500 8.300 5.500 12 5.500s7 2 9.500 6.500c-2.500 4.500-5.800 6.500-9.500 6.500S5 16.500 2.500 12M12 9.300a2.700 2.700 0 1 0 0 5.400 2.700 2.700 0 0 0 0-5.400",
  poll: "M5 20V11M12 20V4M19 20v-6",
} as const;
export type IconName = keyof typeof PATHS;

export function Icon(props: { readonly name: IconName }): JSX.Element {
  return (
    <svg
      class={`icon ${props.name === "send" || props.name === "reply" ? "turns" : ""}`}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <path d={PATHS[props.name]} />
    </svg>
  );
}

/** Petals around a centre, each ring turned against the next. */
export interface Flower {
  readonly petals: number;
  readonly turn: number;
  readonly outer: string;
  readonly inner: string;
  readonly heart: string;
}

const RINGS = [
  { distance: 15, radius: 14.5, part: "outer" },
  { distance: 9, radius: 10.5, part: "inner" },
] as const;

export const THE_ROSE: Flower = {
  petals: 5,
  turn: 18,
  outer: "#b3174b",
  inner: "#96123c",
  heart: "#e98ba6",
};

/** From the outside in; a petal's edge is the paper's colour, so that neighbours stay apart. */
export function Petals(props: { readonly flower: Flower }): JSX.Element {
  const places = () =>
    RINGS.flatMap(({ distance, radius, part }, ring) =>
      Array.from({ length: props.flower.petals }, (_, i) => {
        const angle = ((i + ring / 2) / props.flower.petals + props.flower.turn / 360) * 2 * Math.PI;
        return {
          cx: (32 + distance * Math.cos(angle)).toFixed(2),
          cy: (32 + distance * Math.sin(angle)).toFixed(2),
          radius,
          fill: props.flower[part],
        };
      }),
    );
  return (
    <>
      <For each={places()}>
        {({ cx, cy, radius, fill }) => (
          <circle cx={cx} cy={cy} r={radius} fill={fill} stroke="#ffffff" stroke-opacity="0.55" stroke-width="1" />
        )}
      </For>
      <Heart flower={props.flower} />
    </>
  );
}

/** The folded middle: a round bud with a line that winds into it. */
function Heart(props: { readonly flower: Flower }): JSX.Element {
  return (
    <>
      <circle
        cx="32"
        cy="32"
        r="8.500"
        fill={props.flower.heart}
        stroke="#ffffff"
        stroke-opacity="0.55"
        stroke-width="1"
      />
      <path
        d="M25.500 33.500a6.600 6.600 0 1 1 12.300 1.600a4.400 4.400 0 1 1-7.600-4.300a2.500 2.500 0 1 1 4.200 2.600"
        fill="none"
        stroke={props.flower.inner}
        stroke-width="1.400"
        stroke-linecap="round"
      />
    </>
  );
}

export function Rose(): JSX.Element {
  return (
    <svg viewBox="0 0 64 64" aria-hidden="true">
      <Petals flower={THE_ROSE} />
    </svg>
  );
}
