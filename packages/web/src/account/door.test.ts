/** Who is let in when: every event in every state, and that nobody is let in unasked who would have to type something. */
import { describe, expect, test } from "vitest";
import { type Door, type DoorEvent, LOOKING, letIn, type Resident, step } from "./door.ts";

const ada: Resident = { name: "Ada", lock: "device" };
const bert: Resident = { name: "Bert", lock: "passphrase" };
const through = (...events: readonly DoorEvent[]): Door => events.reduce(step, LOOKING);

describe("the door", () => {
  test("nobody here: a newcomer, who is inside when his account is open", () => {
    expect(through({ kind: "found", residents: [] })).toEqual({ kind: "newcomer", residents: [] });
    expect(through({ kind: "found", residents: [] }, { kind: "opened", name: "Ada" })).toEqual({
      kind: "inside",
      name: "Ada",
    });
  });

  test("somebody here: chosen, refused with a sentence, chosen again, inside, and out", () => {
    const found: DoorEvent = { kind: "found", residents: [bert] };
    const chose: DoorEvent = { kind: "chose", name: "Bert" };
    expect(through(found, chose)).toEqual({ kind: "opening", residents: [bert], name: "Bert" });
    const refused = through(found, chose, { kind: "refused", sentence: "wrong" });
    expect(refused).toEqual({ kind: "waiting", residents: [bert], refused: "wrong" });
    expect(step(step(refused, chose), { kind: "opened", name: "Bert" })).toEqual({ kind: "inside", name: "Bert" });
    expect(through(found, chose, { kind: "opened", name: "Bert" }, { kind: "left" })).toEqual(LOOKING);
  });

  test("a newcomer may go back to who is here, and not where nobody is", () => {
    const found: DoorEvent = { kind: "found", residents: [ada] };
    expect(through(found, { kind: "add" }, { kind: "back" })).toEqual({ kind: "waiting", residents: [ada] });
    expect(through({ kind: "found", residents: [] }, { kind: "back" }).kind).toBe("newcomer");
  });

  test("what makes no sense where one is changes nothing", () => {
    const inside = through({ kind: "found", residents: [] }, { kind: "opened", name: "Ada" });
    for (const event of [
      { kind: "found", residents: [bert] },
      { kind: "add" },
      { kind: "back" },
      { kind: "chose", name: "Bert" },
      { kind: "refused", sentence: "late" },
      { kind: "opened", name: "Bert" },
    ] as const) {
      expect(step(inside, event)).toBe(inside);
    }
  });

  test("let in unasked: the only one here, with nothing to type, and not after a refusal", () => {
    expect(letIn(through({ kind: "found", residents: [ada] }))).toBe("Ada");
    expect(letIn(through({ kind: "found", residents: [bert] }))).toBeUndefined();
    expect(letIn(through({ kind: "found", residents: [ada, bert] }))).toBeUndefined();
    const refused: DoorEvent = { kind: "refused", sentence: "broken" };
    expect(
      letIn(through({ kind: "found", residents: [ada] }, { kind: "chose", name: "Ada" }, refused)),
    ).toBeUndefined();
  });
});
