/** The policies that a configuration asks for, in the order of their cost and of what their answers are worth. */
import type { Config } from "../config.ts";
import {
  authToWrite,
  expiration,
  firstOf,
  neverInTheOpen,
  onlyKinds,
  onlyMembers,
  type Policy,
  proofOfWork,
  protectedEvents,
  rateByAddress,
  rateByImage,
  rateByKey,
  timeWindow,
  vanishHere,
  withoutAuthors,
  withoutKinds,
} from "./policy.ts";

export function configuredPolicy(
  config: Config,
  hosts: ReadonlySet<string>,
  ...own: readonly (Policy | undefined)[]
): Policy {
  const policies: Policy[] = [neverInTheOpen];
  if (config.denyKinds) policies.push(withoutKinds(new Set(config.denyKinds)));
  if (config.allowKinds) policies.push(onlyKinds(new Set(config.allowKinds)));
  policies.push(timeWindow(config.maxPast ?? Number.POSITIVE_INFINITY, config.maxFuture), expiration);
  if (config.denyAuthors) policies.push(withoutAuthors(new Set(config.denyAuthors)));
  if (config.authToWrite) policies.push(authToWrite);
  if (config.members) policies.push(onlyMembers(new Set(config.members)));
  policies.push(protectedEvents, vanishHere(hosts));
  if (config.pow > 0) policies.push(proofOfWork(config.pow));
  if (config.eventsPerMinutePerKey) policies.push(rateByKey(config.eventsPerMinutePerKey));
  if (config.eventsPerMinutePerAddress) policies.push(rateByAddress(config.eventsPerMinutePerAddress));
  if (config.eventsPerMinutePerAnonymous) policies.push(rateByImage(config.eventsPerMinutePerAnonymous));
  for (const policy of own) if (policy !== undefined) policies.push(policy);
  return firstOf(...policies);
}
