/** Parts of a session that one command opens for itself, on the store and the sockets of the account. */

import { signAs } from "@subrosa/client/session/identity";
import { judgeInPlace } from "@subrosa/client/session/judge";
import { localMemberSigner, type MemberSigner, remoteMemberSigner } from "@subrosa/client/session/member-signer";
import { openPolls, type Polls } from "@subrosa/client/session/polls";
import { openReplaceables, type Replaceables } from "@subrosa/client/session/replaceable";
import type { Tools } from "../command.ts";
import { Failure } from "../failure.ts";
import type { OpenSession } from "./opened.ts";

export function memberSigner({ identity, session }: OpenSession, { host, curve }: Tools): MemberSigner {
  if (identity.kind === "own") return localMemberSigner(identity.secret, host.random, curve);
  if (session.lacks.memberPosts !== undefined) throw new Failure("account", session.lacks.memberPosts);
  return remoteMemberSigner(identity.signer, curve);
}

export function openAccountPolls(opened: OpenSession, tools: Tools): Promise<Polls> {
  const { identity, network, session, open } = opened;
  const { clock, random } = tools.host;
  return openPolls({
    ...{ store: open.account.store, outbox: session.outbox, network, clock, random },
    judge: judgeInPlace(tools.curve, clock),
    member: memberSigner(opened, tools),
    sign: (template) => signAs(identity, template, random, tools.curve),
  });
}

export function openAccountReplaceables(opened: OpenSession, tools: Tools): Promise<Replaceables> {
  const { identity, network, session, open, relays } = opened;
  const { clock, random } = tools.host;
  return openReplaceables({
    ...{ me: session.me, store: open.account.store, outbox: session.outbox, clock, random },
    own: () => network.as({ pubkey: session.me }),
    relays: () => relays,
    sign: (template) => signAs(identity, template, random, tools.curve),
  });
}
