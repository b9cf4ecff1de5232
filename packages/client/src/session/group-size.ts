/** Which relays take a group's events as it grows (docs/spec/groups.md GROUP-9), asked of them before anything is made. */
import { fits, type RelayFit } from "@subrosa/core/group/size";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { GroupState } from "./group-machine.ts";
import type { GroupsOptions } from "./groups-options.ts";

/** `{"pubkey":…,"role":"member","rank":…,"since":…}`, and with an encryption key. */
const DETAIL = 125;
const DETAIL_WITH_KEY = 275;

/** By the event of the present epoch: what it would be with so many members. */
export async function relayFits(
  { group, relays }: GroupState,
  members: number,
  options: Pick<GroupsOptions, "limitsOf" | "clock">,
): Promise<readonly RelayFit[]> {
  const selection = group.ledger.select(options.clock.now());
  const event = selection.kind === "found" ? group.reader.event(selection.tip.fact.id) : undefined;
  if (selection.kind !== "found" || event === undefined) return [];
  const { roster } = selection.tip.fact;
  const hasKeys = roster.some(({ to }) => to !== undefined);
  const all = await weigh(event, roster.length, hasKeys, relays, options);
  return all.map((fit) => ({ ...fit, fits: fit.maxMembers === undefined || fit.maxMembers >= members }));
}

/** Whether at least one of these relays takes it. */
export async function canTake(
  event: VerifiedEvent,
  inside: number,
  members: number,
  relays: readonly RelayUrl[],
  options: Pick<GroupsOptions, "limitsOf">,
): Promise<boolean> {
  const all = await weigh(event, inside, false, relays, options);
  return all.some(({ maxMembers }) => maxMembers === undefined || maxMembers >= members);
}

async function weigh(
  event: VerifiedEvent,
  inside: number,
  hasKeys: boolean,
  relays: readonly RelayUrl[],
  { limitsOf }: Pick<GroupsOptions, "limitsOf">,
): Promise<readonly RelayFit[]> {
  const limits = await Promise.all(relays.map(async (url) => ({ url, ...(await limitsOf(url)) })));
  return fits(event, inside, hasKeys ? DETAIL_WITH_KEY : DETAIL, limits);
}
