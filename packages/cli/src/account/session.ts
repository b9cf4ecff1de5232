/**
 * A session for one command, or for all that come in a shell: account, sockets, parts; closed in the other order.
 *
 * A command that runs once has to know when it has heard what the relays hold: `withSession` waits until the session is
 * caught up, and when the command is done until what it set off was tried once.
 */

import type { Standing } from "@subrosa/client/relay/hearing";
import { isPrivateHost } from "@subrosa/client/relay/private-address";
import { IDENTITY_REASONS, openIdentity } from "@subrosa/client/session/identity";
import { judgeInPlace } from "@subrosa/client/session/judge";
import { openSession, type Session } from "@subrosa/client/session/session";
import type { SessionOptions } from "@subrosa/client/session/session-options";
import type { Tools } from "../command.ts";
import { Failure } from "../failure.ts";
import { type Given, readRelayUrl } from "../given.ts";
import { openNetwork } from "../network.ts";
import type { Option } from "../option.ts";
import { ACCOUNT_OPTIONS, openGivenAccount } from "./open.ts";
import type { OpenSession } from "./opened.ts";
import { readSettings } from "./settings.ts";

export const PATIENCE: Option = { flags: "--patience <seconds>", about: "how long a relay is waited for (20)" };
export const SESSION_OPTIONS: readonly Option[] = [...ACCOUNT_OPTIONS, PATIENCE];

/** Milliseconds. */
export function patienceOf(given: Given): number {
  return (given.integer("patience", { min: 1, max: 3_600 }) ?? 20) * 1_000;
}

/** Opens one, or uses the one of the shell, catches up, and runs. */
export async function withSession(
  given: Given,
  tools: Tools,
  command: string,
  run: (opened: OpenSession) => Promise<void>,
): Promise<void> {
  const { shared, screen } = tools;
  if (shared !== undefined) {
    await patiently(given, tools, (signal) => shared.session.caughtUp(signal));
    return run(shared);
  }
  await using opened = await openGivenSession(given, tools, command, { saveDelay: 0 });
  const { session } = opened;
  const heard = await patiently(given, tools, (signal) => session.caughtUp(signal));
  for (const [relay, standing] of (heard ?? session.hearing.current).relays) {
    if (standing !== "fully") screen.note(`${relay} ${UNHEARD[standing]}; what is shown may be less than there is.`);
  }
  await run(opened);
  await patiently(given, tools, (signal) => session.settled(signal));
}

const UNHEARD: Readonly<Record<Exclude<Standing, "fully">, string>> = Object.freeze({
  asking: "has not answered yet",
  partly: "has more than it shows",
  refused: "does not let us read",
  silent: "did not answer",
  unreachable: "cannot be reached",
});

/** Waits, but no longer than was asked for; undefined where that was over first. */
export async function patiently<T>(
  given: Given,
  { signal, host }: Tools,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const over = new AbortController();
  const callOff = host.clock.after(patienceOf(given), () => over.abort());
  try {
    return await wait(AbortSignal.any([signal, over.signal]));
  } catch (error) {
    signal.throwIfAborted();
    if (!over.signal.aborted) throw error;
    return undefined;
  } finally {
    callOff();
  }
}

export async function openGivenSession(
  given: Given,
  tools: Tools,
  command: string,
  more: Pick<SessionOptions, "saveDelay"> = {},
): Promise<OpenSession> {
  const { host, curve, screen } = tools;
  const { clock, random } = host;
  const open = await openGivenAccount(given, tools, command);
  const closing: (() => unknown)[] = [() => open[Symbol.asyncDispose]()];
  const close = async (): Promise<void> => {
    for (const each of closing.reverse()) await each();
  };
  try {
    const relays = (await readSettings(open.account.store)).relays.map(readRelayUrl);
    if (relays.length === 0)
      throw new Failure("account", "This account has no relay: subrosa account relays ws://… sets them.");
    const network = openNetwork({ curve, host });
    closing.push(() => network[Symbol.dispose]());
    const onAuthUrl = (url: string): void => screen.note(`The bunker asks you to open ${url}`, "strong");
    const who = await openIdentity(open.account.key, { network, clock, random, curve, onAuthUrl });
    if (!who.ok) throw new Failure("key", IDENTITY_REASONS[who.reason], { reason: who.reason });
    closing.push(who.close);
    const { store } = open.account;
    const session = await openSession({
      ...{ store, identity: who.identity, network, relays, clock, random, curve },
      ...more,
      judge: judgeInPlace(curve, clock),
      fetch: (url, init) => fetch(url, init),
      mediaFetch: (url, init) => fetch(url, init),
      // Whoever reads at a relay of his own network finds others there.
      allowPrivateRelays: relays.some((relay) => isPrivateHost(new URL(relay).hostname)),
    });
    closing.push(() => session[Symbol.asyncDispose]());
    const { identity } = who;
    return { session, identity, network, open, relays, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The part, or why it is not there. */
export function partOf<P extends keyof typeof LACKS>({ session }: OpenSession, part: P): NonNullable<Session[P]> {
  const found = session[part];
  const lack = LACKS[part];
  const why = lack === undefined ? undefined : session.lacks[lack];
  if (found === undefined) throw new Failure("account", why ?? "This account cannot do this.");
  return found as NonNullable<Session[P]>;
}

const LACKS = Object.freeze({
  ...{ contacts: "contacts", groups: "groups", channels: "channels" },
  ...{ polls: "memberPosts", post: "memberPosts", rings: "memberPosts", pseudonyms: "memberPosts" },
  ...{ lists: undefined, media: undefined },
} as const);
