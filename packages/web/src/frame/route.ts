/**
 * Where in the app one is, in the fragment of the address: it never reaches a server, and what an invitation carries
 * there stays between the two who share it. Pure: text to place, place to text.
 */

export type Place =
  | { readonly view: "people" }
  | { readonly view: "person"; readonly id: string }
  | { readonly view: "add"; readonly text: string }
  | { readonly view: "groups" }
  | { readonly view: "new-group" }
  | { readonly view: "group"; readonly id: string }
  | { readonly view: "group-about"; readonly id: string }
  | { readonly view: "channel"; readonly id: string }
  | { readonly view: "channel-about"; readonly id: string }
  | { readonly view: "join"; readonly text: string }
  | { readonly view: "speak" }
  | { readonly view: "write" }
  | { readonly view: "poll"; readonly id: string }
  | { readonly view: "new-poll" }
  | { readonly view: "settings" }
  | { readonly view: "privacy" };
export type View = Place["view"];

/** The path of each view; the part after it, where it has one. */
const PATHS: readonly (readonly [path: string, view: View, rest: "id" | "text" | undefined])[] = [
  ["people", "people", undefined],
  ["person/", "person", "id"],
  ["add/", "add", "text"],
  ["groups", "groups", undefined],
  ["groups/new", "new-group", undefined],
  ["group/", "group", "id"],
  ["about-group/", "group-about", "id"],
  ["channel/", "channel", "id"],
  ["about-channel/", "channel-about", "id"],
  ["join/", "join", "text"],
  ["speak", "speak", undefined],
  ["speak/write", "write", undefined],
  ["poll/", "poll", "id"],
  ["polls/new", "new-poll", undefined],
  ["settings", "settings", undefined],
  ["privacy", "privacy", undefined],
];

export const HOME: Place = Object.freeze({ view: "people" });
const MAX_LENGTH = 8_192;

/** Anything else than a known place is home. */
export function readPlace(fragment: string): Place {
  const text = fragment.replace(/^#\/?/, "");
  if (text.length > MAX_LENGTH) return HOME;
  for (const [path, view, rest] of PATHS) {
    if (rest === undefined && text === path) return { view } as Place;
    if (rest === undefined || !text.startsWith(path)) continue;
    const value = text.slice(path.length);
    const isFine = rest === "id" ? /^[0-9a-f]{64}$/.test(value) : /^[!-~]+$/.test(value);
    if (isFine) return { view, [rest]: value } as unknown as Place;
  }
  return HOME;
}

export function writePlace(place: Place): string {
  const path = PATHS.find(([, view]) => view === place.view)?.[0] ?? "people";
  return `#/${path}${"id" in place ? place.id : "text" in place ? place.text : ""}`;
}

/** Which of the four places of the frame a view belongs to. */
export function sectionOf({ view }: Place): "people" | "groups" | "speak" | "settings" {
  switch (view) {
    case "people":
    case "person":
    case "add":
      return "people";
    case "groups":
    case "new-group":
    case "group":
    case "group-about":
    case "channel":
    case "channel-about":
    case "join":
      return "groups";
    case "speak":
    case "write":
    case "poll":
    case "new-poll":
      return "speak";
    case "settings":
    case "privacy":
      return "settings";
    default:
      return view satisfies never;
  }
}
