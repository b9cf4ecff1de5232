/** event sign: signs what it is given, line by line, with a key of yours or through a bunker (NIP-46). */
import { plain, type SignedEvent, signEvent } from "@subrosa/core/nostr/event";
import type { Command, Tools } from "../../command.ts";
import type { Given } from "../../given.ts";
import { operandsOrLines } from "../../input.ts";
import { printableJson } from "../../printable.ts";
import { templateIn } from "../../read-event.ts";
import { type BunkerSigner, isBunker, openBunkerSigner } from "../../secrets/bunker-signer.ts";
import { readKey } from "../../secrets/read-key.ts";
import { KEY_OPTIONS, PASSPHRASE_OPTIONS } from "../../secrets/secrets.ts";

export const eventSign: Command = {
  operands: "[event...]",
  options: [...KEY_OPTIONS, ...PASSPHRASE_OPTIONS],
  examples: [
    "subrosa event make 'Good morning' | subrosa event sign --key-file alice.key",
    `subrosa event sign '{"kind":1,"content":"Good morning"}' --key-file alice.key --json`,
  ],
  async run(given, tools) {
    const { host, screen } = tools;
    using signer = await openSigning(given, tools);
    for await (const line of operandsOrLines(given.operands, host)) {
      const event = await signer.sign(templateIn(line, host.clock.now()));
      screen.result({ type: "event", event }, printableJson(event));
    }
  },
};

type Signing = Pick<BunkerSigner, "sign"> & Disposable;

async function openSigning(given: Given, tools: Tools): Promise<Signing> {
  const { secrets, host, curve } = tools;
  const text = await secrets.keyText(given);
  if (isBunker(text)) return openBunkerSigner(text, tools);
  const secret = await readKey(text, () => secrets.passphrase(given, "Passphrase of this key"), curve);
  return {
    sign: async (template): Promise<SignedEvent> => plain(signEvent(template, secret, host.random(32), curve)),
    [Symbol.dispose]: () => secret.wipe(),
  };
}
