/** The relay's own way to name an event agrees with core's on every event, and what it stores is what was signed. */
import { computeId, type SignedEvent } from "@subrosa/core/nostr/event";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Entry } from "../../src/event/entry.ts";
import { indexedTags, tagKey } from "../../src/event/tag-key.ts";
import { maySee } from "../../src/event/viewer.ts";
import { encodeRecord, erasedRecord, inspectRecord, StoredRecord } from "../../src/store/record.ts";
import { event, key } from "../events.ts";

const wellFormed = fc.string({ unit: "grapheme", maxLength: 60 }).filter((text) => !/\p{Surrogate}/u.test(text));
const odd = fc.constantFrom(
  "",
  "\u0000",
  "\u2028",
  '"\\',
  "\ud83c\udf39",
  "a".repeat(64),
  "A".repeat(64),
  "x".repeat(31),
  "x".repeat(32),
  "é".repeat(16),
);
const text = fc.oneof(wellFormed, odd);
const tags = fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
const kinds = fc.constantFrom(0, 1, 4, 5, 1059, 20_001, 21_059, 30_000, 65_535);
const events = fc
  .record({ by: fc.nat(5), kind: kinds, created_at: fc.nat(2 ** 40), tags, content: text })
  .map((fields): SignedEvent => event(fields));

test("the id is core's, and no other id is taken", () => {
  fc.assert(
    fc.property(events, fc.nat(63), (it, at) => {
      expect(it.id).toBe(computeId(it));
      expect(Entry.identify(it)).toBeDefined();
      const digit = it.id[at] === "0" ? "1" : "0";
      const wrong = { ...it, id: `${it.id.slice(0, at)}${digit}${it.id.slice(at + 1)}` as typeof it.id };
      expect(Entry.identify(wrong)).toBeUndefined();
    }),
  );
});

test("a record gives back the event, its properties, and who may see it", () => {
  fc.assert(
    fc.property(events, fc.nat(6), (it, viewer) => {
      const entry = Entry.identify(it)!.admit(true)!;
      const bytes = encodeRecord(entry);
      expect(inspectRecord(bytes)).toEqual({ state: "live", length: bytes.length });
      const record = new StoredRecord(bytes);
      expect(JSON.parse(record.json.toString())).toEqual(it);
      expect([record.id, record.pubkey, record.kind, record.createdAt]).toEqual([
        it.id,
        it.pubkey,
        it.kind,
        it.created_at,
      ]);
      expect(record.expiration).toBe(entry.expiration ?? 0);
      expect(record.tagKeys().map((tag) => tag.toString("hex"))).toEqual(
        indexedTags(it.tags).map((tag) => tag.toString("hex")),
      );
      const keys = new Set([key(viewer)]);
      expect(record.visibleTo(keys)).toBe(maySee(keys, it));
      expect(record.visibleTo(new Set())).toBe(maySee(new Set(), it));
    }),
  );
});

test("changed or cut records are not whole; erased ones keep their length and nothing else", () => {
  fc.assert(
    fc.property(events, fc.nat(), fc.integer({ min: 1, max: 255 }), (it, at, change) => {
      const bytes = encodeRecord(Entry.identify(it)!.admit(true)!);
      const changed = Buffer.from(bytes);
      const where = 9 + (at % (bytes.length - 9));
      changed[where] = changed[where]! ^ change;
      expect(inspectRecord(changed).state).toBe("torn");
      expect(inspectRecord(bytes.subarray(0, at % bytes.length)).state).toBe("torn");
      const erased = erasedRecord(bytes.length);
      expect(inspectRecord(erased)).toEqual({ state: "erased", length: bytes.length });
      expect(erased.subarray(5).every((byte) => byte === 0)).toBe(true);
    }),
  );
});

test("two tag keys are equal only for equal letters and values", () => {
  const letters = fc.constantFrom("a", "p", "A");
  fc.assert(
    fc.property(letters, text, letters, text, (oneLetter, one, otherLetter, other) => {
      const same = oneLetter === otherLetter && one === other;
      expect(tagKey(oneLetter, one).equals(tagKey(otherLetter, other))).toBe(same);
    }),
  );
});

test("nobody makes an entry but by a signature that somebody vouched for", () => {
  const identified = Entry.identify(event())!;
  expect(identified.admit(false)).toBeUndefined();
  const entry = identified.admit(true)!;
  expect(Entry.is(entry)).toBe(true);
  expect(Entry.is({ ...entry })).toBe(false);
  expect(Entry.is(Object.create(entry))).toBe(false);
});
