/** Every command: its name, what it is for, and where it is. One is loaded when it is asked for. */
import type { Command, Entry } from "./command.ts";

export const GROUPS: Readonly<Record<string, string>> = Object.freeze({
  key: "make, show and convert keys",
  event: "make, sign, publish and fetch events",
  ring: "sign a file as one of many, and check it",
  pow: "proof of work",
  account: "who you are here: keys in sealed stores",
  alias: "private conversations under aliases",
  group: "private groups",
  channel: "encrypted channels",
  anon: "speak as one of many",
  poll: "polls in which nobody sees who voted what",
  profile: "what people say of themselves",
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
  entry("group create", "make a group", async () => (await import("./commands/group/create.ts")).groupCreate),
  entry(
    "group invite",
    "show the link to a group",
    async () => (await import("./commands/group/invite.ts")).groupInvite,
  ),
  entry("group join", "ask to join a group", async () => (await import("./commands/group/join.ts")).groupJoin),
  entry("group list", "list your groups", async () => (await import("./commands/group/list.ts")).groupList),
  entry("group info", "show a group", async () => (await import("./commands/group/info.ts")).groupInfo),
  entry(
    "group members",
    "list who is in a group",
    async () => (await import("./commands/group/members.ts")).groupMembers,
  ),
  entry(
    "group requests",
    "list who asks to join",
    async () => (await import("./commands/group/requests.ts")).groupRequests,
  ),
  entry("group approve", "let somebody in", async () => (await import("./commands/group/approve.ts")).groupApprove),
  entry("group ignore", "hide a request", async () => (await import("./commands/group/ignore.ts")).groupIgnore),
  entry("group send", "say something", async () => (await import("./commands/group/send.ts")).groupSend),
  entry(
    "group messages",
    "show what was said",
    async () => (await import("./commands/group/messages.ts")).groupMessages,
  ),
  entry("group react", "react to a message", async () => (await import("./commands/group/react.ts")).groupReact),
  entry("group edit", "change a message of yours", async () => (await import("./commands/group/edit.ts")).groupEdit),
  entry(
    "group delete",
    "take a message of yours back",
    async () => (await import("./commands/group/delete.ts")).groupDelete,
  ),
  entry("group remove", "remove a member", async () => (await import("./commands/group/remove.ts")).groupRemove),
  entry(
    "group put-back",
    "keep somebody who is leaving",
    async () => (await import("./commands/group/put-back.ts")).groupPutBack,
  ),
  entry(
    "group promote",
    "make somebody an admin",
    async () => (await import("./commands/group/promote.ts")).groupPromote,
  ),
  entry(
    "group transfer",
    "make another member the owner",
    async () => (await import("./commands/group/transfer.ts")).groupTransfer,
  ),
  entry(
    "group trust",
    "accept an owner whom no invite named",
    async () => (await import("./commands/group/trust.ts")).groupTrust,
  ),
  entry(
    "group rename",
    "change name and description",
    async () => (await import("./commands/group/rename.ts")).groupRename,
  ),
  entry("group rotate", "change the key", async () => (await import("./commands/group/rotate.ts")).groupRotate),
  entry("group leave", "leave a group", async () => (await import("./commands/group/leave.ts")).groupLeave),
  entry("group forget", "delete a group here", async () => (await import("./commands/group/forget.ts")).groupForget),
  entry(
    "group await",
    "wait until something is so",
    async () => (await import("./commands/group/await.ts")).groupAwait,
  ),
  entry("channel create", "make a channel", async () => (await import("./commands/channel/create.ts")).channelCreate),
  entry(
    "channel invite",
    "give people the key",
    async () => (await import("./commands/channel/invite.ts")).channelInvite,
  ),
  entry(
    "channel join",
    "come in by an invitation",
    async () => (await import("./commands/channel/join.ts")).channelJoin,
  ),
  entry(
    "channel list",
    "list your channels and invitations",
    async () => (await import("./commands/channel/list.ts")).channelList,
  ),
  entry("channel info", "show a channel", async () => (await import("./commands/channel/info.ts")).channelInfo),
  entry("channel send", "say something", async () => (await import("./commands/channel/send.ts")).channelSend),
  entry(
    "channel messages",
    "show what was said",
    async () => (await import("./commands/channel/messages.ts")).channelMessages,
  ),
  entry(
    "channel await",
    "wait until something is so",
    async () => (await import("./commands/channel/await.ts")).channelAwait,
  ),
  entry("channel react", "react to a message", async () => (await import("./commands/channel/react.ts")).channelReact),
  entry(
    "channel metadata",
    "change name, description or relays",
    async () => (await import("./commands/channel/metadata.ts")).channelMetadata,
  ),
  entry(
    "channel move",
    "move to a new key with those who remain",
    async () => (await import("./commands/channel/move.ts")).channelMove,
  ),
  entry(
    "channel remove",
    "move without somebody",
    async () => (await import("./commands/channel/remove.ts")).channelRemove,
  ),
  entry(
    "channel delegate",
    "offer the ownership",
    async () => (await import("./commands/channel/delegate.ts")).channelDelegate,
  ),
  entry(
    "channel accept",
    "take the ownership that was offered",
    async () => (await import("./commands/channel/accept.ts")).channelAccept,
  ),
  entry(
    "channel approve",
    "agree to new relays",
    async () => (await import("./commands/channel/approve.ts")).channelApprove,
  ),
  entry(
    "channel follow",
    "choose between moves",
    async () => (await import("./commands/channel/follow.ts")).channelFollow,
  ),
  entry(
    "channel leave",
    "forget a channel here",
    async () => (await import("./commands/channel/leave.ts")).channelLeave,
  ),
  entry("anon post", "say something as one of many", async () => (await import("./commands/anon/post.ts")).anonPost),
  entry("anon feed", "read what members of rings say", async () => (await import("./commands/anon/feed.ts")).anonFeed),
  entry("poll create", "ask a ring", async () => (await import("./commands/poll/create.ts")).pollCreate),
  entry("poll vote", "vote, as nobody", async () => (await import("./commands/poll/vote.ts")).pollVote),
  entry(
    "poll tally",
    "count a poll from the relays alone",
    async () => (await import("./commands/poll/tally.ts")).pollTally,
  ),
  entry(
    "profile show",
    "show what people say of themselves",
    async () => (await import("./commands/profile/show.ts")).profileShow,
  ),
  entry("profile set", "say something of yourself", async () => (await import("./commands/profile/set.ts")).profileSet),
  entry("doctor", "check relays, clock, limits and keys", async () => (await import("./commands/doctor.ts")).doctor),
  entry(
    "backup",
    "write everything of an account into one encrypted file",
    async () => (await import("./commands/backup.ts")).backup,
  ),
  entry(
    "export",
    "write a conversation out, in the clear",
    async () => (await import("./commands/export.ts")).exportConversation,
  ),
  entry("restore", "make an account from a backup", async () => (await import("./commands/restore.ts")).restore),
  entry(
    "completion",
    "write completion for a shell",
    async () => (await import("./commands/completion.ts")).completion,
  ),
]);

function entry(name: string, about: string, load: () => Promise<Command>): Entry {
  return { name, about, load };
}
