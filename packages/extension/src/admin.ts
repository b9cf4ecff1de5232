/**
 * The options page's commands to the worker: one in, the whole state back. No secret is in either: keys are made, read
 * and sealed in the options page itself, and leave it as `ncryptsec` only.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { boolean, hexText, list, object, oneOf, type Shape, type ShapeValue, text } from "@subrosa/core/json";
import {
  account,
  accounts,
  addAccount,
  changeAccount,
  chooseForSite,
  chooseMain,
  MAX_NAME,
  ncryptsec,
  removeAccount,
} from "./accounts.ts";
import { activity } from "./activity.ts";
import type { Broker } from "./broker.ts";
import { expire, IDLE_MINUTES } from "./lock.ts";
import { people } from "./people.ts";
import { grant, grants, MAX_ORIGIN, withoutGrant } from "./permission.ts";
import { union } from "./wire.ts";

const pubkey = hexText(32) as Shape<PubkeyHex>;
const origin = text({ min: 1, max: MAX_ORIGIN });

export const command = union({
  look: object({ type: oneOf("look") }),
  add: object({ type: oneOf("add"), account }),
  rename: object({ type: oneOf("rename"), pubkey, name: text({ max: MAX_NAME }) }),
  resealed: object({ type: oneOf("resealed"), pubkey, ncryptsec }),
  "backed-up": object({ type: oneOf("backed-up"), pubkey }),
  remove: object({ type: oneOf("remove"), pubkey }),
  main: object({ type: oneOf("main"), pubkey }),
  site: object({ type: oneOf("site"), origin }, { optional: { pubkey } }),
  revoke: object({ type: oneOf("revoke"), grant }),
  "clear-activity": object({ type: oneOf("clear-activity") }),
  idle: object({ type: oneOf("idle"), minutes: oneOf(...IDLE_MINUTES) }),
  people: object({ type: oneOf("people"), people }),
  lock: object({ type: oneOf("lock") }),
});
export type Command = ShapeValue<typeof command>;

export const overview = object({
  accounts,
  grants,
  activity,
  people,
  minutes: oneOf(...IDLE_MINUTES),
  unlocked: list(pubkey, { max: 100 }),
  /** Whether the kernel runs; without it, proofs are checked slowly. */
  isFast: boolean,
});
export type Overview = ShapeValue<typeof overview>;

export async function obey(broker: Broker, order: Command, isFast: boolean, now: number): Promise<Overview> {
  if (order.type === "lock") await broker.lockAll();
  else if (order.type !== "look") await change(broker, order, now);
  const { accounts: all, grants: known, activity: acts, people: named, idle, lock } = broker.shelf.kept;
  const unlocked = expire(lock, now).map((one) => one.pubkey as PubkeyHex);
  return { accounts: all, grants: known, activity: acts, people: named, minutes: idle.minutes, unlocked, isFast };
}

function change(
  broker: Broker,
  order: Exclude<Command, { readonly type: "look" | "lock" }>,
  now: number,
): Promise<void> {
  return broker.change(async (shelf) => {
    const { accounts: all, grants: known } = shelf.kept;
    switch (order.type) {
      case "add": {
        // A copy of a key that is here already is not an account more; the new passphrase is not taken over silently.
        const more = addAccount(all, { ...order.account, addedAt: now });
        return more === undefined ? undefined : shelf.keep("accounts", more);
      }
      case "rename":
        return shelf.keep("accounts", changeAccount(all, order.pubkey, { name: order.name }));
      case "resealed":
        // A copy of the old form opens with the old passphrase only, so there is none of this one yet.
        return shelf.keep(
          "accounts",
          changeAccount(all, order.pubkey, { ncryptsec: order.ncryptsec, hasBackup: false }),
        );
      case "backed-up":
        return shelf.keep("accounts", changeAccount(all, order.pubkey, { hasBackup: true }));
      case "remove":
        await shelf.keep(
          "grants",
          known.filter((one) => one.account !== order.pubkey),
        );
        await shelf.keep(
          "memory",
          shelf.kept.memory.filter((one) => one.account !== order.pubkey),
        );
        return shelf.keep("accounts", removeAccount(all, order.pubkey));
      case "main":
        return shelf.keep("accounts", chooseMain(all, order.pubkey));
      case "site":
        return shelf.keep("accounts", chooseForSite(all, order.origin, order.pubkey));
      case "revoke":
        return shelf.keep("grants", withoutGrant(known, order.grant));
      case "clear-activity":
        return shelf.keep("activity", []);
      case "idle":
        return shelf.keep("idle", { minutes: order.minutes });
      case "people":
        return shelf.keep("people", order.people);
      default:
        return order satisfies never;
    }
  });
}
