/**
 * The page in a real Chromium: what a first visit loads and how soon it answers on a processor four times slower, a feed
 * of 1,000 proofs that is scrolled to its end, 1,000 messages of a group that come in one burst.
 *
 * A long task is one of 50 ms and more, as the browser counts; the longest and their sum stand in the lines.
 */
import { gzipSync } from "node:zlib";
import { systemRandom as random, systemClock } from "@subrosa/client/ports";
import { connectNode } from "@subrosa/client/relay/connect-node";
import { Network } from "@subrosa/client/relay/network";
import { verifyInPlace } from "@subrosa/client/relay/verify-in-place";
import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { createGroup, message } from "@subrosa/core/group/acts";
import { writeInvite } from "@subrosa/core/group/invite";
import { PLAIN_GROUP } from "@subrosa/core/group/metadata";
import { signEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { readPublicKey } from "@subrosa/core/nostr/keys";
import { signAsGroupMember } from "@subrosa/core/proof/sign";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import type { Page } from "playwright-core";
import type { Area, Line } from "./harness.ts";
import { interactiveAt, longTasks, nowOf, WebStage } from "./web-stage.ts";

export const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const AREA = "web";
const SLOWED = 4;
const PROOFS = 1_000;
const RINGS = { least: 20, most: 100 };
const MESSAGES = 1_000;
/** Milliseconds. */
const SCROLL_PATIENCE = 600_000;

export function web(): Area {
  return { area: AREA, works: [], facts };
}

async function facts(): Promise<readonly Line[]> {
  const curve = openCurve();
  await using stage = await WebStage.open(CHROMIUM);
  const lines = [...(await firstVisit(stage))];
  const { page, context } = await stage.visit();
  await stage.arrive(page, "Ada");
  lines.push(...(await burst(stage, page, curve)), ...(await scroll(stage, page, curve)));
  await context.close();
  return lines;
}

async function firstVisit(stage: WebStage): Promise<readonly Line[]> {
  const { page, context } = await stage.visit(SLOWED);
  const scripts: Promise<number>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    scripts.push(response.body().then((body) => gzipSync(body, { level: 9 }).length));
  });
  await page.goto(stage.address);
  const first = await interactiveAt(page);
  const size = (await Promise.all(scripts)).reduce((sum, each) => sum + each, 0);
  await stage.arrive(page, "Sam");
  await page.reload();
  const again = await interactiveAt(page);
  await context.close();
  return [
    { area: AREA, work: "script of a first visit, gzip", ours: size / 1_024, unit: "kib" },
    { area: AREA, work: `first visit until it answers, processor ${SLOWED}× slower`, ours: first * 1_000, unit: "us" },
    { area: AREA, work: `coming back until it answers, the same`, ours: again * 1_000, unit: "us" },
  ];
}

/** 1,000 messages of somebody else while the group is open, and what the page was kept from meanwhile. */
async function burst(stage: WebStage, page: Page, curve: Curve): Promise<readonly Line[]> {
  await page.evaluate("location.hash = '#/settings'");
  const key = readPublicKey(await page.getByLabel("Public key").inputValue(), curve);
  if (!key.ok) throw new Error("the page shows no key");
  const owner = Secret.from(random(32), curve);
  const means = { random, curve };
  const now = systemClock.now();
  const made = createGroup(
    owner,
    [{ person: key.pubkey, role: "member" }],
    { ...PLAIN_GROUP, name: "Burst" },
    now - MESSAGES - 1,
    means,
  );
  const first = signEvent(made.event, made.alias, random(32), curve);
  const groupKey = toHex(made.secret.pubkey) as PubkeyHex;
  const say = (text: string, at: number): VerifiedEvent => {
    const said = message(first.id, groupKey, { words: { kind: "text", text } }, owner, at, means);
    return signEvent(said.event, said.alias, random(32), curve);
  };
  await publish(stage, [first], curve);
  const invite = writeInvite({ create: first.id, key: groupKey, relays: [stage.relay] });
  await page.evaluate(`location.hash = ${JSON.stringify(`#/join/${invite}`)}`);
  await page.getByRole("button", { name: "Ask to join" }).click();
  const field = page.getByRole("textbox", { name: "Write to" });
  const trust = page.getByRole("button", { name: "Yes, it is" });
  await field.or(trust).first().waitFor();
  if (await trust.isVisible()) await trust.click();
  await field.waitFor();
  const events = Array.from({ length: MESSAGES }, (_, i) => say(`message ${i}`, now - MESSAGES + i));
  const began = await nowOf(page);
  await publish(stage, events, curve);
  const sent = await nowOf(page);
  await page
    .getByText(`message ${MESSAGES - 1}`)
    .last()
    .waitFor();
  const ended = await nowOf(page);
  const what = `${MESSAGES} group messages in a burst`;
  return [
    { area: AREA, work: `${what}: until the last is read`, ours: (ended - began) * 1_000, unit: "us" },
    { area: AREA, work: `${what}: behind the last that was sent`, ours: (ended - sent) * 1_000, unit: "us" },
    ...(await busy(page, began, what)),
  ];
}

async function scroll(stage: WebStage, page: Page, curve: Curve): Promise<readonly Line[]> {
  const secret = Secret.from(random(32), curve);
  const others = Array.from({ length: RINGS.most }, () => toHex(Secret.from(random(32), curve).pubkey));
  const now = systemClock.now();
  const posts = Array.from({ length: PROOFS }, (_, i) => {
    const size = RINGS.least + (i % (RINGS.most - RINGS.least + 1));
    const keys = [toHex(secret.pubkey), ...others.slice(0, size - 1)];
    const template = { kind: 1, created_at: now - i, tags: [], content: `No. ${i} of a feed to be scrolled`, keys };
    const draws = { secret, oneTimeSecret: random(32), fresh: random(32), aux: random(32) };
    return signAsGroupMember(template, draws, curve);
  });
  await publish(stage, posts, curve);
  const opened = await nowOf(page);
  // By its address: in a conversation a small screen has no room for the places.
  await page.evaluate("location.hash = '#/speak'");
  await page.getByText("Verified here").first().waitFor();
  const shown = await nowOf(page);
  // Let it come to rest: what is measured first is the opening, then the scrolling alone.
  const opening = await busy(page, opened, `a feed of ${PROOFS} proofs, opened`);
  const began = await nowOf(page);
  const box = page.getByRole("region", { name: "Posts by members" });
  const place = await box.boundingBox();
  await page.mouse.move((place?.x ?? 0) + 100, (place?.y ?? 0) + 200);
  const last = page.getByText(`No. ${PROOFS - 1} of a feed`);
  while ((await last.count()) === 0) {
    if ((await nowOf(page)) - began > SCROLL_PATIENCE) throw new Error("the feed did not come to its end");
    await page.mouse.wheel(0, 1_500);
    await page.evaluate("new Promise((done) => requestAnimationFrame(done))");
  }
  await last.scrollIntoViewIfNeeded();
  const ended = await nowOf(page);
  const what = `a feed of ${PROOFS} proofs, scrolled`;
  return [
    {
      area: AREA,
      work: `a feed of ${PROOFS} proofs: until one is verified`,
      ours: (shown - opened) * 1_000,
      unit: "us",
    },
    ...opening,
    { area: AREA, work: `${what} to its end`, ours: (ended - began) * 1_000, unit: "us" },
    ...(await busy(page, began, what)),
  ];
}

async function busy(page: Page, since: number, what: string): Promise<readonly Line[]> {
  const tasks = await longTasks(page, since);
  const longest = tasks.reduce((most, { ms }) => Math.max(most, ms), 0);
  const sum = tasks.reduce((all, { ms }) => all + ms, 0);
  return [
    { area: AREA, work: `${what}: longest of ${tasks.length} long tasks`, ours: longest * 1_000, unit: "us" },
    { area: AREA, work: `${what}: long tasks together`, ours: sum * 1_000, unit: "us" },
  ];
}

/** As nobody; resolves when the relay has them all. */
async function publish(stage: WebStage, events: readonly VerifiedEvent[], curve: Curve): Promise<void> {
  const common = { clock: systemClock, random, curve };
  using network = new Network({ ...common, connect: connectNode, verify: verifyInPlace(curve, random) });
  using sockets = network.anonymously();
  for (let i = 0; i < events.length; i += 100) {
    const some = events.slice(i, i + 100).map((event) => sockets.publish([stage.relay], event));
    for (const [result] of await Promise.all(some)) {
      if (result?.outcome !== "accepted") throw new Error(`the relay did not take it: ${JSON.stringify(result)}`);
    }
  }
}
