/**
 * A file that was sent: nothing is fetched before somebody asks for it, and where it would be fetched from stands beside
 * the button, since that server then sees this device's address. Only pictures are drawn; everything else is saved.
 */
import type { FileDescriptor } from "@subrosa/core/group/conversation";
import { createSignal, type JSX, onCleanup, Show } from "solid-js";
import { useApp } from "../frame/app.ts";
import { createAct } from "../frame/form.tsx";
import { Icon } from "../frame/icons.tsx";

const DRAWN = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

export interface PictureProps {
  readonly file: FileDescriptor;
  readonly open: () => Promise<Blob | undefined>;
}

export function Picture(props: PictureProps): JSX.Element {
  const { say } = useApp();
  const { busy, error, run } = createAct();
  const [address, setAddress] = createSignal<string>();
  onCleanup(() => {
    const shown = address();
    if (shown !== undefined) URL.revokeObjectURL(shown);
  });
  const host = (): string => (URL.canParse(props.file.url) ? new URL(props.file.url).host : "?");
  const isDrawn = (): boolean => DRAWN.includes(props.file.type);
  const open = (): Promise<string | undefined> =>
    props.open().then((blob) => {
      if (blob === undefined) return say("picture.failed");
      setAddress(URL.createObjectURL(blob));
      return undefined;
    });
  return (
    <Show
      when={address()}
      fallback={
        <span class="stack tight">
          <button type="button" disabled={busy()} onClick={() => void run(open)}>
            <Icon name="image" />
            {say(isDrawn() ? "picture.open" : "picture.fetch")}
          </button>
          <span class="hint">{say("picture.from", { host: host() })}</span>
          <Show when={error()}>
            <span class="error" role="alert">
              {error()}
            </span>
          </Show>
        </span>
      }
    >
      {(url) => (
        <Show
          when={isDrawn()}
          fallback={
            <a href={url()} download="file.bin">
              {say("picture.save")}
            </a>
          }
        >
          <img src={url()} alt={say("picture.alt")} />
        </Show>
      )}
    </Show>
  );
}
