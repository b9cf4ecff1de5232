/** account import: a key that is there already, or a bunker that signs, in a new sealed store. */
import type { NewAccountKey } from "@subrosa/client/session/account";
import { readBunkerAddress } from "@subrosa/client/signer/bunker";
import { Secret } from "@subrosa/core/secret";
import { makeAccount } from "../../account/open.ts";
import { STORE_OPTIONS } from "../../account/place.ts";
import { writeSettings } from "../../account/settings.ts";
import type { Command, Tools } from "../../command.ts";
import type { Given } from "../../given.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { isBunker, openBunkerSigner } from "../../secrets/bunker-signer.ts";
import { readKey } from "../../secrets/read-key.ts";
import { KEY_OPTIONS, PASSPHRASE_OPTIONS } from "../../secrets/secrets.ts";
import { showAccount } from "./show-account.ts";

export const accountImport: Command = {
  operands: "<name>",
  options: [RELAY_OPTION, ...STORE_OPTIONS, ...KEY_OPTIONS, ...PASSPHRASE_OPTIONS],
  examples: [
    "subrosa account import carol --key-file carol.key --relay ws://127.0.0.1:7777 --passphrase-file passphrase.txt",
  ],
  async run(given, tools) {
    const relays = given.relays();
    const key = await readGiven(given, tools);
    try {
      await using open = await makeAccount(given.operand(0), given, tools, key);
      await writeSettings(open.account.store, { relays });
      if (open.place.names().length === 1) open.place.use(open.account.name);
      showAccount(open.account, relays, tools.screen);
    } finally {
      if (key.kind === "own") key.secret.wipe();
      if (key.kind === "bunker") key.client.wipe();
    }
  },
};

async function readGiven(given: Given, tools: Tools): Promise<NewAccountKey> {
  const { secrets, host, curve } = tools;
  const text = await secrets.keyText(given);
  if (!isBunker(text)) {
    const secret = await readKey(text, () => secrets.passphrase(given, "Passphrase of this key"), curve);
    return { kind: "own", secret };
  }
  const client = Secret.from(host.random(32), curve);
  using bunker = await openBunkerSigner(text, tools, client);
  return { kind: "bunker", pubkey: bunker.signer.pubkey, address: readBunkerAddress(text)!, client };
}
