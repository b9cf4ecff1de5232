/** The thread of the operator's policy (script.ts): loads the module, then answers one batch of events after another. */
import { parentPort, workerData } from "node:worker_threads";
import { type Question, READY, type ScriptAnswer, type ScriptContext } from "./script.ts";

type Decide = (event: Question["event"], context: ScriptContext) => unknown;

const PREFIX = /^(?:auth-required|blocked|duplicate|error|invalid|mute|pow|rate-limited|restricted): /;
const MAX_REASON = 300;

async function answer(decide: Decide, { event, context }: Question): Promise<ScriptAnswer> {
  try {
    return read(await decide(event, context));
  } catch {
    // Somebody else's code: whatever it throws means the same.
    return { kind: "fault", fault: "policy/threw" };
  }
}

function read(value: unknown): ScriptAnswer {
  if (typeof value === "object" && value !== null) {
    const { accept, reject } = value as { readonly accept?: unknown; readonly reject?: unknown };
    if (accept === true && reject === undefined) return { kind: "accept" };
    if (typeof reject === "string" && reject !== "" && accept === undefined) {
      // Through UTF-8 and back, so that no half of a pair is left.
      const reason = Buffer.from(reject.slice(0, MAX_REASON)).toString();
      return { kind: "reject", reason: PREFIX.test(reason) ? reason : `blocked: ${reason}` };
    }
  }
  return { kind: "fault", fault: "policy/answer" };
}

if (parentPort !== null && typeof workerData === "string") {
  const port = parentPort;
  const { default: decide } = (await import(workerData)) as { readonly default?: unknown };
  if (typeof decide !== "function") throw new Error("it has no default function");
  port.on("message", async ({ id, questions }: { readonly id: number; readonly questions: readonly Question[] }) => {
    const answers: ScriptAnswer[] = [];
    for (const question of questions) answers.push(await answer(decide as Decide, question));
    port.postMessage({ id, answers });
  });
  port.postMessage(READY);
}
