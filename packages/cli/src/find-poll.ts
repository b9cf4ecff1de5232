/** A poll that somebody names, asked of relays as nobody. */
import { ask } from "@subrosa/client/relay/ask";
import type { Network } from "@subrosa/client/relay/network";
import { WireError } from "@subrosa/core/errors";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import { decodeEntity } from "@subrosa/core/nostr/nip19";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { POLL_KIND, type Poll, readPoll } from "@subrosa/core/poll/poll";
import { POLL_SENTENCES } from "@subrosa/core/poll/reasons";
import type { Tools } from "./command.ts";
import { badArguments, Failure } from "./failure.ts";
import { readEventId } from "./given.ts";

export interface FoundPoll {
  readonly poll: Poll;
  readonly event: VerifiedEvent;
  readonly relays: readonly RelayUrl[];
}

/** `relays`: besides those that the name itself says. */
export async function findPoll(
  name: string,
  relays: readonly RelayUrl[],
  network: Network,
  tools: Tools,
): Promise<FoundPoll> {
  const id = readEventId(name);
  const all = [...new Set([...relays, ...relaysIn(name)])];
  if (all.length === 0) throw badArguments("Give a --relay where the poll is, or its nevent1….");
  using presence = network.anonymously();
  const { signal, host } = tools;
  const filter = { ids: [id], kinds: [POLL_KIND] };
  const { events } = await ask(presence, all, filter, { clock: host.clock, signal, max: 10 });
  const event = [...events].find((each) => each.id === id);
  if (event === undefined) throw new Failure("not-found", "None of these relays has this poll.");
  const reading = readPoll(event);
  if (!reading.ok) throw new Failure("invalid", POLL_SENTENCES[reading.reason], { reason: reading.reason });
  return { poll: reading.poll, event, relays: all };
}

function relaysIn(name: string): RelayUrl[] {
  try {
    const entity = decodeEntity(name.replace(/^nostr:/, ""));
    return entity.type === "nevent" ? entity.relays.flatMap((url) => relayUrl(url) ?? []) : [];
  } catch (error) {
    if (error instanceof WireError) return [];
    throw error;
  }
}
