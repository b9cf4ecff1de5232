/**
 * A flower for each key, the same on every device: pictures of strangers are not fetched, and two keys that begin alike
 * do not look alike. It helps to tell people apart; it proves nothing, and nobody is told that it does.
 */
import { createMemo, type JSX } from "solid-js";
import { type Flower, Petals } from "./icons.tsx";

/** Hues that stay apart from one another on both papers. */
const HUES = [345, 10, 32, 48, 95, 150, 178, 205, 232, 268, 300, 322];

export function flowerOf(key: string): Flower {
  // Keys are uniformly random, but ends are what people grind for: every digit takes part.
  let mixed = 2_166_136_261;
  for (let i = 0; i < key.length; i++) mixed = Math.imul(mixed ^ key.charCodeAt(i), 16_777_619);
  const draw = (below: number): number => {
    mixed = Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519) ^ (mixed >>> 13);
    return (mixed >>> 0) % below;
  };
  const hue = HUES[draw(HUES.length)] ?? 345;
  const second = HUES[draw(HUES.length)] ?? 345;
  return {
    petals: 4 + draw(5),
    turn: draw(90),
    outer: `hsl(${hue} 52% 46%)`,
    inner: `hsl(${hue} 58% 36%)`,
    heart: `hsl(${second} 70% 76%)`,
  };
}

export function Avatar(props: { readonly of: string; readonly tiny?: boolean }): JSX.Element {
  const flower = createMemo(() => flowerOf(props.of));
  return (
    <svg class={`avatar ${props.tiny === true ? "tiny" : ""}`} viewBox="0 0 64 64" aria-hidden="true">
      <Petals flower={flower()} />
    </svg>
  );
}
