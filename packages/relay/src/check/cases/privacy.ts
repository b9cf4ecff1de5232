/** NIP-42, NIP-17, NIP-59 and NIP-70: who somebody is, and what only he may see or publish. */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { type Check, type CheckCase, withPeer } from "../case.ts";
import { demand, demandEqual, demandPrefix } from "../fault.ts";
import type { Peer } from "../peer.ts";
import type { Person } from "../person.ts";

const authentication: readonly CheckCase[] = [
  withPeer(42, "a right answer to the challenge is taken", async (peer, check) => {
    await peer.authenticate(check.person());
  }),
  withPeer(42, "several keys authenticate on one connection", async (peer, check) => {
    for (let i = 0; i < 3; i++) await peer.authenticate(check.person());
  }),
  withPeer(42, "every connection has a challenge of its own", async (peer, check) => {
    await using other = await check.connect();
    demand((await peer.challenge()) !== (await other.challenge()), "two connections got one challenge");
  }),
  ...wrongAnswers(),
  withPeer(42, "an answer sent as EVENT is not stored", async (peer, check) => {
    const person = check.person();
    const it = person.sign({
      kind: 22_242,
      tags: [
        ["relay", check.url],
        ["challenge", await peer.challenge()],
      ],
    });
    await peer.publish(it);
    demandEqual(await peer.find({ authors: [person.pubkey] }), [], "stored");
  }),
  withPeer(42, "an answer sent with AUTH is not served", async (peer, check) => {
    await using listener = await check.connect();
    const person = check.person();
    const { name } = await listener.subscribe({ authors: [person.pubkey] });
    await peer.authenticate(person);
    await listener.settle();
    demandEqual(listener.eventsOf(name), [], "delivered");
    demandEqual(await listener.find({ authors: [person.pubkey] }), [], "stored");
  }),
];

function wrongAnswers(): CheckCase[] {
  const wrong: readonly (readonly [string, (person: Person, check: Check, challenge: string) => SignedEvent])[] = [
    [
      "to another challenge",
      (it, { url }) =>
        it.sign({
          kind: 22_242,
          tags: [
            ["relay", url],
            ["challenge", "other"],
          ],
        }),
    ],
    ["without challenge", (it, { url }) => it.sign({ kind: 22_242, tags: [["relay", url]] })],
    [
      "for another relay",
      (it, _, challenge) =>
        it.sign({
          kind: 22_242,
          tags: [
            ["relay", "wss://elsewhere.example"],
            ["challenge", challenge],
          ],
        }),
    ],
    ["without relay", (it, _, challenge) => it.sign({ kind: 22_242, tags: [["challenge", challenge]] })],
    [
      "of another kind",
      (it, { url }, challenge) =>
        it.sign({
          kind: 1,
          tags: [
            ["relay", url],
            ["challenge", challenge],
          ],
        }),
    ],
    [
      "an hour old",
      (it, { url, now }, challenge) =>
        it.sign({
          kind: 22_242,
          created_at: now - 3_600,
          tags: [
            ["relay", url],
            ["challenge", challenge],
          ],
        }),
    ],
    [
      "of the next hour",
      (it, { url, now }, challenge) =>
        it.sign({
          kind: 22_242,
          created_at: now + 3_600,
          tags: [
            ["relay", url],
            ["challenge", challenge],
          ],
        }),
    ],
    [
      "with a bad signature",
      (it, { url }, challenge) => ({
        ...it.sign({
          kind: 22_242,
          tags: [
            ["relay", url],
            ["challenge", challenge],
          ],
        }),
        sig: "0".repeat(128),
      }),
    ],
    [
      "changed afterwards",
      (it, { url }, challenge) => ({
        ...it.sign({
          kind: 22_242,
          tags: [
            ["relay", url],
            ["challenge", "other"],
          ],
        }),
        tags: [
          ["relay", url],
          ["challenge", challenge],
        ],
      }),
    ],
  ];
  return wrong.map(([title, make]) =>
    withPeer(42, `an answer ${title} is refused`, async (peer, check) => {
      const { accepted } = await peer.publish(make(check.person(), check, await peer.challenge()), "AUTH");
      demand(!accepted, "the relay took it");
    }),
  );
}

type Asker = "nobody" | "a stranger" | "the recipient" | "the recipient with two keys" | "the author";
const askers: readonly Asker[] = ["nobody", "a stranger", "the recipient", "the recipient with two keys", "the author"];

interface Mail {
  readonly author: Person;
  readonly recipient: Person;
  readonly event: SignedEvent;
}

function mail(check: Check, kind: number): Mail {
  const [author, recipient] = [check.person(), check.person()];
  return { author, recipient, event: author.sign({ kind, tags: [["p", recipient.pubkey]], content: "sealed" }) };
}

async function becomes(peer: Peer, asker: Asker, { author, recipient }: Mail, check: Check): Promise<boolean> {
  if (asker === "a stranger" || asker === "the recipient with two keys") await peer.authenticate(check.person());
  if (asker === "the recipient" || asker === "the recipient with two keys") await peer.authenticate(recipient);
  if (asker === "the author") await peer.authenticate(author);
  return asker !== "nobody" && asker !== "a stranger";
}

/** Ids found, where a refusal counts as none. */
async function found(peer: Peer, filter: object): Promise<string[]> {
  const name = peer.newName();
  peer.send("REQ", name, filter);
  await peer.wait("an answer", ([verb, id]) => (verb === "EOSE" || verb === "CLOSED") && id === name);
  peer.send("CLOSE", name);
  return peer.eventsOf(name).map(({ id }) => id);
}

const guarded = [1_059, 4].flatMap((kind) =>
  askers.flatMap((asker) => [
    withPeer(59, `stored kind ${kind}: what ${asker} finds`, async (peer, check) => {
      const it = mail(check, kind);
      await peer.accept(it.event);
      await using reader = await check.connect();
      const expected = (await becomes(reader, asker, it, check)) ? [it.event.id] : [];
      const { event, author, recipient } = it;
      for (const filter of [
        { ids: [event.id] },
        { kinds: [kind], "#p": [recipient.pubkey] },
        { "#p": [recipient.pubkey] },
        { authors: [author.pubkey] },
      ]) {
        demandEqual(await found(reader, filter), expected, `found by ${Object.keys(filter).join(" and ")}`);
      }
    }),
    withPeer(59, `kind ${kind}, live: what ${asker} gets`, async (peer, check) => {
      const it = mail(check, kind);
      await using reader = await check.connect();
      const may = await becomes(reader, asker, it, check);
      const marker = check.person().sign();
      const { name } = await reader.subscribe({ authors: [it.author.pubkey, marker.pubkey] });
      await peer.accept(it.event, marker);
      await reader.wait(
        "the event after it",
        ([verb, id, event]) => verb === "EVENT" && id === name && (event as SignedEvent).id === marker.id,
      );
      demandEqual(
        reader.eventsOf(name).map(({ id }) => id),
        may ? [it.event.id, marker.id] : [marker.id],
        "delivered",
      );
    }),
  ]),
);

const passing = askers.map((asker) =>
  withPeer(59, `kind 21059, live: what ${asker} gets`, async (peer, check) => {
    const it = mail(check, 21_059);
    await using reader = await check.connect();
    const may = await becomes(reader, asker, it, check);
    const marker = check.person().sign();
    const { name } = await reader.subscribe({ "#p": [it.recipient.pubkey] }, { authors: [marker.pubkey] });
    await peer.accept(it.event, marker);
    await reader.wait(
      "the event after it",
      ([verb, id, event]) => verb === "EVENT" && id === name && (event as SignedEvent).id === marker.id,
    );
    demandEqual(
      reader.eventsOf(name).map(({ id }) => id),
      may ? [it.event.id, marker.id] : [marker.id],
      "delivered",
    );
  }),
);

const sides: readonly CheckCase[] = [
  withPeer(59, "hidden gift wraps use up no limit", async (peer, check) => {
    const it = mail(check, 1_059);
    const open = check.person().sign({ created_at: check.now - 9, tags: [["p", it.recipient.pubkey]] });
    await peer.accept(it.event, open);
    demandEqual(await found(peer, { "#p": [it.recipient.pubkey], limit: 1 }), [open.id], "found");
  }),
  ...[1_059, 4].map((kind) =>
    withPeer(59, `hidden events of kind ${kind} are not counted`, async (peer, check) => {
      const it = mail(check, kind);
      await peer.accept(it.event);
      demandEqual(await peer.count({ "#p": [it.recipient.pubkey] }), 0, "counted by p");
      demandEqual(await peer.count({ ids: [it.event.id] }), 0, "counted by id");
    }),
  ),
  withPeer(59, "a gift wrap published again is answered as the first time", async (peer, check) => {
    const it = mail(check, 1_059);
    const first = await peer.publish(it.event);
    await using other = await check.connect();
    demandEqual(await other.publish(it.event), first, "the second answer");
  }),
  withPeer(59, "a question for gift wraps alone, by nobody, says that one must authenticate", async (peer) => {
    demandPrefix(await peer.closedBecause("REQ", { kinds: [1_059] }), "auth-required");
  }),
];

const protectedEvents: readonly CheckCase[] = [
  withPeer(70, "a protected event of nobody in particular is refused", async (peer, check) => {
    demandPrefix(await peer.refuse(check.person().sign({ tags: [["-"]] })), "auth-required", "restricted", "blocked");
  }),
  withPeer(70, "a protected event of somebody else is refused", async (peer, check) => {
    await peer.authenticate(check.person());
    await peer.refuse(check.person().sign({ tags: [["-"]] }));
  }),
  withPeer(70, "its author may publish it", async (peer, check) => {
    const author = check.person();
    await peer.authenticate(author);
    const it = author.sign({ tags: [["-"]] });
    await peer.accept(it);
    demandEqual(await peer.find({ ids: [it.id] }), [it.id], "stored");
  }),
  withPeer(70, "and everybody may read it", async (peer, check) => {
    const author = check.person();
    await peer.authenticate(author);
    const it = author.sign({ tags: [["-"]] });
    await peer.accept(it);
    await using other = await check.connect();
    demandEqual(await other.find({ ids: [it.id] }), [it.id], "found");
  }),
];

export const privacyCases: readonly CheckCase[] = [
  ...authentication,
  ...guarded,
  ...passing,
  ...sides,
  ...protectedEvents,
];
