/**
 * event publish: signed events, line by line, to relays; who refused, and why. Without a key as nobody: on sockets that
 * carry nothing else.
 */
import { orAborted } from "@subrosa/client/ports";
import type { Presence } from "@subrosa/client/relay/network";
import { signEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Command, Tools } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";
import type { Given } from "../../given.ts";
import { operandsOrLines } from "../../input.ts";
import { pubkeyOf } from "../../names.ts";
import { openNetwork } from "../../network.ts";
import { RELAY_OPTION, refusedEverywhere, showPublished } from "../../publish.ts";
import { readLine } from "../../read-event.ts";
import { KEY_OPTIONS, PASSPHRASE_OPTIONS } from "../../secrets/secrets.ts";

export const eventPublish: Command = {
  operands: "[event...]",
  options: [
    RELAY_OPTION,
    { flags: "--auth", about: "show your key where a relay asks for one (NIP-42)" },
    ...KEY_OPTIONS,
    ...PASSPHRASE_OPTIONS,
  ],
  examples: [
    "subrosa event make 'Good morning' | subrosa event sign --key-file alice.key | subrosa event publish --relay ws://127.0.0.1:7777",
    "subrosa event publish --json --relay ws://127.0.0.1:7777 < signed.jsonl",
  ],
  async run(given, tools) {
    const { host, screen, curve, signal } = tools;
    const relays = given.relays();
    if (relays.length === 0) throw badArguments("Give at least one --relay.");
    using network = openNetwork(tools);
    using presence = given.has("auth") ? await authenticated(given, tools, network) : network.anonymously();
    let [all, refused] = [0, 0];
    for await (const line of operandsOrLines(given.operands, host)) {
      const verdict = VerifiedEvent.check(readLine(line), curve);
      if (!verdict.ok)
        throw new Failure("invalid", "This is no event with a right id and signature.", { reason: verdict.reason });
      const results = await orAborted(presence.publish(relays, verdict.event), signal);
      all++;
      if (!showPublished(verdict.event.id, results, screen)) refused++;
    }
    if (all === 0) throw new Failure("input", "There was no event to publish.");
    if (refused > 0) throw refusedEverywhere(refused, all);
  },
};

async function authenticated(
  given: Given,
  { secrets, curve, host }: Tools,
  network: ReturnType<typeof openNetwork>,
): Promise<Presence> {
  const secret = await secrets.key(given, curve);
  return network.as({
    pubkey: pubkeyOf(secret),
    authenticate: async (template) => signEvent(template, secret, host.random(32), curve),
  });
}
