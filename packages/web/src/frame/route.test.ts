/** Places and addresses: each way and back, and nothing that a link could smuggle in. */
import { describe, expect, test } from "vitest";
import { HOME, type Place, readPlace, sectionOf, writePlace } from "./route.ts";

const id = "ab".repeat(32);
const PLACES: readonly Place[] = [
  { view: "people" },
  { view: "person", id },
  { view: "add", text: "nprofile1xyz/Ada%20L" },
  { view: "groups" },
  { view: "new-group" },
  { view: "group", id },
  { view: "group-about", id },
  { view: "channel", id },
  { view: "channel-about", id },
  { view: "join", text: `nostr:nevent1abc?key=${id}` },
  { view: "speak" },
  { view: "write" },
  { view: "poll", id },
  { view: "new-poll" },
  { view: "settings" },
  { view: "privacy" },
];

describe("places", () => {
  test.each(PLACES)("$view is written and read back", (place) => {
    expect(readPlace(writePlace(place))).toEqual(place);
    expect(["people", "groups", "speak", "settings"]).toContain(sectionOf(place));
  });

  test.each([
    "",
    "#",
    "#/nowhere",
    "#/group/",
    `#/group/${id}0`,
    `#/group/${id.toUpperCase()}`,
    "#/group/../../etc",
    "#/add/",
    "#/add/a b",
    "#/join/\u202e",
    `#/add/${"x".repeat(9_000)}`,
    "#/__proto__",
  ])("%s is home", (fragment) => {
    expect(readPlace(fragment)).toEqual(HOME);
  });
});
