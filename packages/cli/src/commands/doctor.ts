/**
 * doctor: will it work? Relays are asked what they are and whether they answer, their limits are held against what your
 * groups need, the clock against theirs, and the account is opened, which needs its key and its passphrase.
 */
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { OpenSession } from "../account/opened.ts";
import { SESSION_OPTIONS, withSession } from "../account/session.ts";
import type { Command, Tools } from "../command.ts";
import { Failure, failureFrom } from "../failure.ts";
import { type Asked, askInformation } from "../relay-information.ts";

interface Finding {
  readonly about: "account" | "clock" | "groups" | "outbox" | "relay";
  readonly level: "ok" | "warn" | "bad";
  readonly sentence: string;
  readonly relay?: RelayUrl;
}

/** Seconds: relays refuse what is dated further in the future (NIP-22 leaves them the choice; 15 minutes is usual). */
const MOST_AHEAD = 900;
const NOTICEABLE = 60;

export const doctor: Command = {
  options: SESSION_OPTIONS,
  examples: ["subrosa doctor --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "doctor", async (opened) => {
      const { relays, open } = opened;
      const findings: Finding[] = [
        { about: "account", level: "ok", sentence: `The account ${open.account.name} opens, and its key is readable.` },
      ];
      const asked = await Promise.all(relays.map((relay) => examine(relay, tools)));
      findings.push(
        ...asked.flatMap(({ findings: found }) => found),
        clockOf(asked.flatMap(({ ahead }) => ahead ?? [])),
      );
      findings.push(outboxOf(opened), ...(await groupsOf(opened)));
      for (const { about, level, sentence, relay } of findings) {
        const style = { ok: "good", warn: "plain", bad: "bad" } as const;
        tools.screen.result({ type: "finding", about, level, sentence, relay: relay ?? null }, [
          `${{ ok: "ok  ", warn: "!   ", bad: "BAD " }[level]} ${relay === undefined ? "" : `${relay}: `}${sentence}`,
          style[level],
        ]);
      }
      const bad = findings.filter(({ level }) => level === "bad").length;
      if (bad > 0) throw new Failure("relay", `${bad} things are not right.`);
    }),
};

interface Examined {
  readonly findings: readonly Finding[];
  /** Seconds that our clock is ahead of the relay's. */
  readonly ahead?: number;
}

async function examine(relay: RelayUrl, { signal, host }: Tools): Promise<Examined> {
  let asked: Asked;
  try {
    asked = await askInformation(relay, signal);
  } catch (error) {
    const failure = failureFrom(error);
    if (failure === undefined || signal.aborted) throw error;
    return { findings: [{ about: "relay", level: "bad", sentence: failure.message, relay }] };
  }
  const { information, took, date } = asked;
  const nips = new Set(information.supported_nips ?? []);
  const lacking = [42, 59].filter((nip) => !nips.has(nip));
  const guard: Finding = lacking.includes(42)
    ? {
        about: "relay",
        level: "warn",
        sentence: "It does not say that it keeps gift wraps to their recipients.",
        relay,
      }
    : { about: "relay", level: "ok", sentence: "It keeps gift wraps to their recipients.", relay };
  return {
    findings: [{ about: "relay", level: "ok", sentence: `It answers, in ${took} ms.`, relay }, guard],
    ...(date === undefined ? {} : { ahead: host.clock.now() - date }),
  };
}

function clockOf(ahead: readonly number[]): Finding {
  const [middle] = ahead.toSorted((a, b) => a - b).slice(ahead.length >> 1);
  if (middle === undefined) return { about: "clock", level: "warn", sentence: "No relay says what time it is." };
  const off = Math.abs(middle);
  const sentence = `The clock is ${off} seconds ${middle < 0 ? "behind" : "ahead of"} the relays'.`;
  if (off <= NOTICEABLE) return { about: "clock", level: "ok", sentence: "The clock agrees with the relays'." };
  return { about: "clock", level: off > MOST_AHEAD ? "bad" : "warn", sentence };
}

function outboxOf({ session }: OpenSession): Finding {
  const states = [...session.outbox.deliveries.current.values()].flatMap(({ relays }) => [...relays.values()]);
  const [waiting, refused] = ["waiting", "refused"].map((kind) => states.filter((each) => each.kind === kind).length);
  if (waiting === 0 && refused === 0) return { about: "outbox", level: "ok", sentence: "Everything has gone out." };
  const sentence = `${waiting} wait to go out, ${refused} were refused; subrosa outbox list shows them.`;
  return { about: "outbox", level: "warn", sentence };
}

async function groupsOf({ session: { groups } }: OpenSession): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [id, { name, members, phase }] of groups?.list.current ?? []) {
    if (phase === "outside" || phase === "removed") continue;
    // Half as many again, so that the next ones to join do not break it.
    const wanted = Math.ceil(members * 1.5);
    for (const { url, fits, maxMembers } of await groups!.fits(id, wanted)) {
      const most = maxMembers === undefined ? "" : ` (${maxMembers} at most)`;
      findings.push({
        about: "groups",
        level: fits ? "ok" : "bad",
        sentence: `${url} ${fits ? "takes" : "does not take"} a change of ${name} with ${wanted} members${most}.`,
      });
    }
  }
  return findings;
}
