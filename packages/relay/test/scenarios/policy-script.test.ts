/** The operator's own policy: asked for every event whose signature holds, and closed whenever it is not sound. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PolicyScript, type ScriptFault } from "../../src/policy/script.ts";
import { event, key, NOW } from "../events.ts";
import { bundle } from "../process.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const dir = mkdtempSync(join(tmpdir(), "subrosa-policy-"));
let program: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
  program = await bundle("src/cli.ts");
});
afterAll(() => {
  program.remove();
  rmSync(dir, { recursive: true });
});

async function load(source: string, timeoutMs = 60_000): Promise<{ script: PolicyScript; faults: ScriptFault[] }> {
  const path = join(dir, `${Math.random()}.mjs`);
  writeFileSync(path, source);
  const faults: ScriptFault[] = [];
  const worker = new URL(`file://${program.path.replace("program.js", "policy/script-worker.js")}`);
  const onFault = (fault: ScriptFault): void => void faults.push(fault);
  return { script: await PolicyScript.open({ path, worker, timeoutMs, onFault }), faults };
}

const CAREFUL = `export default (event, context) => {
  if (event.content.includes("spam")) return { reject: "no spam here" };
  if (event.kind === 7 && !context.keys.includes(event.pubkey)) return { reject: "auth-required: reactions are signed in" };
  if (context.recentFromKey >= 3) return { reject: "rate-limited: three a minute" };
  return { accept: true };
}`;

test("POLICY its answer is the relay's, in the order of the events, with a prefix where it has none", async () => {
  const { script, faults } = await load(CAREFUL);
  await using it = await RelayUnderTest.open({ script });
  const client = await it.client();
  expect(await client.publish(event({ content: "fine" }))).toEqual({ accepted: true, reason: "" });
  expect((await client.publish(event({ content: "spam" }))).reason).toBe("blocked: no spam here");
  expect((await client.publish(event({ kind: 7 }))).reason).toBe("auth-required: reactions are signed in");
  for (const content of ["2", "3"]) expect((await client.publish(event({ content }))).accepted).toBe(true);
  expect((await client.publish(event({ content: "4" }))).reason).toBe("rate-limited: three a minute");
  expect(await client.count({})).toBe(3);
  expect(faults).toEqual([]);
});

test("POLICY it is asked only where the signature holds", async () => {
  const { script } = await load(`export default () => ({ reject: "asked" })`);
  await using it = await RelayUnderTest.open({ script });
  const client = await it.client();
  const bad = { ...event(), sig: `bad0${"0".repeat(124)}` };
  expect((await client.publish(bad)).reason).toMatch(/^invalid: the signature/);
  expect((await client.publish(event())).reason).toBe("blocked: asked");
});

describe("POLICY what is not sound refuses, says so in the log, and does not stop the relay", () => {
  const cases: [string, string, ScriptFault][] = [
    ["one that throws", `throw new Error(event.id);`, "policy/threw"],
    ["one that rejects later", `return Promise.reject(new Error("later"));`, "policy/threw"],
    ["one that answers nothing", ``, "policy/answer"],
    ["one that answers true", `return true;`, "policy/answer"],
    ["one that accepts and rejects", `return { accept: true, reject: "x" };`, "policy/answer"],
    ["one that rejects without a reason", `return { reject: "" };`, "policy/answer"],
    ["one that ends its thread", `process.exit(0);`, "policy/ended"],
  ];
  for (const [title, body, fault] of cases) {
    test(title, async () => {
      const good = `if (event.content === "good") return { accept: true };`;
      const { script, faults } = await load(`export default (event) => { ${good} ${body} }`);
      await using it = await RelayUnderTest.open({ script });
      const client = await it.client();
      expect((await client.publish(event({ content: "bad" }))).reason).toMatch(
        /^error: this relay's own policy failed/,
      );
      expect(faults).toEqual([fault]);
      expect((await client.publish(event({ content: "good" }))).accepted).toBe(true);
    });
  }

  test("one that never ends: its thread is, and another begins", async () => {
    const { script, faults } = await load(
      `export default (event) => { while (event.content === "bad"); return { accept: true }; }`,
      1_500,
    );
    await using it = await RelayUnderTest.open({ script });
    const [client, reader] = [await it.client(), await it.client()];
    client.send("EVENT", event({ content: "bad" }));
    // While it hangs, whoever reads is answered.
    expect((await reader.ask({})).ids).toEqual([]);
    await client.wait(([verb, , accepted]) => verb === "OK" && accepted === false);
    expect(faults[0]).toBe("policy/slow");
    // The new thread may need longer to begin than this one was given; then that is refused as well, never accepted.
    for (let i = 0; !(await client.publish(event({ content: `good ${i}` }))).accepted; i++) expect(i).toBeLessThan(40);
  });
});

test("POLICY what it is told: plain facts of the connection, and nothing that it could change", async () => {
  const { script } = await load(`export default (event, context) => ({ reject: JSON.stringify(context) })`);
  await using it = await RelayUnderTest.open({ script });
  const client = await it.client();
  const { reason } = await client.publish(event({ by: 3 }));
  expect(JSON.parse(reason.replace(/^blocked: /, ""))).toEqual({
    ...{ now: NOW, keys: [], isAnonymousMember: false, address: expect.stringContaining("127.0.0.1") },
    ...{ recentFromKey: 0, recentFromAddress: 0 },
  });
  expect(key(3)).toHaveLength(64);
});

describe("POLICY a script that cannot be used is a sentence when the relay starts", () => {
  for (const [title, source] of [
    ["no function", "export default 7"],
    ["no default", "export const policy = () => ({ accept: true })"],
    ["no JavaScript", "export default function ("],
    ["one that throws when it is loaded", `throw new Error("no")`],
  ] as const) {
    test(title, async () => {
      await expect(load(source)).rejects.toThrow(/the policy script cannot be used \(.+\); its default export is/s);
    });
  }
});
