/** An account in a line or two. */
import type { Account } from "@subrosa/client/session/account";
import { npubOf } from "../../names.ts";
import type { Screen } from "../../screen.ts";

export function showAccount({ name, key }: Account, relays: readonly string[], screen: Screen): void {
  const signer = { own: "its key is here", extension: "its key is in an extension", bunker: "a bunker signs for it" };
  screen.result(
    { type: "account", name, pubkey: key.pubkey, npub: npubOf(key.pubkey), key: key.kind, relays },
    [name, "strong"],
    `  ${npubOf(key.pubkey)}`,
    `  ${signer[key.kind]}`,
    ...relays.map((relay) => `  reads and writes at ${relay}`),
  );
}
