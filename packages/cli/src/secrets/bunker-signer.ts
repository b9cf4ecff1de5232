/** A key that is somewhere else: events are signed by a bunker (NIP-46), and what it answers is checked. */
import { type Bunker, BunkerRefused, openBunker, readBunkerAddress } from "@subrosa/client/signer/bunker";
import { openSigner, type Signer } from "@subrosa/client/signer/signer";
import { type EventTemplate, plain, type SignedEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import type { Tools } from "../command.ts";
import { Failure } from "../failure.ts";
import { openNetwork } from "../network.ts";

export interface BunkerSigner extends Disposable {
  readonly signer: Signer;
  sign(template: EventTemplate): Promise<SignedEvent>;
}

export function isBunker(text: string): boolean {
  return text.trim().startsWith("bunker://");
}

const SENTENCES: Readonly<Record<BunkerRefused["reason"], string>> = {
  refused: "The bunker refuses.",
  unreachable: "The bunker's relays cannot be reached.",
  unanswered: "The bunker does not answer.",
  closed: "The connection to the bunker is closed.",
};

/** `client`: a key of ours that this bunker knows already; absent, a new one is introduced. */
export async function openBunkerSigner(text: string, tools: Tools, client?: Secret): Promise<BunkerSigner> {
  const { host, curve, screen } = tools;
  const address = readBunkerAddress(text);
  if (address === undefined) throw new Failure("key", "A bunker's address names its key and a relay.");
  const network = openNetwork(tools);
  const key = client ?? Secret.from(host.random(32), curve);
  let bunker: Bunker | undefined;
  const close = (): void => {
    bunker?.[Symbol.dispose]();
    network[Symbol.dispose]();
    if (client === undefined) key.wipe();
  };
  try {
    bunker = await openBunker({
      ...{ address, client: key, network, clock: host.clock, random: host.random, curve },
      onAuthUrl: (url) => screen.note(`The bunker asks you to open ${url}`, "strong"),
    });
    const opening = await openSigner(bunker, curve);
    if (!opening.ok) throw new Failure("key", "What the bunker answers is not right.");
    const { signer } = opening;
    return {
      signer,
      sign: async (template) => {
        const signed = await signer.sign(template);
        if (!signed.ok) throw new Failure("refused", "The bunker did not sign this, or signed something else.");
        return plain(signed.event);
      },
      [Symbol.dispose]: close,
    };
  } catch (error) {
    close();
    if (error instanceof BunkerRefused) throw new Failure("key", SENTENCES[error.reason]);
    throw error;
  }
}
