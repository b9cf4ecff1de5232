/** A dialog of the browser's own: it holds the focus, closes with Escape, and gives the focus back to where it was. */
import { type JSX, onMount } from "solid-js";
import { useApp } from "./app.ts";
import { Icon } from "./icons.tsx";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: JSX.Element;
}

export function Dialog(props: DialogProps): JSX.Element {
  const { say } = useApp();
  const { activeElement } = document;
  const close = (): void => {
    props.onClose();
    if (activeElement instanceof HTMLElement && activeElement.isConnected) activeElement.focus();
  };
  let dialog: HTMLDialogElement | undefined;
  onMount(() => dialog?.showModal());
  return (
    <dialog ref={(element) => (dialog = element)} aria-label={props.title} on:close={close}>
      <div class="stack">
        <div class="row spread">
          <h2 class="grow">{props.title}</h2>
          <button type="button" class="icon" aria-label={say("close")} onClick={() => dialog?.close()}>
            <Icon name="close" />
          </button>
        </div>
        {props.children}
      </div>
    </dialog>
  );
}
