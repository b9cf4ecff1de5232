/** Random plays with real keys, wraps and relays, end to end, in both forms: everybody ends with the model's answer. */

import type { PubkeyHex } from "@subrosa/core/bytes";
import { keysOf, mayWrite } from "@subrosa/core/channel/channel";
import type { Create } from "@subrosa/core/channel/fact";
import { SeededRandom } from "@subrosa/testkit/simulator-random";
import { expect, test } from "vitest";
import { answersOf } from "../laws/channel-facts.ts";
import { type Person, staged } from "./channel-stage.ts";

const plays = process.env["SUBROSA_LONG"] === undefined ? 200 : 3_000;
const ACTS = 9;

/** One honest act, as the person's own state allows it. */
function act(
  person: Person,
  others: readonly Person[],
  chance: SeededRandom,
  granted: Map<PubkeyHex, Set<Person>>,
): void {
  const { state, now } = person;
  if (state.kind === "delegate" && chance.chance(0.6)) person.accept();
  else if (state.kind === "owner" && chance.chance(0.75)) {
    const remaining = others.filter(() => chance.chance(0.8));
    const writable = mayWrite(state, now);
    const choice = chance.below(3);
    if (choice === 0 && writable) person.rename(`name ${now}`);
    else if (choice === 1 && writable) person.offer(chance.pick(others));
    else {
      person.move(remaining);
      granted.set(person.key, new Set([person, ...remaining]));
    }
  } else if (mayWrite(state, now)) person.say(`${person.name} at ${now}`);
}

for (const form of ["signed", "sealed"] as const) {
  test(`CHANNEL-2, CHANNEL-3, CHANNEL-11: ${plays / 2} plays in the ${form} form`, { timeout: 0 }, () => {
    const reached = { moves: 0, owners: 0, removed: 0 };
    for (let seed = 1; seed <= plays / 2; seed++) {
      const chance = new SeededRandom(seed);
      const { stage, owner, members } = staged(`play/${form}/${seed}`, ["ada", "bob"], { form });
      const people = [owner, ...members];
      const granted = new Map([[owner.key, new Set(people)]]);
      for (let i = 0; i < ACTS; i++) {
        const lead = people.find(({ state }) => state.kind === "delegate") ?? chance.pick(people);
        const person = chance.chance(0.5) ? lead : (people.find(({ state }) => state.kind === "owner") ?? lead);
        act(
          person,
          people.filter((other) => other !== person),
          chance,
          granted,
        );
        stage.now += 1 + chance.below(30);
        // Some read at once, some late: acts cross.
        stage.settle(people.filter(() => chance.chance(0.7)));
      }
      stage.settle();
      check(people, granted, stage.now, `play ${form} ${seed}`);
      if (people.some((person) => person.joined.path.places.length > 1)) reached.moves++;
      if (people.some((person) => person.joined.path.here.view.owner !== owner.pubkey)) reached.owners++;
      if (people.some(({ state }) => state.kind === "removed")) reached.removed++;
    }
    for (const count of Object.values(reached)) expect(count).toBeGreaterThan(plays / 20);
  });
}

function check(people: readonly Person[], granted: Map<PubkeyHex, Set<Person>>, now: number, where: string): void {
  const words = new Map<string, string>();
  for (const person of people) {
    const { thread, path } = person.joined;
    const creates = new Map<Create["id"], Create>();
    for (const { id, control } of thread.rooms.values()) {
      const fact = control.get(id);
      if (fact?.type === "create") creates.set(id, fact);
    }
    for (const { room, view } of path.places) {
      if (view.create === undefined) continue;
      const { ours, model } = answersOf(view, [...room.control.values()], creates, now);
      expect(ours, where).toEqual(model);
      const said = JSON.stringify([...room.spoken.keys()].toSorted());
      expect(words.get(room.id) ?? said, where).toBe(said);
      words.set(room.id, said);
    }
    for (const key of keysOf(person.state).keys()) expect(granted.get(key)?.has(person), where).toBe(true);
    if (mayWrite(person.state, now)) expect(path.here.view.stopped, where).toBe(false);
  }
}
