/**
 * What an operator can set: one JSON file, flags for the few things that differ between two relays on one machine.
 * Everything has a default that is right for private traffic on one machine; unknown fields are refused, because a
 * setting that is misspelt is a setting that is not made.
 */
import { pubkeyHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { boolean, integer, list, object, oneOf, type Shape, type ShapeValue, text } from "@subrosa/core/json";
import { MAX_PERIOD, MIN_PERIOD } from "@subrosa/core/proof/anonymous-auth";

const kind = integer({ max: 65_535 });
const pubkey: Shape<string> = {
  read: (value, path) => {
    const key = pubkeyHex(value);
    if (key === undefined) throw new WireError("wire/hex", path);
    return key;
  },
  write: (value) => value,
};
const words = text({ max: 4_096 });
const many = { max: 100_000 };

const settings = {
  /** Listens on this address; loopback unless set. */
  host: words,
  port: integer({ max: 65_535 }),
  data: words,
  /** Every wss:// URL under which clients reach this relay: what AUTH and NIP-62 compare with. */
  urls: list(words, { max: 32 }),
  name: words,
  description: words,
  contact: words,
  icon: words,
  /** The operator, who is also the administrator for NIP-86. */
  pubkey,
  admins: list(pubkey, many),
  durability: oneOf("full", "relaxed"),
  /** `postgres`: several processes may be one relay. See docs/guide/postgres.md. */
  store: oneOf("embedded", "postgres"),
  /** A file that holds the connection string; without it SUBROSA_DATABASE and PGHOST and its like say where. */
  databaseFile: words,
  /** The database's schema in which everything is. */
  databaseSchema: words,
  /** Connections of this process that answer queries. */
  databaseReaders: integer({ min: 1, max: 200 }),
  cacheMegabytes: integer({ min: 1, max: 1 << 20 }),
  maxEventBytes: integer({ min: 1_024, max: 8 << 20 }),
  maxSubscriptions: integer({ min: 1, max: 10_000 }),
  maxFilters: integer({ min: 1, max: 1_000 }),
  maxLimit: integer({ min: 1, max: 1_000_000 }),
  defaultLimit: integer({ min: 1, max: 1_000_000 }),
  maxWork: integer({ min: 1_000, max: 1_000_000_000 }),
  maxNegotiated: integer({ min: 1, max: 10_000_000 }),
  maxInFlight: integer({ min: 1, max: 100_000 }),
  /** Of one address: frames that cannot be read count one, bad signatures four. */
  faultsPerSecond: integer({ min: 1, max: 1_000_000_000 }),
  maxPendingBytes: integer({ min: 1 << 16, max: 1 << 30 }),
  maxConnections: integer({ min: 1, max: 10_000_000 }),
  maxConnectionsPerAddress: integer({ min: 1, max: 10_000_000 }),
  /** Seconds. */
  maxFuture: integer(),
  maxPast: integer(),
  pow: integer({ max: 64 }),
  allowKinds: list(kind, many),
  denyKinds: list(kind, many),
  members: list(pubkey, many),
  denyAuthors: list(pubkey, many),
  authToRead: boolean,
  /** Only members, and whoever is admitted without a name, may ask. */
  membersToRead: boolean,
  authToWrite: boolean,
  eventsPerMinutePerKey: integer({ min: 1 }),
  eventsPerMinutePerAddress: integer({ min: 1 }),
  /** A module of the operator's own that says which events to take; its path, from the configuration file's folder. */
  policy: words,
  policyTimeoutMs: integer({ min: 10, max: 60_000 }),
  /** PROOF-14: the keys of members who may come without saying who they are. Published. */
  anonymousRing: list(pubkey, { min: 3, max: 1_000 }),
  /** Seconds within which what one anonymous member does can be linked. */
  anonymousPeriod: integer({ min: MIN_PERIOD, max: MAX_PERIOD }),
  eventsPerMinutePerAnonymous: integer({ min: 1 }),
  /** PROOF-9: judge proofs, label them, and find events by them; before or after they are stored. */
  proofs: oneOf("off", "after", "before"),
  /** A folder of static files that people see at `/`: the web app as it was built. */
  site: words,
  /** Blossom, for pictures and files. */
  media: oneOf("off", "on"),
  mediaMaxBytes: integer({ min: 1 }),
  /** Of one key. */
  mediaQuotaBytes: integer({ min: 1 }),
  /** NIP-59's deletion by the recipient; see CHANNEL-10 before turning it on. */
  recipientDeletesWraps: boolean,
  /** Take the client's address from X-Forwarded-For: only behind a proxy that sets it. */
  trustForwarded: boolean,
  logAddresses: boolean,
} as const;

export const configShape = object({}, { optional: settings });
export type ConfigFile = ShapeValue<typeof configShape>;

/** With a default for all that has one. */
export type Config = ConfigFile &
  Required<
    Pick<
      ConfigFile,
      | "host"
      | "port"
      | "data"
      | "urls"
      | "name"
      | "description"
      | "durability"
      | "store"
      | "cacheMegabytes"
      | "maxEventBytes"
      | "maxSubscriptions"
      | "maxFilters"
      | "maxLimit"
      | "defaultLimit"
      | "maxWork"
      | "maxNegotiated"
      | "maxInFlight"
      | "faultsPerSecond"
      | "maxPendingBytes"
      | "maxConnections"
      | "maxConnectionsPerAddress"
      | "maxFuture"
      | "pow"
      | "anonymousPeriod"
      | "policyTimeoutMs"
      | "proofs"
      | "media"
      | "mediaMaxBytes"
      | "mediaQuotaBytes"
    >
  >;

export const DEFAULT_CONFIG: Config = Object.freeze({
  host: "127.0.0.1",
  port: 7_777,
  data: "data/relay",
  urls: [],
  name: "Subrosa relay",
  description: "A relay for private traffic: gift wraps go to their recipients and to nobody else.",
  durability: "full",
  store: "embedded",
  cacheMegabytes: 64,
  maxEventBytes: 1 << 20,
  maxSubscriptions: 128,
  maxFilters: 64,
  maxLimit: 5_000,
  defaultLimit: 500,
  maxWork: 500_000,
  maxNegotiated: 500_000,
  maxInFlight: 512,
  faultsPerSecond: 200,
  maxPendingBytes: 4 << 20,
  maxConnections: 100_000,
  maxConnectionsPerAddress: 20_000,
  maxFuture: 900,
  pow: 0,
  anonymousPeriod: 86_400,
  policyTimeoutMs: 1_000,
  proofs: "after",
  media: "on",
  mediaMaxBytes: 32 << 20,
  mediaQuotaBytes: 512 << 20,
} as const);
