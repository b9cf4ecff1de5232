import { writeFileSync } from "node:fs";
import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect, test } from "vitest";
import { type EventId, fromHex, type PubkeyHex } from "../../src/bytes.ts";
import { VerifiedEvent } from "../../src/nostr/event.ts";
import { Secret } from "../../src/secret.ts";
import { curve } from "../models/group-crowd.ts";
import { endState, type PassiveFile, passiveFile } from "../models/group-passive.ts";

if (process.env["SUBROSA_WRITE_VECTORS"] !== undefined) {
  const target = new URL("../../../../vectors/group-passive.json", import.meta.url);
  writeFileSync(target, `${JSON.stringify(passiveFile(), null, 1)}\n`);
}
const { scripts, events } = readVectors<PassiveFile>("group-passive.json");
const verified = new Map<string, VerifiedEvent>();
for (const [id, event] of Object.entries(events)) {
  const verdict = VerifiedEvent.check(event, curve);
  if (verdict.ok) verified.set(id, verdict.event);
}

test("there are at least 30 scripts for passive clients, and every event in them is valid", () => {
  expect(scripts.length).toBeGreaterThanOrEqual(30);
  expect(verified.size).toBe(Object.keys(events).length);
});

vectorTests("GROUP-14, group-passive", scripts, (script) => {
  const real = Secret.from(fromHex(script.secret)!, curve);
  expect(script.orders.length).toBeGreaterThanOrEqual(4);
  for (const order of script.orders) {
    const inOrder = order.map((id) => verified.get(id)!);
    const [invitedBy, reinvitedBy] = [script.invitedBy, script.reinvitedBy ?? []] as [PubkeyHex[], PubkeyHex[]];
    const end = endState(inOrder, script.create as EventId, real, { invitedBy, reinvitedBy }, script.now);
    expect(end).toEqual(script.end);
  }
});
