/** What the laws draw from: values of the door's types, small enough that coincidences happen. */
import fc from "fast-check";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import type { ClientMessage } from "../../src/nostr/client-message.ts";
import type { Rumor, SignedEvent } from "../../src/nostr/event.ts";
import { type Filter, TAG_LETTERS } from "../../src/nostr/filter.ts";
import type { SubscriptionId } from "../../src/nostr/frame.ts";
import type { Entity } from "../../src/nostr/nip19.ts";
import { REASON_PREFIXES } from "../../src/nostr/reason.ts";
import type { RelayMessage } from "../../src/nostr/relay-message.ts";

/** Well-formed text with everything that JSON escapes and everything that it does not. */
export const wellFormed = fc.string({
  unit: fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom("\u0000", "\b", "\t", "\n", "\u000b", "\f", "\r", '"', "\\", "/", "\u001f", "\u007f", "\u0080"),
    fc.constantFrom("\u2028", "\u2029", "\ufeff", "\uffff", "é", "\u{10ffff}", "🌹", "a"),
  ),
  maxLength: 20,
});

export const seconds = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.constantFrom(1_700_000_000, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
export const kind = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 65_535 }));

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
/** Half the time one of three, so that filters and events meet. */
export const hex32 = fc.oneof(
  fc.constantFrom("1", "2", "3").map((digit) => digit.repeat(64)),
  hex(64),
);
const eventIds = hex32.map((value) => value as EventId);
const pubkeys = hex32.map((value) => value as PubkeyHex);

const tagName = fc.oneof(fc.constantFrom("e", "p", "t", "T", "d"), wellFormed);
const tagValue = fc.oneof(fc.constantFrom("", "rose", "thorn"), hex32, wellFormed);
const tag = fc
  .tuple(tagName, fc.array(tagValue, { maxLength: 3 }))
  .map(([name, values]): readonly string[] => [name, ...values]);

export const rumor: fc.Arbitrary<Rumor> = fc.record({
  id: eventIds,
  pubkey: pubkeys,
  created_at: seconds,
  kind,
  tags: fc.array(tag, { maxLength: 5 }),
  content: wellFormed,
});

export const signedEvent: fc.Arbitrary<SignedEvent> = fc
  .tuple(rumor, hex(128))
  .map(([event, sig]) => ({ ...event, sig }));

const some = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 3 });
const tagConditions = fc
  .array(
    fc.constantFrom(...TAG_LETTERS, "e", "p", "t", "T", "d").chain((letter) => {
      const values = letter === "e" || letter === "p" ? hex32 : tagValue;
      return fc.tuple(fc.constant(`#${letter}`), some(values));
    }),
    { maxLength: 3 },
  )
  .map((pairs) => Object.fromEntries(pairs));

export const filter: fc.Arbitrary<Filter> = fc
  .tuple(
    fc.record(
      {
        ids: some(eventIds),
        authors: some(pubkeys),
        kinds: some(kind),
        since: seconds,
        until: seconds,
        limit: fc.nat(500),
        search: wellFormed,
      },
      { requiredKeys: [] },
    ),
    tagConditions,
  )
  .map(([fields, tags]) => ({ ...fields, ...tags }) as Filter);

const subscription = wellFormed
  .filter((value) => value.length >= 1)
  .map((value) => value.slice(0, 64) as SubscriptionId)
  .filter((value) => !/\p{Surrogate}/u.test(value));
const negentropy = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((value) => Buffer.from(value).toString("hex"));
const filters = fc.array(filter, { minLength: 1, maxLength: 3 });

const typed = <const T extends string, F extends object>(type: T, fields: fc.Arbitrary<F>) =>
  fields.map((value) => ({ type, ...value }));

export const clientMessage: fc.Arbitrary<ClientMessage> = fc.oneof(
  typed("EVENT", fc.record({ event: signedEvent })),
  typed("AUTH", fc.record({ event: signedEvent })),
  typed("REQ", fc.record({ subscription, filters })),
  typed("COUNT", fc.record({ subscription, filters })),
  typed("CLOSE", fc.record({ subscription })),
  typed("NEG-OPEN", fc.record({ subscription, filter, message: negentropy })),
  typed("NEG-MSG", fc.record({ subscription, message: negentropy })),
  typed("NEG-CLOSE", fc.record({ subscription })),
);

export const reason = fc.oneof(
  wellFormed,
  fc.tuple(fc.constantFrom(...REASON_PREFIXES), wellFormed).map(([prefix, text]) => `${prefix}: ${text}`),
);

const countResult = fc.record(
  { count: fc.nat(), approximate: fc.boolean(), hll: hex(512) },
  { requiredKeys: ["count"] },
);

export const relayMessage: fc.Arbitrary<RelayMessage> = fc.oneof(
  typed("EVENT", fc.record({ subscription, event: signedEvent })),
  typed("OK", fc.record({ id: eventIds, accepted: fc.boolean(), reason })),
  typed("EOSE", fc.record({ subscription })),
  typed("CLOSED", fc.record({ subscription, reason })),
  typed("NOTICE", fc.record({ text: wellFormed })),
  typed("AUTH", fc.record({ challenge: wellFormed })),
  typed("COUNT", fc.record({ subscription, result: countResult })),
  typed("NEG-MSG", fc.record({ subscription, message: negentropy })),
  typed("NEG-ERR", fc.record({ subscription, reason })),
);

const relays = fc.array(fc.stringMatching(/^wss:\/\/[!-~]{1,30}$/), { maxLength: 3 });
export const entity: fc.Arbitrary<Entity> = fc.oneof(
  typed("npub", fc.record({ pubkey: pubkeys })),
  typed("note", fc.record({ id: eventIds })),
  typed("nprofile", fc.record({ pubkey: pubkeys, relays })),
  typed("nevent", fc.record({ id: eventIds, relays, author: pubkeys, kind }, { requiredKeys: ["id", "relays"] })),
  typed("naddr", fc.record({ identifier: wellFormed, relays, pubkey: pubkeys, kind })),
);
