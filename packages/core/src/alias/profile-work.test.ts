import { expect, test } from "vitest";
import { Player, T0 } from "../../test/alias-cast.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { signEvent } from "../nostr/event.ts";
import { difficultyAsked, MAX_DIFFICULTY } from "./profile-work.ts";

const alice = new Player("alice");
const asked = (content: string, kind = 0): number =>
  difficultyAsked(signEvent({ kind, created_at: T0, tags: [], content }, alice.real, new Uint8Array(32), curve));

test("A-10, ALIAS-9: a profile says how much work a request to its owner must show", () => {
  expect(asked('{"name":"Alice","alias_difficulty":20}')).toBe(20);
  expect(asked('{"name":"Alice"}')).toBe(0);
});

test("ALIAS-9: nobody can ask for more than can be mined, and nonsense asks for nothing", () => {
  expect(asked('{"alias_difficulty":200}')).toBe(MAX_DIFFICULTY);
  for (const value of ["-1", "1.5", '"20"', "null", "[20]"]) expect(asked(`{"alias_difficulty":${value}}`)).toBe(0);
  for (const content of ["", "null", "[]", "20", "{", "hello"]) expect(asked(content)).toBe(0);
  expect(asked('{"alias_difficulty":20}', 1)).toBe(0);
});
