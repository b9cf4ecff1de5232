/** A group's directory, which its keeper publishes: known from then on under a name that the reader gives it. */

import { WireError } from "@subrosa/core/errors";
import { decodeEntity } from "@subrosa/core/nostr/nip19";
import { DIRECTORY_KIND, type DirectoryAddress, directoryAddress } from "@subrosa/core/proof/directory-address";
import type { JSX } from "solid-js";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";
import { Form, textOf } from "../frame/form.tsx";
import { tidyName } from "../talk/line.ts";

export function AddDirectory(): JSX.Element {
  const { say } = useApp();
  const { rings, relays, feed } = useOpened();
  const add = async (fields: FormData): Promise<string | undefined> => {
    const found = readDirectory(textOf(fields, "directory"));
    if (found === undefined) return say("directory.unknown");
    await rings.know(found.address, tidyName(textOf(fields, "label")), [...new Set([...found.relays, ...relays])]);
    feed.trustChanged();
    return undefined;
  };
  return (
    <details>
      <summary>{say("directory.add")}</summary>
      <DirectoryForm add={add} />
    </details>
  );
}

/** Not a form inside of a form: browsers know no such thing. */
function DirectoryForm(props: { readonly add: (fields: FormData) => Promise<string | undefined> }): JSX.Element {
  const { say } = useApp();
  return (
    <Form act={props.add} label={say("directory.add")}>
      <p class="hint">{say("directory.hint")}</p>
      <label>
        {say("directory.address")}
        <input name="directory" required dir="ltr" spellcheck={false} autocomplete="off" placeholder="naddr1…" />
      </label>
      <label>
        {say("directory.label")}
        <input name="label" required maxlength="64" dir="auto" />
      </label>
    </Form>
  );
}

/** An naddr, or the address as tags have it. */
export function readDirectory(
  text: string,
): { readonly address: DirectoryAddress; readonly relays: readonly string[] } | undefined {
  const given = text.trim().replace(/^nostr:/, "");
  const plain = directoryAddress(given);
  if (plain !== undefined) return { address: plain, relays: [] };
  try {
    const entity = decodeEntity(given);
    if (entity.type !== "naddr" || entity.kind !== DIRECTORY_KIND) return undefined;
    const address = directoryAddress(`${DIRECTORY_KIND}:${entity.pubkey}:${entity.identifier}`);
    return address && { address, relays: entity.relays };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
