/** Runs vectors/channel-passive.json: given what a relay holds and one secret, what does a reader see? */

import { fromHex, toHex } from "@subrosa/core/bytes";
import { Secret } from "@subrosa/core/secret";
import { nip44, verifyEvent } from "nostr-tools";
import { describe, expect, test } from "vitest";
import { curve, Person, Relay, Stage } from "../scenarios/channel-stage.ts";
import { makePassive, watch } from "./channel-passive-vectors.ts";
import { vectorFile } from "./vector-file.ts";

const { file, made } = vectorFile("channel-passive.json", makePassive);

test("vectors/channel-passive.json is what its code makes", () => expect(file).toEqual(made));

test("there are enough of them, of every kind of outcome", () => {
  expect(file.cases.length).toBeGreaterThanOrEqual(20);
  const kinds = new Set(file.cases.map(({ sees }) => sees.kind));
  expect([...kinds].toSorted()).toEqual(["ended", "member", "removed", "stopped", "waiting"]);
});

describe("a reader who only knows his secret sees what the rules say", () => {
  for (const { id, why, reader, now, wraps, sees } of file.cases) {
    test(`channel-passive #${id}: ${why}`, () => {
      const relay = new Relay("wss://one");
      for (const wrap of wraps) relay.take(wrap);
      const stage = new Stage(`reader ${id}`, [relay]);
      stage.now = now;
      const person = new Person(stage, "reader", Secret.from(fromHex(reader, 32)!, curve));
      expect(watch(person)).toEqual(sees);
    });
  }
});

/** What a client made of another library and of the draft alone opens: NIP-44, then a signed event or a seal. */
function openElsewhere(wrap: (typeof file.cases)[0]["wraps"][0], secret: string): { readonly kind: number } {
  const key = nip44.getConversationKey(fromHex(secret, 32)!, wrap.pubkey);
  return JSON.parse(nip44.decrypt(wrap.content, key)) as { kind: number };
}

describe("another library opens the same wraps", () => {
  for (const { id, why, reader, wraps } of file.cases) {
    test(`channel-passive #${id} with nostr-tools: ${why}`, () => {
      const pubkey = toHex(Secret.from(fromHex(reader, 32)!, curve).pubkey);
      const toReader = wraps.filter(({ tags }) => tags[0]?.[1] === pubkey);
      expect(toReader.length).toBeGreaterThan(0);
      for (const wrap of toReader) {
        expect(verifyEvent(structuredClone(wrap) as never)).toBe(true);
        const inner = openElsewhere(wrap, reader);
        expect([13, 401, 404]).toContain(inner.kind);
        if (inner.kind !== 13) expect(verifyEvent(inner as never)).toBe(true);
        if (inner.kind === 401) expect(opensChannel(inner as never, wraps)).toBe(true);
      }
    });
  }
});

/** With the `privkey` of a signed 401, everything addressed to that key opens too. */
function opensChannel(invitation: { readonly tags: string[][] }, wraps: (typeof file.cases)[0]["wraps"]): boolean {
  const secret = invitation.tags.find(([name]) => name === "privkey")![1]!;
  const key = toHex(Secret.from(fromHex(secret, 32)!, curve).pubkey);
  const toChannel = wraps.filter(({ tags }) => tags[0]?.[1] === key);
  return toChannel.length > 0 && toChannel.every((wrap) => openElsewhere(wrap, secret).kind > 0);
}
