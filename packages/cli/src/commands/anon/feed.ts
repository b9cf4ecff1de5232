/** anon feed: what members of rings say, each post verified here; needs no account, and asks as nobody. */
import { Feed } from "@subrosa/client/session/feed";
import { judgeInPlace } from "@subrosa/client/session/judge";
import { POST_SENTENCES, type Post } from "@subrosa/client/session/post";
import type { RingName } from "@subrosa/core/ring/ring";
import { PATIENCE, patiently } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import type { Given } from "../../given.ts";
import { dateOf, noteOf } from "../../names.ts";
import { openNetwork } from "../../network.ts";
import { oneLine } from "../../printable.ts";
import { RELAY_OPTION } from "../../publish.ts";
import { openRing, readKeys } from "../../ring-file.ts";
import { followed, until } from "../../watch.ts";

export const anonFeed: Command = {
  options: [
    RELAY_OPTION,
    { flags: "--ring <file>", about: "a ring you know, shown under the file's name", many: true },
    { flags: "--known", about: "only posts of rings you know" },
    { flags: "-k, --kind <number>", about: "of this kind (1)" },
    { flags: "-n, --limit <number>", about: "as many at most, of each relay (200)" },
    { flags: "-w, --watch", about: "stay, and show what comes" },
    PATIENCE,
  ],
  examples: ["subrosa anon feed --relay ws://127.0.0.1:7777 --ring friends.txt"],
  async run(given, tools) {
    const { host, curve } = tools;
    const relays = given.relays();
    if (relays.length === 0) throw badArguments("Give at least one --relay.");
    const pins = pinsOf(given, tools);
    using network = openNetwork({ curve, host });
    const judge = judgeInPlace(curve, host.clock);
    using feed = new Feed({ network, judge, clock: host.clock, trust: () => ({ pins }) });
    const kinds = [given.integer("kind", { max: 65_535 }) ?? 1];
    feed.follow({ relays, filters: [{ kinds, limit: given.integer("limit", { min: 1 }) ?? 200 }] });
    await patiently(given, tools, (patience) => network.hearing.caughtUp(patience));
    await until(feed.settled, tools, (isSettled) => isSettled);
    const isShown = ({ state }: Post): boolean =>
      !given.has("known") || (state.kind === "verified" && state.trust.by !== "nothing");
    await followed(feed.posts, given, tools, {
      items: (posts) => posts.filter((post) => isJudged(post) && isShown(post)).toReversed(),
      idOf: ({ event }) => event.id,
      show: (post) => showPost(post, tools),
    });
  },
};

function isJudged({ state }: Post): boolean {
  return state.kind !== "unchecked" && state.kind !== "checking";
}

function pinsOf(given: Given, { curve }: Tools): ReadonlyMap<RingName, string> {
  return new Map(
    given.many("ring").map((path) => {
      return [openRing(readKeys(path, curve), curve).name, path] as const;
    }),
  );
}

function showPost({ event, state, relays }: Post, { screen }: Tools): void {
  const { id, created_at, content } = event;
  const common = { type: "post", id, at: created_at, text: content, relays };
  if (state.kind === "verified") {
    const { by, n, ring, trust, badge, image } = state;
    const label = "label" in trust ? trust.label : null;
    const who = label === null ? `1 of ${n} keys` : `1 of ${n} of ${oneLine(label)}`;
    screen.result(
      { ...common, state: "verified", by, ring, ring_size: n, known_as: label, badge, key_image: image ?? null },
      `${dateOf(created_at)}  ${who}: ${oneLine(content)}`,
    );
    return;
  }
  const reason = state.kind === "failed" ? state.reason : null;
  const sentence = state.kind === "failed" ? POST_SENTENCES[state.reason] : state.kind;
  screen.result({ ...common, state: state.kind, reason }, [`${noteOf(id)}  not shown: ${sentence}`, "bad"]);
}
