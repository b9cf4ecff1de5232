/**
 * The operator's own policy: a module with a default function `(event, context) → { accept: true } | { reject: reason }`,
 * asked once the signature holds. It runs in a thread of its own, so that the worst script cannot stop the relay, and it
 * fails closed: whatever is not an answer, throws, or takes too long is a refusal and a line in the log.
 */
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { UsageError } from "@subrosa/core/errors";
import type { SignedEvent } from "@subrosa/core/nostr/event";

/** What the script is told beside the event; plain data, since it goes to another thread. */
export interface ScriptContext {
  /** Seconds since 1970. */
  readonly now: number;
  /** Keys that authenticated on the connection. */
  readonly keys: readonly string[];
  /** PROOF-14: a member was admitted without a name. */
  readonly isAnonymousMember: boolean;
  readonly address: string;
  /** Events accepted within the last minute from this key, and from this address. */
  readonly recentFromKey: number;
  readonly recentFromAddress: number;
}

export interface Question {
  readonly event: SignedEvent;
  readonly context: ScriptContext;
}

/** What the thread says about one event. */
export type ScriptAnswer =
  | { readonly kind: "accept" }
  | { readonly kind: "reject"; readonly reason: string }
  | { readonly kind: "fault"; readonly fault: ScriptFault };

export type ScriptFault = "policy/threw" | "policy/answer" | "policy/slow" | "policy/ended";

export interface ScriptOptions {
  readonly path: string;
  /** The built policy/script-worker.js. */
  readonly worker: URL;
  /** For one batch of events; then the thread is ended and begun anew. */
  readonly timeoutMs: number;
  readonly onFault: (fault: ScriptFault) => void;
}

const REFUSED = "error: this relay's own policy failed; try again later";

interface Asked {
  readonly id: number;
  readonly resolve: (answers: readonly ScriptAnswer[] | ScriptFault) => void;
}

export class PolicyScript implements Disposable {
  readonly #options: ScriptOptions;
  /** Undefined after its end, until the next question begins another. */
  #worker: Worker | undefined;
  #asked: Asked | undefined;
  #next = 0;
  #order: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(options: ScriptOptions, worker: Worker) {
    this.#options = options;
    this.#listen(worker);
  }

  /** Throws UsageError where the script cannot be loaded. */
  static async open(options: ScriptOptions): Promise<PolicyScript> {
    const worker = begin(options);
    const why = await new Promise<string | undefined>((resolve) => {
      worker.once("message", resolve);
      worker.once("error", (error) => resolve(error instanceof Error ? error.message : "unknown"));
    });
    if (why === READY) return new PolicyScript(options, worker);
    await worker.terminate();
    throw new UsageError(
      "usage/state",
      `the policy script cannot be used (${why}); its default export is a function of event and context`,
    );
  }

  /** For each event the reason to refuse it, or undefined. */
  decide(questions: readonly Question[]): Promise<readonly (string | undefined)[]> {
    const decided = this.#order.then(() => this.#decide(questions));
    this.#order = decided;
    return decided;
  }

  async #decide(questions: readonly Question[]): Promise<readonly (string | undefined)[]> {
    const answers = await this.#ask(questions);
    if (typeof answers === "string") {
      this.#options.onFault(answers);
      return questions.map(() => REFUSED);
    }
    return questions.map((_, i) => {
      const answer = answers[i] ?? { kind: "fault", fault: "policy/answer" };
      if (answer.kind === "accept") return undefined;
      if (answer.kind === "reject") return answer.reason;
      this.#options.onFault(answer.fault);
      return REFUSED;
    });
  }

  #ask(questions: readonly Question[]): Promise<readonly ScriptAnswer[] | ScriptFault> {
    if (this.#closed) return Promise.resolve("policy/ended");
    const id = this.#next++;
    return new Promise((resolve) => {
      if (this.#worker === undefined) this.#listen(begin(this.#options));
      const timer = setTimeout(() => this.#end("policy/slow"), this.#options.timeoutMs);
      this.#asked = {
        id,
        resolve: (answers) => {
          clearTimeout(timer);
          this.#asked = undefined;
          resolve(answers);
        },
      };
      this.#worker?.postMessage({ id, questions });
    });
  }

  #listen(worker: Worker): void {
    this.#worker = worker;
    const ended = (): void => {
      if (worker === this.#worker) this.#end("policy/ended");
    };
    worker.on("error", ended);
    worker.on("exit", ended);
    worker.on("message", (message: unknown) => {
      if (worker !== this.#worker || typeof message !== "object" || message === null) return;
      const { id, answers } = message as { readonly id: number; readonly answers: readonly ScriptAnswer[] };
      if (id === this.#asked?.id) this.#asked.resolve(answers);
    });
  }

  #end(fault: ScriptFault): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#asked?.resolve(fault);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#end("policy/ended");
  }
}

export const READY = "ready";

function begin({ path, worker }: ScriptOptions): Worker {
  return new Worker(worker, { workerData: pathToFileURL(path).href, env: {}, stdout: false, stderr: false });
}
