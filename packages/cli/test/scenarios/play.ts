/**
 * The story that story.test.ts plays: five people at five processes, and a sixth who has no account. Every step is
 * asserted through what `--json` says; every wait is a command that waits.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { type Ended, Running } from "../programs/bundle.ts";
import { Shell } from "../programs/shell.ts";

export interface Stage {
  readonly program: string;
  readonly folder: string;
  readonly relays: readonly string[];
  /** Whoever has no account asks this one. */
  readonly honest: string;
}

const NAMES = ["anna", "ben", "cleo", "dora", "emil"] as const;
type Name = (typeof NAMES)[number];

export class Play implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #env: Readonly<Record<string, string>>;
  readonly #shells = new Map<Name, Shell>();
  readonly ring: string;

  private constructor(stage: Stage) {
    this.#stage = stage;
    this.#env = { SUBROSA_STORE: join(stage.folder, "store"), SUBROSA_PASSPHRASE: "correct horse battery" };
    this.ring = join(stage.folder, "ring.txt");
  }

  static async begin(stage: Stage): Promise<Play> {
    mkdirSync(stage.folder, { recursive: true });
    const play = new Play(stage);
    const npubs: string[] = [];
    for (const name of NAMES) {
      const { code, out, err } = await play.once("account", "new", name, ...play.#at());
      expect(code, err).toBe(0);
      npubs.push(String((JSON.parse(out) as Record<string, unknown>)["npub"]));
      await play.enter(name);
    }
    writeFileSync(play.ring, `${npubs.join("\n")}\n`);
    return play;
  }

  #at(): string[] {
    return this.#stage.relays.flatMap((relay) => ["--relay", relay]);
  }

  who(name: Name): Shell {
    const shell = this.#shells.get(name);
    if (shell === undefined) throw new Error(`${name} is away`);
    return shell;
  }

  key(name: Name): string {
    return this.#keys.get(name)!;
  }
  readonly #keys = new Map<Name, string>();

  async enter(name: Name): Promise<void> {
    const shell = await Shell.open(this.#stage.program, name, this.#env);
    this.#shells.set(name, shell);
    this.#keys.set(name, shell.pubkey);
  }

  async leave(name: Name): Promise<void> {
    await this.who(name)[Symbol.asyncDispose]();
    this.#shells.delete(name);
  }

  /** A process for one command; with no account named, as somebody who has none. */
  once(...args: readonly string[]): Promise<Ended> {
    return new Running(this.#stage.program, ["--json", ...args], this.#env).ended;
  }

  /** Asks and accepts by alias, and one word each way. */
  async friends(a: Name, b: Name): Promise<void> {
    const [asks, answers] = [this.who(a), this.who(b)];
    expect(await asks.run("alias", "request", answers.pubkey, `it is ${a}`)).toMatchObject({
      type: "alias_request",
      published_to: expect.arrayContaining([expect.stringMatching(/^ws:/)]),
    });
    expect(await answers.run("alias", "await", asks.pubkey, "--relation", "requested-by-peer")).toMatchObject({
      words: `it is ${a}`,
    });
    expect((await asks.ask("alias", "send", answers.pubkey, "too early")).said[0]).toMatchObject({
      reason: "not-in-touch",
    });
    await answers.run("alias", "accept", asks.pubkey);
    await asks.run("alias", "await", answers.pubkey, "--relation", "active");
    await asks.run("alias", "send", answers.pubkey, `hello ${b}`);
    await answers.run("alias", "await", asks.pubkey, "--text", `hello ${b}`);
    await answers.run("alias", "send", asks.pubkey, `hello ${a}`);
    await asks.run("alias", "await", answers.pubkey, "--text", `hello ${a}`);
  }

  /** Anna's group: ben and cleo are let in; cleo leaves while anna is away, and ben changes the key. */
  async group(): Promise<void> {
    const [anna, ben, cleo] = [this.who("anna"), this.who("ben"), this.who("cleo")];
    const made = await anna.run("group", "create", "the rose", ...this.#at());
    expect(made).toMatchObject({ type: "group_create", name: "the rose" });
    const group = String(made["group"]);
    const { invite } = await anna.run("group", "invite", group);
    for (const guest of [ben, cleo]) {
      expect(await guest.run("group", "join", String(invite), "it is me")).toMatchObject({ group });
      await anna.run("group", "await", group, "--request", guest.pubkey);
      await anna.run("group", "approve", group, guest.pubkey);
      await this.#trusts(guest, group, anna.pubkey);
      await guest.run("group", "await", group, "--phase", "member", "--writable");
    }
    for (const each of [anna, ben, cleo]) await each.run("group", "await", group, "--members", "3", "--writable");
    await anna.run("group", "send", group, "welcome");
    for (const each of [ben, cleo]) await each.run("group", "await", group, "--text", "welcome");
    await this.leave("anna");
    await cleo.run("group", "leave", group);
    // A member changes the key, for its owner is not there.
    const after = await ben.run("group", "await", group, "--members", "2", "--writable");
    expect(after["members"]).not.toContainEqual(expect.objectContaining({ person: cleo.pubkey }));
    await ben.run("group", "send", group, "without cleo");
    await this.enter("anna");
    const back = await this.who("anna").run("group", "await", group, "--members", "2", "--text", "without cleo");
    expect(back).toMatchObject({ phase: "owner" });
    const { said } = await cleo.ask("group", "messages", group);
    expect(said.map(({ text }) => text)).toContain("welcome");
    expect(said.map(({ text }) => text)).not.toContain("without cleo");
  }

  async #trusts(guest: Shell, group: string, owner: string): Promise<void> {
    await guest.run("group", "await", group, "--banner", "unknown-owner");
    await guest.run("group", "trust", group, owner);
  }

  /** Anna's channel, which ben comes into; she hands it over to him, and he moves it, and emil comes in by him. */
  async channel(): Promise<void> {
    const [anna, ben, emil] = [this.who("anna"), this.who("ben"), this.who("emil")];
    const made = await anna.run("channel", "create", "garden", ...this.#at());
    const channel = String(made["channel"]);
    await anna.run("channel", "invite", channel, ben.pubkey, emil.pubkey);
    for (const guest of [ben, emil]) {
      expect(await guest.run("channel", "await", channel, "--invited")).toMatchObject({
        invitations: [expect.objectContaining({ from: anna.pubkey })],
      });
      await guest.run("channel", "join", channel);
      await guest.run("channel", "await", channel, "--writable");
    }
    await emil.run("channel", "send", channel, "from emil");
    for (const each of [anna, ben]) await each.run("channel", "await", channel, "--text", "from emil");
    await anna.run("channel", "delegate", channel, ben.pubkey);
    expect(await ben.run("channel", "await", channel, "--offered")).toMatchObject({ offered_by: anna.pubkey });
    await ben.run("channel", "accept", channel);
    for (const each of [anna, ben, emil]) {
      const view = await each.run("channel", "await", channel, "--owner", ben.pubkey, "--moved", "1");
      expect(view).toMatchObject({ name: "garden", verified: true });
    }
    await anna.run("channel", "send", channel, "to ben's garden");
    await emil.run("channel", "await", channel, "--text", "to ben's garden");
    await ben.run("channel", "move", channel, emil.pubkey);
    await emil.run("channel", "await", channel, "--moved", "2", "--writable");
    await ben.run("channel", "send", channel, "without anna");
    await emil.run("channel", "await", channel, "--text", "without anna");
    const { said } = await anna.ask("channel", "messages", channel);
    expect(said.map(({ text }) => text)).toContain("to ben's garden");
    expect(said.map(({ text }) => text)).not.toContain("without anna");
  }

  /** Dora posts as one of five; whoever reads it needs no account, and cannot tell who. */
  async anonymous(): Promise<void> {
    const dora = this.who("dora");
    const words = "somebody has to say it";
    expect((await dora.ask("anon", "post", words, "--ring", this.ring)).code).toBe(2);
    const { said } = await dora.ask("anon", "post", words, "--ring", this.ring, "--yes");
    expect(said.at(-1)).toMatchObject({ type: "anon_post", ring_size: 5, rejected_by: [] });
    const id = String(said.at(-1)!["id"]);
    const fetched = await this.once("event", "fetch", "--relay", this.#stage.honest, "--id", id);
    expect(fetched.out).not.toContain(`"pubkey":"${dora.pubkey}"`);
    const verifying = new Running(this.#stage.program, ["verify", "--json"]);
    verifying.child.stdin?.end(fetched.out);
    const { code, out } = await verifying.ended;
    expect(code).toBe(0);
    const [verdict, summary] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(verdict).toMatchObject({ id, claim: "member-proof", ok: true, ring_size: 5 });
    expect(summary).toMatchObject({ total: 1, valid: 1 });
    const feed = await this.once("anon", "feed", "--relay", this.#stage.honest, "--ring", this.ring, "--known");
    expect(JSON.parse(feed.out.trim().split("\n").at(-1)!)).toMatchObject({
      id,
      state: "verified",
      known_as: this.ring,
    });
  }

  /** Emil asks, four vote, one of them twice; somebody without an account counts. */
  async poll(): Promise<void> {
    const made = await this.who("emil").run("poll", "create", "Roses?", "yes", "no", "--ring", this.ring);
    const poll = String(made["nevent"]);
    const votes: readonly (readonly [Name, string])[] = [
      ["anna", "yes"],
      ["ben", "yes"],
      ["cleo", "no"],
      ["dora", "yes"],
    ];
    for (const [name, choice] of votes) {
      expect(await this.who(name).run("poll", "vote", poll, choice)).toMatchObject({ type: "ballot", rejected_by: [] });
    }
    expect((await this.who("ben").ask("poll", "vote", poll, "no")).said[0]).toMatchObject({ reason: "already-voted" });
    const { code, out, err } = await this.once("poll", "tally", poll, "--relay", this.#stage.honest);
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      question: "Roses?",
      voters: 4,
      options: [
        { label: "yes", votes: 3 },
        { label: "no", votes: 1 },
      ],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const shells = [...this.#shells.values()];
    this.#shells.clear();
    for (const shell of shells) await shell.running.end();
  }
}
