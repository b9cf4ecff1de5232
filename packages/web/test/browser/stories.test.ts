/** The stories of the product, each to the end, asserted on what people read on the page, in browsers of their own. */
import { findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "./lab.ts";
import { Person } from "./person.ts";

const chromium = findChromium(process.env);
const LONG = 600_000;
/** Keys of people who are not here. */
const STRANGERS = [
  "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
  "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
];

const linkOf = async (one: Person): Promise<string> => one.link();
/** As others see somebody they have no name for. */
const shortOf = async (one: Person): Promise<string> => {
  const key = await one.key();
  return `${key.slice(0, 10)}…${key.slice(-4)}`;
};

describe.skipIf(chromium === undefined)(`in a real browser${chromium === undefined ? ` (${NO_CHROMIUM})` : ""}`, () => {
  let lab: Lab;
  let [ada, bert, cleo]: Person[] = [];
  let ring: string[] = [];
  beforeAll(async () => {
    lab = await Lab.open(chromium!);
    ada = await Person.arrive(lab, "Ada");
  }, LONG);
  afterAll(() => lab?.[Symbol.asyncDispose]());

  test("two people find each other by a link that survives signing up, and talk", { timeout: LONG }, async () => {
    const link = await ada!.link();
    bert = await Person.arrive(lab, "Bert", link);
    await bert.reads("Ask ⁨Ada⁩ to be in touch?");
    await bert.ask("It is Bert, from the garden");
    await ada!.accept("It is Bert, from the garden", "Bert");
    await ada!.write("Bert", "Hello Bert, good to see you");
    await bert.reads("Hello Bert, good to see you");
    await bert.write("Ada", "And you, Ada");
    await ada!.reads("And you, Ada");
    await bert.reload();
    await bert.reads("Hello Bert, good to see you");
    await bert.reads("And you, Ada");
  });

  test("a group: made alone, joined by a link, left, its key changed, somebody removed", {
    timeout: LONG,
  }, async () => {
    await ada!.createGroup("Gardeners", "Anonymous group");
    await ada!.write("Gardeners", "I water the roses first");
    const invitation = await ada!.invitation();
    cleo = await Person.arrive(lab, "Cleo", invitation);
    await cleo.page.getByLabel("Your words to the group").fill("Cleo here");
    await cleo.page.getByRole("button", { name: "Ask to join" }).click();
    await bert!.joinGroup(invitation, "Bert here");
    for (const words of ["Cleo here", "Bert here"]) {
      const request = ada!.page.locator("li.card", { hasText: words });
      await request.getByRole("button", { name: "Let in" }).click();
      await request.waitFor({ state: "detached" });
    }
    await ada!.reads("3 members");
    // A public link does not name the owner: whoever comes in says whether it is the right one.
    for (const one of [bert!, cleo]) await one.page.getByRole("button", { name: "Yes, it is" }).click();
    await ada!.write("Gardeners", "Welcome, both of you");
    await bert!.reads("Welcome, both of you");
    await cleo.reads("Welcome, both of you");
    await cleo.write("Gardeners", "Happy to be here");
    await bert!.reads("Happy to be here");
    // What was said before they came is not theirs to read.
    expect(await bert!.page.getByText("I water the roses first").count()).toBe(0);

    await bert!.page.getByRole("link", { name: "About" }).click();
    await bert!.page.getByRole("button", { name: "Leave" }).click();
    await ada!.reads("2 members");
    await ada!.write("Gardeners", "Bert has gone");
    await cleo.reads("Bert has gone");

    await ada!.page.getByRole("link", { name: "About" }).click();
    await ada!.page.getByRole("button", { name: "Remove" }).click();
    await ada!.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await cleo.reads("You were removed from this group");
    expect(await cleo.page.getByRole("textbox", { name: "Write to" }).count()).toBe(0);
  });

  test("a channel: by invitation, moved to be rid of somebody, one history", { timeout: LONG }, async () => {
    await ada!.createGroup("Night shift", "Encrypted channel");
    await ada!.write("Night shift", "Who is awake?");
    const links = [await linkOf(bert!), await linkOf(cleo!)];
    await ada!.open("Night shift");
    await ada!.page.getByRole("link", { name: "About" }).click();
    for (const link of links) {
      await ada!.page.getByLabel("Their link, or their key").fill(link);
      await ada!.page.getByLabel("A few words").fill("Join the night shift");
      await ada!.page.getByRole("button", { name: "Invite", exact: true }).click();
    }
    for (const one of [bert!, cleo!]) {
      await one.place("Groups");
      await one.reads("Join the night shift");
      await one.page.getByRole("button", { name: "Join", exact: true }).click();
      await one.reads("Who is awake?");
    }
    await bert!.write("Night shift", "I am awake");
    await cleo!.write("Night shift", "So am I");
    await bert!.reads("So am I");
    await ada!.open("Night shift");
    await ada!.reads("So am I");
    await ada!.page.getByRole("link", { name: "About" }).click();
    const member = ada!.page.locator("li.card", { hasText: await shortOf(cleo!) });
    await member.getByRole("button", { name: "Remove" }).click();
    await ada!.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await cleo!.open("Night shift");
    await cleo!.reads("The channel moved on without you");
    await ada!.open("Night shift");
    await ada!.reads("moved once");
    await ada!.write("Night shift", "Now we are fewer");
    await bert!.reads("Now we are fewer");
    await bert!.reads("So am I");
    expect(await cleo!.page.getByText("Now we are fewer").count()).toBe(0);
  });

  test("a post as a member: checked before, sent as nobody, verified by whoever reads it", {
    timeout: LONG,
  }, async () => {
    ring = [await ada!.key(), await bert!.key(), await cleo!.key()].concat(STRANGERS);
    await bert!.place("Speak");
    await bert!.page.getByRole("link", { name: "Write" }).click();
    await bert!.page.getByLabel("Public keys, yours among them").fill(ring.slice(0, 2).join("\n"));
    await bert!.reads("fewer would hide nobody");
    await bert!.page.getByLabel("What do you want to say?").fill("The well is dry, says Bert");
    await bert!.reads("The text holds one of your own names or keys");
    await bert!.page.getByLabel("Public keys, yours among them").fill(ring.join("\n"));
    await bert!.page.getByLabel("What do you want to say?").fill("The well has been dry for a week");
    await bert!.reads("You will be 1 of 5.");
    await bert!.page.getByRole("button", { name: "Post for ever" }).click();
    await bert!.page.getByRole("link", { name: "Write" }).waitFor();
    await ada!.place("Speak");
    const post = ada!.page.locator("li.post", { hasText: "The well has been dry for a week" });
    await post.getByText("Verified here").waitFor();
    await post.getByText("1 of these 5 keys").waitFor();
    await post.getByRole("button", { name: "1 of 5" }).click();
    await post.getByText("one person may own all of them").waitFor();
  });

  test("a poll: one vote for each member, counted live and again from nothing", { timeout: LONG }, async () => {
    await ada!.place("Speak");
    await ada!.page.getByRole("link", { name: "New poll" }).click();
    await ada!.page.getByLabel("Public keys, yours among them").fill(ring.join("\n"));
    await ada!.page.getByLabel("Question").fill("Dig a new well?");
    await ada!.page.getByRole("textbox", { name: "Answers" }).fill("Yes\nNo");
    await ada!.page.getByRole("button", { name: "Ask", exact: true }).click();
    await ada!.reads("Dig a new well?");
    for (const [one, answer] of [
      [ada!, "Yes"],
      [bert!, "Yes"],
      [cleo!, "No"],
    ] as const) {
      if (one !== ada) {
        await one.place("Speak");
        await one.page.getByRole("link", { name: "Dig a new well?" }).click();
      }
      await one.page.getByRole("radio", { name: answer }).check();
      await one.page.getByRole("button", { name: "Vote" }).click();
      await one.reads("You have voted");
    }
    for (const one of [ada!, cleo!]) {
      await one.reads("3 people have voted");
      await one.reads("2 votes");
      await one.page.getByRole("button", { name: "Count again" }).click();
      await one.reads("3 people have voted");
    }
  });

  test("no socket that signed in as somebody carries an anonymous event", () => {
    const frames = lab.sockets.map(({ sent }) => sent.map((frame): unknown[] => JSON.parse(frame)));
    const isAnonymous = (frame: unknown[]): boolean => {
      const event = frame[1] as { kind: number; tags: string[][] };
      const isProof = frame[0] === "EVENT" && event.tags.some(([name]) => name === "group-member-proof");
      return isProof || (frame[0] === "EVENT" && event.kind === 1018);
    };
    const carriers = frames.filter((sent) => sent.some(isAnonymous));
    // The post, and three ballots, each on a socket of its own.
    expect(carriers).toHaveLength(4);
    for (const sent of carriers) {
      expect(sent.map(([verb]) => verb)).not.toContain("AUTH");
      expect(sent.filter(([verb]) => verb === "EVENT")).toHaveLength(1);
      expect(sent.filter(([verb]) => verb === "REQ")).toHaveLength(0);
    }
    expect(frames.some((sent) => sent.some(([verb]) => verb === "AUTH"))).toBe(true);
  });

  test("nothing went wrong unseen", () => {
    expect(lab.errors).toEqual([]);
    expect(lab.elsewhere).toEqual([]);
  });
});
