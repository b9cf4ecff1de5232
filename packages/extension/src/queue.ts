/**
 * The requests that wait for a person: one pure machine (docs/extension.md, "The queue").
 *
 *     asked ─► waiting ─► shown ─► running ─► answered ─► collected (gone)
 *                 └─────────┴──── refused ──────┘
 *
 * At most ten, one shown at a time, in the order they came. The state is plain data: it is stored after every step and
 * before its effects, so a worker that was stopped goes on where it was. What was running then is refused and not run
 * again, so nothing is signed twice. An entry keeps the account it was asked of, and a switch of accounts refuses it.
 */
import type { Refusal } from "./refusal.ts";

export const MAX_WAITING = 10;

export interface Entry {
  /** Ours, random: what the prompt's address carries. */
  readonly id: string;
  /** The page's, random. */
  readonly callId: string;
  readonly origin: string;
  readonly tab: number;
  readonly account: string;
  /** The call as text, read again when it is taken out. */
  readonly method: string;
  readonly params: string;
  /** Whether a person is asked for consent, or only for the passphrase of an account that is locked. */
  readonly needs: "consent" | "unlock";
  readonly phase: "waiting" | "shown" | "running";
}

export type Answer = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly code: Refusal };

/** An answer that its page has not taken yet. */
export interface Answered {
  readonly callId: string;
  readonly origin: string;
  readonly tab: number;
  readonly answer: Answer;
}

export interface Queue {
  readonly entries: readonly Entry[];
  readonly answered: readonly Answered[];
}
export const EMPTY_QUEUE: Queue = { entries: [], answered: [] };

/** More answers than pages can have asked for. */
const MAX_ANSWERED = 3 * MAX_WAITING;

export type QueueEvent =
  | { readonly kind: "asked"; readonly entry: Omit<Entry, "phase"> }
  /** The person, or a grant that came meanwhile, says yes. */
  | { readonly kind: "allowed"; readonly id: string }
  | { readonly kind: "denied"; readonly id: string }
  | { readonly kind: "finished"; readonly id: string; readonly answer: Answer }
  | { readonly kind: "collected"; readonly callId: string; readonly origin: string; readonly tab: number }
  | { readonly kind: "prompt-closed"; readonly id: string }
  /** This origin speaks for another account from now on. */
  | { readonly kind: "account-switched"; readonly origin: string; readonly account: string | undefined }
  | { readonly kind: "page-gone"; readonly origin: string; readonly tab: number }
  | { readonly kind: "restarted" };

export type QueueEffect =
  | { readonly kind: "show"; readonly id: string }
  | { readonly kind: "hide"; readonly id: string }
  | { readonly kind: "run"; readonly entry: Entry }
  | { readonly kind: "deliver"; readonly answered: Answered };

export type Ignored = "full" | "repeated" | "unknown-id" | "wrong-phase" | "nothing-to-do";

export interface Stepped {
  readonly state: Queue;
  readonly effects: readonly QueueEffect[];
  readonly ignored?: Ignored;
}

export function step(state: Queue, event: QueueEvent): Stepped {
  switch (event.kind) {
    case "asked":
      return asked(state, event.entry);
    case "allowed":
      return moved(state, event.id, ["waiting", "shown"], (entry) => allowed(state, entry));
    case "denied":
      return moved(state, event.id, ["waiting", "shown"], (entry) => settle(state, [entry], refused));
    case "finished":
      return moved(state, event.id, ["running"], (entry) => settle(state, [entry], event.answer));
    case "prompt-closed":
      return moved(state, event.id, ["shown"], (entry) => settle(state, [entry], refused));
    case "collected":
      return collected(state, event);
    case "account-switched": {
      const { origin, account } = event;
      const wrong = state.entries.filter((one) => one.origin === origin && one.account !== account && isOpen(one));
      return wrong.length === 0 ? ignore(state, "nothing-to-do") : settle(state, wrong, refused);
    }
    case "page-gone":
      return pageGone(state, event);
    case "restarted":
      return restarted(state);
    default:
      return event satisfies never;
  }
}

const refused: Answer = { ok: false, code: "refused" };

function ignore(state: Queue, ignored: Ignored): Stepped {
  return { state, effects: [], ignored };
}

function isOpen({ phase }: Entry): boolean {
  return phase !== "running";
}

function asked(state: Queue, entry: Omit<Entry, "phase">): Stepped {
  if (state.entries.length >= MAX_WAITING) return ignore(state, "full");
  const isKnown = (one: { readonly callId: string; readonly origin: string }): boolean =>
    one.callId === entry.callId && one.origin === entry.origin;
  if (state.entries.some((one) => one.id === entry.id || isKnown(one)) || state.answered.some(isKnown)) {
    return ignore(state, "repeated");
  }
  return next({ ...state, entries: [...state.entries, { ...entry, phase: "waiting" }] });
}

function moved(state: Queue, id: string, from: readonly Entry["phase"][], move: (entry: Entry) => Stepped): Stepped {
  const entry = state.entries.find((one) => one.id === id);
  if (entry === undefined) return ignore(state, "unknown-id");
  return from.includes(entry.phase) ? move(entry) : ignore(state, "wrong-phase");
}

function allowed(state: Queue, entry: Entry): Stepped {
  const running: Entry = { ...entry, phase: "running" };
  const entries = state.entries.map((one) => (one.id === entry.id ? running : one));
  return next({ ...state, entries }, [...hidden(entry), { kind: "run", entry: running }]);
}

/** These get this answer and leave. */
function settle(state: Queue, leaving: readonly Entry[], answer: Answer): Stepped {
  const ids = new Set(leaving.map(({ id }) => id));
  const answers = leaving.map(({ callId, origin, tab }): Answered => ({ callId, origin, tab, answer }));
  const effects: QueueEffect[] = leaving.flatMap(hidden);
  effects.push(...answers.map((answered): QueueEffect => ({ kind: "deliver", answered })));
  const entries = state.entries.filter(({ id }) => !ids.has(id));
  return next({ entries, answered: [...state.answered, ...answers].slice(-MAX_ANSWERED) }, effects);
}

function hidden({ id, phase }: Entry): readonly QueueEffect[] {
  return phase === "shown" ? [{ kind: "hide", id }] : [];
}

/** Shows the first that waits, where none is shown. */
function next(state: Queue, effects: readonly QueueEffect[] = []): Stepped {
  if (state.entries.some(({ phase }) => phase === "shown")) return { state, effects };
  const first = state.entries.find(({ phase }) => phase === "waiting");
  if (first === undefined) return { state, effects };
  const entries = state.entries.map((one): Entry => (one.id === first.id ? { ...one, phase: "shown" } : one));
  return { state: { ...state, entries }, effects: [...effects, { kind: "show", id: first.id }] };
}

function collected(state: Queue, { callId, origin, tab }: Omit<Answered, "answer">): Stepped {
  const answered = state.answered.filter((one) => one.callId !== callId || one.origin !== origin || one.tab !== tab);
  return answered.length === state.answered.length
    ? ignore(state, "unknown-id")
    : { state: { ...state, answered }, effects: [] };
}

/** What nobody is there to be answered for is not run; what runs already ends unheard. */
function pageGone(state: Queue, { origin, tab }: { readonly origin: string; readonly tab: number }): Stepped {
  const isTheirs = (one: { readonly origin: string; readonly tab: number }) => one.origin === origin && one.tab === tab;
  const leaving = state.entries.filter((one) => isTheirs(one) && isOpen(one));
  const answered = state.answered.filter((one) => !isTheirs(one));
  if (leaving.length === 0 && answered.length === state.answered.length) return ignore(state, "nothing-to-do");
  const entries = state.entries.filter((one) => !leaving.includes(one));
  return next({ entries, answered }, leaving.flatMap(hidden));
}

function restarted(state: Queue): Stepped {
  const interrupted = state.entries.filter(({ phase }) => phase === "running");
  return settle(state, interrupted, refused);
}
