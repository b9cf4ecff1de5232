/** Every command: its name, what it is for, and where it is. One is loaded when it is asked for. */
import type { Command } from "./command.ts";

export interface Entry {
  readonly name: string;
  readonly about: string;
  readonly load: () => Promise<Command>;
}

export const GROUPS: Readonly<Record<string, string>> = Object.freeze({
  key: "make, show and convert keys",
  event: "make, sign, publish and fetch events",
  ring: "sign a file as one of many, and check it",
  pow: "proof of work",
  account: "who you are here: keys in sealed stores",
  alias: "private conversations under aliases",
  outbox: "what goes out, and what became of it",
  relay: "run a relay, and look at others",
});

export const COMMANDS: readonly Entry[] = Object.freeze([
  entry("key new", "make a secret key", async () => (await import("./commands/key/new.ts")).keyNew),
  entry(
    "key public",
    "show the public key of a secret one",
    async () => (await import("./commands/key/public.ts")).keyPublic,
  ),
  entry(
    "key convert",
    "show a secret key in another form",
    async () => (await import("./commands/key/convert.ts")).keyConvert,
  ),
  entry(
    "event make",
    "write an event that is not signed",
    async () => (await import("./commands/event/make.ts")).eventMake,
  ),
  entry("event sign", "sign events", async () => (await import("./commands/event/sign.ts")).eventSign),
  entry(
    "event publish",
    "send signed events to relays",
    async () => (await import("./commands/event/publish.ts")).eventPublish,
  ),
  entry("event fetch", "ask relays for events", async () => (await import("./commands/event/fetch.ts")).eventFetch),
  entry("decode", "say what a text is", async () => (await import("./commands/decode.ts")).decode),
  entry("verify", "check what events claim", async () => (await import("./commands/verify.ts")).verify),
  entry("ring sign", "sign a file as one of a ring", async () => (await import("./commands/ring/sign.ts")).ringSign),
  entry(
    "ring verify",
    "check that one of a ring signed a file",
    async () => (await import("./commands/ring/verify.ts")).ringVerify,
  ),
  entry(
    "ring link",
    "see whether one person signed both",
    async () => (await import("./commands/ring/link.ts")).ringLink,
  ),
  entry("pow mine", "do the work for an event", async () => (await import("./commands/pow/mine.ts")).powMine),
  entry(
    "pow check",
    "see how much work an event shows",
    async () => (await import("./commands/pow/check.ts")).powCheck,
  ),
  entry("relay serve", "run a relay", async () => (await import("./commands/relay/serve.ts")).relayServe),
  entry(
    "relay info",
    "show what a relay says of itself",
    async () => (await import("./commands/relay/info.ts")).relayInfo,
  ),
  entry(
    "relay check",
    "try the rules of the NIPs on a relay",
    async () => (await import("./commands/relay/check.ts")).relayCheck,
  ),
  entry(
    "account new",
    "make an account with a new key",
    async () => (await import("./commands/account/new.ts")).accountNew,
  ),
  entry(
    "account import",
    "make an account with your key, or a bunker",
    async () => (await import("./commands/account/import.ts")).accountImport,
  ),
  entry("account list", "list the accounts", async () => (await import("./commands/account/list.ts")).accountList),
  entry("account use", "choose the account to use", async () => (await import("./commands/account/use.ts")).accountUse),
  entry("account show", "show who you are", async () => (await import("./commands/account/show.ts")).accountShow),
  entry(
    "account relays",
    "set the relays of the account",
    async () => (await import("./commands/account/relays.ts")).accountRelays,
  ),
  entry(
    "account passphrase",
    "change the passphrase",
    async () => (await import("./commands/account/passphrase.ts")).accountPassphrase,
  ),
  entry(
    "account export",
    "write the key out, encrypted",
    async () => (await import("./commands/account/export.ts")).accountExport,
  ),
  entry(
    "account remove",
    "delete an account from this disk",
    async () => (await import("./commands/account/remove.ts")).accountRemove,
  ),
  entry(
    "alias request",
    "ask somebody for a private conversation",
    async () => (await import("./commands/alias/request.ts")).aliasRequest,
  ),
  entry(
    "alias accept",
    "say yes to somebody who asks",
    async () => (await import("./commands/alias/accept.ts")).aliasAccept,
  ),
  entry(
    "alias reject",
    "say no to somebody who asks",
    async () => (await import("./commands/alias/reject.ts")).aliasReject,
  ),
  entry("alias remove", "end a conversation", async () => (await import("./commands/alias/remove.ts")).aliasRemove),
  entry(
    "alias list",
    "list the people you are in touch with",
    async () => (await import("./commands/alias/list.ts")).aliasList,
  ),
  entry("alias send", "write to somebody", async () => (await import("./commands/alias/send.ts")).aliasSend),
  entry(
    "alias messages",
    "show what was said",
    async () => (await import("./commands/alias/messages.ts")).aliasMessages,
  ),
  entry(
    "alias await",
    "wait for an answer or a message",
    async () => (await import("./commands/alias/await.ts")).aliasAwait,
  ),
  entry("outbox list", "show what is on its way", async () => (await import("./commands/outbox/list.ts")).outboxList),
  entry(
    "outbox resend",
    "try again what was refused",
    async () => (await import("./commands/outbox/resend.ts")).outboxResend,
  ),
  entry(
    "outbox forget",
    "give up on something",
    async () => (await import("./commands/outbox/forget.ts")).outboxForget,
  ),
  entry("shell", "run commands line by line in one session", async () => (await import("./commands/shell.ts")).shell),
  entry(
    "completion",
    "write completion for a shell",
    async () => (await import("./commands/completion.ts")).completion,
  ),
]);

function entry(name: string, about: string, load: () => Promise<Command>): Entry {
  return { name, about, load };
}
