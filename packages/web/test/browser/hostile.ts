/** Strings that somebody might send who means harm: markup, scripts, addresses, directions, sizes; seeded. */

const SEEDS = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(2)</script>",
  '"><svg/onload=alert(3)>',
  "javascript:alert(4)",
  "</textarea><script>alert(5)</script>",
  "<iframe src=https://evil.example/frame></iframe>",
  "https://evil.example/picture.png",
  "http://evil.example/<script>alert(6)</script>",
  '<link rel=stylesheet href="https://evil.example/a.css">',
  "<style>@import url(https://evil.example/b.css)</style>",
  '<a href="javascript:alert(7)">click</a>',
  "{{constructor.constructor('alert(8)')()}}",
  "$" + "{alert(9)}",
  "<math><mtext></mtext><mglyph><svg><mtext><textarea><path id=</textarea><img onerror=alert(10) src=1>",
  "data:text/html,<script>alert(11)</script>",
  "<base href=https://evil.example/>",
  '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
  "<details open ontoggle=alert(12)>",
  "\u202egnp.exe\u202d",
  "\u2066\u2066\u2066\u2066",
  "a\u0300\u0301\u0302\u0303\u0304\u0305".repeat(40),
  "𓀀".repeat(300),
  "constructor",
  "__proto__",
  "%00%0d%0aSet-Cookie:x=1",
  "<!--><img src=x onerror=alert(13)>-->",
  "nostr:npub1<script>",
  "![x](https://evil.example/c.png)",
];

const WRAPS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `a ${text} b`,
  (text) => `"${text}'`,
  (text) => text.toUpperCase(),
  (text) => `\n\n${text}\n`,
  (text) => `<b>${text}`,
  (text) => text.replaceAll("<", "<<"),
  (text) => `${text}${text}`,
  (text) => `&lt;${text}&#60;`,
  (text) => `\u200f${text}\u200e`,
];

/** Each of them tells its number, so that a failure names it. */
export function hostileStrings(count: number, seed = 7): readonly string[] {
  let state = seed;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  return Array.from({ length: count }, (_, i) => {
    const seedText = SEEDS[i % SEEDS.length]!;
    const wrap = WRAPS[draw(WRAPS.length)]!;
    const more = draw(3) === 0 ? SEEDS[draw(SEEDS.length)]! : "";
    return `${i} ${wrap(seedText)}${more}`;
  });
}
