/**
 * Every setting in a sentence: what it takes and what it does. For people who got one wrong, for `subrosa-relay
 * settings`, and for docs/guide/settings.md, which a test keeps equal to this.
 */
import type { WireError } from "@subrosa/core/errors";
import { type ConfigFile, DEFAULT_CONFIG } from "./config.ts";

type Help = readonly [takes: string, does: string];

const count = (of: string): string => `a whole number of ${of}`;

export const SETTINGS: Readonly<Record<keyof Required<ConfigFile>, Help>> = {
  host: ["an address of this machine", "where it listens; loopback unless you set it"],
  port: ["a whole number from 0 to 65535", "the port; 0 takes a free one"],
  data: ["a path", "the folder with events, media and the relay's key"],
  urls: [
    "a list of wss:// addresses",
    "under which clients reach it: AUTH and requests to vanish are compared with them",
  ],
  name: ["text", "what it is called, in NIP-11 and on its page"],
  description: ["text", "what it is for"],
  contact: ["text", "how to reach you"],
  icon: ["a URL", "of its picture"],
  pubkey: ["64 lowercase hex digits", "your key, which is an administrator's too"],
  admins: ["a list of keys", "who may manage the relay while it runs (NIP-86)"],
  durability: ["`full` or `relaxed`", "`full`: OK when the disk has it; `relaxed`: up to a second earlier"],
  store: ["`embedded` or `postgres`", "`embedded`: files below `data`; `postgres`: a database, for several processes"],
  databaseFile: [
    "a path",
    "a file with the connection string; without it SUBROSA_DATABASE, PGHOST and so on say where",
  ],
  databaseSchema: ["lowercase letters, digits and _", "the database's schema in which everything is"],
  databaseReaders: ["a whole number from 1 to 200", "connections of one process that answer queries"],
  cacheMegabytes: ["a whole number from 1", "memory for events that were read or written lately"],
  maxEventBytes: ["a whole number from 1024 to 8388608", "the largest event taken, as JSON"],
  maxSubscriptions: ["a whole number from 1", "of one connection at a time"],
  maxFilters: ["a whole number from 1", "in one request"],
  maxLimit: ["a whole number from 1", "the most events one filter is answered with"],
  defaultLimit: ["a whole number from 1", "how many where a filter names no limit"],
  maxWork: ["a whole number from 1000", "index entries that one query may look at"],
  maxNegotiated: ["a whole number from 1", "events in one negotiation (NIP-77)"],
  maxInFlight: ["a whole number from 1", "events of one connection that wait for their answer"],
  faultsPerSecond: [
    "a whole number from 1",
    "what one address may do wrong before it has to wait: unreadable frames count 1, bad signatures 4",
  ],
  maxPendingBytes: ["a whole number from 65536", "left unread by a client before it is cut off"],
  maxConnections: ["a whole number from 1", "of all clients"],
  maxConnectionsPerAddress: ["a whole number from 1", "of one network address; behind a proxy see trustForwarded"],
  maxFuture: [count("seconds"), "how far created_at may be ahead"],
  maxPast: [count("seconds"), "how old an event may be; without it any age"],
  pow: ["a whole number from 0 to 64", "bits of work that an event's id must show (NIP-13)"],
  allowKinds: ["a list of kinds", "only these are taken"],
  denyKinds: ["a list of kinds", "these are not taken"],
  members: ["a list of keys", "who may write; gift wraps from anybody of them who authenticated"],
  denyAuthors: ["a list of keys", "who may not write"],
  authToRead: ["true or false", "whoever asks must have authenticated (NIP-42)"],
  membersToRead: ["true or false", "whoever asks must be one of the members, or admitted without a name"],
  authToWrite: ["true or false", "whoever writes must have authenticated"],
  eventsPerMinutePerKey: ["a whole number from 1", "accepted from one author"],
  eventsPerMinutePerAddress: ["a whole number from 1", "accepted from one network address"],
  policy: ["a path, from this file's folder", "a module of your own that says which events to take"],
  policyTimeoutMs: ["a whole number from 10 to 60000", "milliseconds after which it is ended and its events refused"],
  anonymousRing: ["a list of 3 to 1000 keys", "members who may come without saying who they are (PROOF-14); published"],
  anonymousPeriod: ["a whole number from 3600 to 31536000", "seconds within which one of them is one pseudonym"],
  eventsPerMinutePerAnonymous: ["a whole number from 1", "accepted from one such member"],
  proofs: ["`off`, `after` or `before`", "when proofs of membership are judged: not, after storing, or before"],
  site: ["a folder", "static files that people see at `/`, such as the web app as it was built"],
  media: ["`on` or `off`", "the Blossom server for pictures and files"],
  mediaMaxBytes: ["a whole number from 1", "of one file"],
  mediaQuotaBytes: ["a whole number from 1", "of all files of one key"],
  recipientDeletesWraps: ["true or false", "whether the recipient of a gift wrap may delete it; see CHANNEL-10 first"],
  trustForwarded: ["true or false", "take the client's address from X-Forwarded-For: only behind a proxy that sets it"],
  logAddresses: ["true or false", "write clients' addresses into the log"],
};

/** What is wrong with a configuration and what to do, in a sentence; `names` are the fields that were given. */
export function adviceFor(error: WireError, names: readonly string[]): string {
  if (error.code === "wire/unknown-field") {
    const unknown = names.filter((name) => !Object.hasOwn(SETTINGS, name));
    return `there is no setting ${unknown.map(quoted).join(", ")}${near(unknown[0] ?? "")}; see subrosa-relay settings`;
  }
  if (error.code === "wire/json") return "it is no JSON object; see relay.example.json";
  if (error.code === "wire/duplicate-field") return "a setting stands there twice; remove one of the two";
  const name = /^\w+\.(\w+)/.exec(error.path)?.[1];
  const help =
    name !== undefined && Object.hasOwn(SETTINGS, name) ? SETTINGS[name as keyof typeof SETTINGS] : undefined;
  return help === undefined ? error.message : `${error.path.replace(/^\w+\./, "")} takes ${help[0]}`;
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}

/** A misspelt name shares most of its letters with the right one. */
function near(name: string): string {
  const letters = (text: string): string => [...text.toLowerCase()].sort().join("");
  const close = Object.keys(SETTINGS).find((known) => {
    return letters(known) === letters(name) || known.toLowerCase().startsWith(name.toLowerCase().slice(0, -1));
  });
  return close === undefined || name.length < 3 ? "" : `; did you mean ${close}`;
}

/** Markdown: a row for each setting. */
export function settingsTable(): string {
  const defaults: Readonly<Record<string, unknown>> = { ...DEFAULT_CONFIG };
  const rows = Object.entries(SETTINGS).map(([name, [takes, does]]) => {
    const value = defaults[name];
    return `| \`${name}\` | ${takes} | ${value === undefined ? "" : `\`${JSON.stringify(value)}\``} | ${does} |`;
  });
  return ["| setting | takes | default | what it does |", "|---|---|---|---|", ...rows].join("\n");
}
