/** The account's key: how it lies here, a copy to keep elsewhere, and the passphrase that this browser then asks for. */
import { systemRandom } from "@subrosa/client/ports";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { createResource, createSignal, type JSX, Show } from "solid-js";
import { hasDeviceKey } from "../account/device.ts";
import { setPassphrase } from "../account/enter.ts";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Copy } from "../frame/copy.tsx";
import { Form, textOf } from "../frame/form.tsx";

const LEAST = 8;

export function KeySettings(): JSX.Element {
  const { say, announce } = useApp();
  const opened = useOpened();
  const { account, notes, me, identity } = opened;
  const [isOnDevice, { refetch }] = createResource(() => hasDeviceKey(account.name));
  const [exported, setExported] = createSignal<string>();
  const change = async (fields: FormData): Promise<string | undefined> => {
    const fresh = textOf(fields, "fresh");
    if (fresh.length < LEAST) return say("key.short");
    if (fresh !== textOf(fields, "again")) return say("key.differs");
    if (!(await setPassphrase(opened, textOf(fields, "old"), fresh))) return say("why.store-passphrase");
    await refetch();
    announce(say("key.changed"));
    return undefined;
  };
  const copyOut = async (fields: FormData): Promise<string | undefined> => {
    const password = textOf(fields, "password");
    if (password.length < LEAST) return say("key.short");
    // The words "one moment" are drawn before the work begins, which takes a second.
    await new Promise((drawn) => setTimeout(drawn, 30));
    setExported(account.exportKey(password, systemRandom));
    await notes.set("key-copied", "yes");
    return undefined;
  };
  return (
    <section class="card stack">
      <h2>{say("key.title")}</h2>
      <p>
        {say(identity.kind === "signer" ? "key.elsewhere" : isOnDevice() === true ? "key.device" : "key.passphrase")}
      </p>
      <Show when={identity.kind === "own"}>
        <details open={isOnDevice() === true}>
          <summary>{say(isOnDevice() === true ? "key.set" : "key.change")}</summary>
          <Form act={change} label={say("save")}>
            <Show when={isOnDevice() === false}>
              <label>
                {say("key.old")}
                <input name="old" type="password" required autocomplete="current-password" />
              </label>
            </Show>
            <label>
              {say("key.fresh")}
              <input name="fresh" type="password" required minlength={LEAST} autocomplete="new-password" />
            </label>
            <label>
              {say("key.again")}
              <input name="again" type="password" required minlength={LEAST} autocomplete="new-password" />
            </label>
          </Form>
        </details>
        <details>
          <summary>{say("key.copy")}</summary>
          <Show
            when={exported()}
            fallback={
              <Form act={copyOut} label={say("key.copy.go")}>
                <p class="hint">{say("key.copy.hint")}</p>
                <label>
                  {say("key.copy.password")}
                  <input name="password" type="password" required minlength={LEAST} autocomplete="new-password" />
                </label>
              </Form>
            }
          >
            {(text) => (
              <>
                <Copy label="ncryptsec" text={text()} />
                <a class="button" download="subrosa-key.txt" href={URL.createObjectURL(new Blob([text()]))}>
                  {say("key.copy.file")}
                </a>
              </>
            )}
          </Show>
        </details>
      </Show>
      <Copy label={say("person.key")} text={encodeEntity({ type: "npub", pubkey: me })} />
    </section>
  );
}
