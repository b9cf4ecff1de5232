/**
 * A form that runs one act at a time and says what came of it. `act` answers with a sentence where nothing was done;
 * whatever it throws is said as one sentence too, and what was typed stays.
 */
import { createSignal, type JSX, Show } from "solid-js";
import { useApp } from "./app.ts";

export interface FormProps {
  readonly act: (fields: FormData) => Promise<string | undefined> | string | undefined;
  readonly label: string;
  readonly children?: JSX.Element;
  readonly class?: string;
  /** Beside the button. */
  readonly beside?: JSX.Element;
  readonly disabled?: boolean;
}

export function Form(props: FormProps): JSX.Element {
  const { busy, error, run } = createAct();
  const submit = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    void run(() => props.act(fields));
  };
  return (
    <form class={props.class ?? "stack"} onSubmit={submit} aria-busy={busy()}>
      {props.children}
      <Show when={error()}>
        <p class="error" role="alert">
          {error()}
        </p>
      </Show>
      <div class="row">
        <button type="submit" class="main" disabled={busy() || props.disabled === true}>
          {props.label}
        </button>
        {props.beside}
      </div>
    </form>
  );
}

export interface Act {
  readonly busy: () => boolean;
  readonly error: () => string | undefined;
  readonly run: (act: () => Promise<string | undefined> | string | undefined) => Promise<void>;
}

/** For a button by itself: one act at a time, with what to say where it did not work. */
export function createAct(): Act {
  const { say } = useApp();
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<string>();
  const run = async (act: () => Promise<string | undefined> | string | undefined): Promise<void> => {
    if (busy()) return;
    setBusy(true);
    setError(undefined);
    try {
      setError(await act());
    } catch (cause) {
      setError(say("failed"));
      // Not swallowed: the console of whoever looks into it has the cause.
      queueMicrotask(() => {
        throw cause;
      });
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}

export function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value.trim() : "";
}
