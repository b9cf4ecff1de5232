import { toHex } from "@subrosa/core/bytes";
import { ringSign } from "@subrosa/core/nip97/sign";
import { plain, signEvent } from "@subrosa/core/nostr/event";
import { drawMemberKeys, signAsGroupMember } from "@subrosa/core/proof/sign";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { run } from "../../test/stage.ts";
import { pubkeyOf } from "../names.ts";

const curve = openCurve();
const random = seededRandom("verify");
const members = Array.from({ length: 5 }, () => Secret.from(random(32), curve));
const keys = members.map((member) => toHex(member.pubkey));
const words = { kind: 1, created_at: 1_700_000_000, tags: [], content: "in confidence" };

const proof = plain(signAsGroupMember({ ...words, keys }, drawMemberKeys(members[2]!, random), curve));
const author = Secret.from(random(32), curve);
const opening = new RingShelf(curve).open(keys);
if (!opening.ok) throw new Error(opening.reason);
const signing = {
  template: words,
  pubkey: pubkeyOf(author),
  ring: opening.ring,
  secret: members[1]!,
  fresh: random(32),
};
const ring = plain(signEvent(ringSign({ ...signing, level: "event" }), author, random(32), curve));
const note = plain(signEvent(words, author, random(32), curve));

const lines = (...events: readonly unknown[]): string => events.map((event) => JSON.stringify(event)).join("\n");

test("each claim by its tags: a member's proof, a ring's signature, an author's; all hold, and none says who", async () => {
  const { code, objects, out } = await run(["verify", "--json"], { input: lines(proof, ring, note) });
  expect(code).toBe(0);
  expect(objects).toMatchObject([
    { type: "verdict", line: 1, id: proof.id, claim: "member-proof", ok: true, ring_size: 5 },
    { type: "verdict", line: 2, id: ring.id, claim: "ring-signature", ok: true, ring_size: 5, binding: "event" },
    { type: "verdict", line: 3, id: note.id, claim: "signature", ok: true },
    { type: "summary", total: 3, valid: 3, invalid: 0, reasons: {} },
  ]);
  for (const member of [keys[1]!, keys[2]!]) expect(out).not.toContain(member);
});

test("what does not hold is named with its reason, line by line and in the table, and the exit code says it", async () => {
  const forged = { ...note, content: "in public" };
  const alien = { ...proof, tags: proof.tags.map((tag) => tag.map((part) => (part === keys[0] ? keys[1]! : part))) };
  const input = `${lines(forged, alien, note)}\nnot json\n\n[1,2]\n`;
  const { code, objects } = await run(["verify", "--json"], { input });
  expect(code).toBe(1);
  expect(objects.filter(({ ok }) => ok === false).map(({ line, reason }) => ({ line, reason }))).toEqual([
    { line: 1, reason: "event-id" },
    { line: 2, reason: "event-id" },
    { line: 4, reason: "unreadable" },
    { line: 5, reason: "event-shape" },
  ]);
  expect(objects.at(-2)).toMatchObject({
    ...{ type: "summary", total: 5, valid: 1, invalid: 4 },
    reasons: { "event-id": 2, unreadable: 1, "event-shape": 1 },
  });
  expect(objects.at(-1)).toMatchObject({ type: "error", code: "invalid" });
  const table = await run(["verify", "--summary"], { input });
  expect(table.out).toMatch(/^2 +event-id +.*its id is not/m);
});

test("a claim that was asked for is judged, whatever the tags say: a plain note proves no membership", async () => {
  expect((await run(["verify", "--as", "member-proof", "--json"], { input: lines(note) })).objects[0]).toMatchObject({
    ...{ ok: false, claim: "member-proof", reason: "proof-missing" },
  });
  expect((await run(["verify", "--as", "signature"], { input: lines(proof) })).code).toBe(0);
  expect((await run(["verify", "--as", "everything"], { input: lines(proof) })).code).toBe(2);
  expect((await run(["verify"], { input: "" })).code).toBe(1);
});
