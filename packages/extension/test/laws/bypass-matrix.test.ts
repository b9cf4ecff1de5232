/**
 * Method × permission × origin × state of the account: what was not authorised has no result, and touches no key.
 * The oracle is written out as a table here and takes nothing from the sources.
 */
import { expect, test } from "vitest";
import type { Method } from "../../src/method.ts";
import { ALWAYS, type Grant } from "../../src/permission.ts";
import { pageOf, type Sender } from "../../src/sender.ts";
import { person, World } from "../world.ts";

const ann = person("ann");
const bob = person("bob");
const SITE = "https://site.example";

const event = { kind: 1, created_at: 1_700_000_000, tags: [], content: "words" };
const ring = ["group-member-proof", null, ann.pubkey, bob.pubkey, person("cec").pubkey];
const CALLS: readonly (readonly [Method, readonly unknown[]])[] = [
  ["getPublicKey", []],
  ["signEvent", [event]],
  ["nip04.encrypt", [bob.pubkey, "words"]],
  ["nip04.decrypt", [bob.pubkey, "AAAA?iv=AAAA"]],
  ["nip44.encrypt", [bob.pubkey, "words"]],
  ["nip44.decrypt", [bob.pubkey, "AAAA"]],
  ["signEventAsGroupMember", [{ ...event, tags: [ring] }]],
  ["subrosa.anonymousSign", [{ ...event, tags: [["p", bob.pubkey]] }]],
  ["subrosa.deriveAlias", [bob.pubkey, 0]],
  ["subrosa.batchDecrypt", [{ items: [{ pubkey: bob.pubkey, ciphertext: "AAAA" }], purpose: "inbox" }]],
];
const BY_EVERYTHING = new Set<Method>([
  "getPublicKey",
  "signEvent",
  "nip04.encrypt",
  "nip04.decrypt",
  "nip44.encrypt",
  "nip44.decrypt",
]);
const EACH_TIME = new Set<Method>(["signEventAsGroupMember", "subrosa.deriveAlias"]);

const sender = (more: Partial<Sender>): Sender => ({ id: "us", origin: SITE, frameId: 0, tabId: 1, ...more });
/** Who asks, and whether that is the site that was granted something. */
const ASKERS: readonly (readonly [string, Sender, boolean])[] = [
  ["same", sender({}), true],
  ["other", sender({ origin: "https://other.example" }), false],
  ["sub", sender({ origin: "https://sub.site.example" }), false],
  ["iframe", sender({ frameId: 4 }), false],
  ["sandboxed", sender({ origin: "null" }), false],
  ["srcdoc", sender({ frameId: 5 }), false],
  ["data", sender({ origin: "null", frameId: 6 }), false],
  ["file", sender({ origin: "file://" }), false],
  ["http", sender({ origin: "http://site.example" }), false],
];

const grant = (method: Grant["method"], more: Partial<Grant> = {}): Grant => ({
  origin: SITE,
  account: ann.pubkey,
  method,
  verdict: "allow",
  until: ALWAYS,
  ...more,
});
/** What was granted, and whether that covers the method. */
const GRANTS: readonly (readonly [string, (method: Method) => readonly Grant[], (method: Method) => boolean])[] = [
  ["nothing", () => [], () => false],
  ["this method", (m) => [grant(m)], (m) => !EACH_TIME.has(m)],
  ["everything", () => [grant("everything")], (m) => BY_EVERYTHING.has(m)],
  ["expired", (m) => [grant(m, { until: 1 })], () => false],
  ["denied over allowed", (m) => [grant(m), grant(m, { verdict: "deny" })], () => false],
  ["for another account", (m) => [grant(m, { account: bob.pubkey })], () => false],
];

const STATES = ["unlocked", "locked", "revoked", "switched"] as const;

/** Decrypting what nobody encrypted fails: that answer needs a key too, so it counts as one. */
function isResult(answer: { readonly ok: boolean; readonly code?: string } | undefined): boolean {
  return answer?.ok === true || answer?.code === "failed";
}

for (const state of STATES) {
  const cases = CALLS.length * GRANTS.length * ASKERS.length;
  test(`no unauthorised result: account ${state} (${cases} cases)`, async () => {
    const wrong: string[] = [];
    for (const [method, params] of CALLS) {
      for (const [granted, grants, covers] of GRANTS) {
        for (const [who, from, isGranted] of ASKERS) {
          const world = await World.open();
          await world.add(ann);
          await world.add(bob);
          if (state !== "locked") await world.unlock(ann);
          await world.unlock(bob);
          await world.grant(...grants(method));
          if (state === "revoked") await world.grant();
          if (state === "switched") await world.choose(SITE, bob);
          const page = pageOf(from, "us");
          // The worker drops what comes from no page; nothing reaches the broker.
          const id = page && (await world.ask(page, method, params));
          const answer = id === undefined ? undefined : world.answer(id);
          const isOpen = state === "unlocked" || (state === "locked" && method === "getPublicKey");
          const named =
            granted === "for another account" && state === "switched" && isGranted && !EACH_TIME.has(method);
          const expected = (isOpen && isGranted && covers(method)) || named;
          if (isResult(answer) !== expected) wrong.push(`${method}, ${granted}, ${who}: ${JSON.stringify(answer)}`);
          if (!expected && method !== "signEventAsGroupMember" && world.signatures > 0) wrong.push(`${method} signed`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
}
