/** Whatever strangers write is text: through every field they control, no script of theirs runs and nothing is fetched. */
import { systemClock } from "@subrosa/client/ports";
import type { PubkeyHex } from "@subrosa/core/bytes";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { writePoll } from "@subrosa/core/poll/poll";
import { findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostileStrings } from "./hostile.ts";
import { Lab } from "./lab.ts";
import { Person } from "./person.ts";
import { Stranger } from "./stranger.ts";

const chromium = findChromium(process.env);
const LONG = 600_000;
const RING = [
  "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
  "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
];

describe.skipIf(chromium === undefined)(`hostile words${chromium === undefined ? ` (${NO_CHROMIUM})` : ""}`, () => {
  let lab: Lab;
  let ada: Person;
  let mallory: Stranger;
  const words = [...hostileStrings(256)];
  const take = (count: number): readonly string[] => words.splice(0, count);
  beforeAll(async () => {
    lab = await Lab.open(chromium!);
    ada = await Person.arrive(lab, "Ada");
    mallory = await Stranger.at(lab.address.replace("http", "ws"));
  }, LONG);
  afterAll(async () => {
    await mallory?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  test("names in links that were sent", { timeout: LONG }, async () => {
    const npub = encodeEntity({ type: "npub", pubkey: mallory.session.me });
    for (const name of take(100)) {
      await ada.go(`#/add/${npub}/${encodeURIComponent(name).replaceAll("'", "%27")}`);
      await ada.page.getByRole("heading", { name: "Add somebody" }).waitFor();
    }
  });

  test("a request, and who asks", { timeout: LONG }, async () => {
    const [first = ""] = take(1);
    await mallory.session.contacts!.request((await ada.hexKey()) as PubkeyHex, first);
    await ada.place("People");
    await ada.page.getByRole("list").getByRole("link", { name: "0" }).first().click();
    await ada.page.getByRole("button", { name: "Accept" }).click();
    await ada.page.getByText("Say hello").waitFor();
    const adaKey = (await ada.hexKey()) as PubkeyHex;
    const relation = () => mallory.session.contacts!.contacts.current.get(adaKey)?.acquaintance.relation.kind;
    await expect.poll(relation, { timeout: LONG }).toBe("active");
    for (const text of take(79)) expect(await mallory.session.contacts!.say(adaKey, text)).toBeUndefined();
    await ada.place("People");
    await ada.page.getByRole("list").getByRole("link").first().click();
    await ada.page.getByRole("button", { name: "Show earlier messages" }).click();
  });

  test("posts and polls", { timeout: LONG }, async () => {
    const keys = [mallory.session.me, ...(RING as PubkeyHex[])];
    await mallory.publish(take(60).map((text) => mallory.post(text, keys)));
    const polls = Array.from({ length: 4 }, () => {
      const [question = "", ...labels] = take(4);
      const options = labels.map((label, i) => ({ id: String(i), label }));
      return mallory.sign(writePoll({ question, options, keys, createdAt: systemClock.now() }));
    });
    for (const poll of polls) await mallory.session.outbox.send(poll, mallory.session.me, [mallory.relay]);
    await ada.place("Speak");
    await ada.page.locator("li.post").nth(11).waitFor();
    await ada.page.getByText("Verified here").first().waitFor();
    for (const { id } of polls) {
      await ada.go(`#/poll/${id}`);
      await ada.page.getByRole("button", { name: "Vote" }).waitFor();
    }
  });

  test("of all these strings none ran, and none made the page ask anybody anything", () => {
    expect(words).toHaveLength(0);
    expect(lab.executions).toEqual([]);
    expect(lab.elsewhere).toEqual([]);
    expect(lab.errors).toEqual([]);
    const hosts = new Set(lab.sockets.map(({ url }) => new URL(url).host));
    expect([...hosts]).toEqual([new URL(lab.address).host]);
  });
});
