import { expect, test } from "vitest";
import { formatReason, parseReason, REASON_PREFIXES } from "./reason.ts";

for (const prefix of REASON_PREFIXES) {
  test(`NIP-01: reads the prefix ${prefix}`, () => {
    expect(parseReason(formatReason(prefix, "because: so"))).toEqual({ prefix, text: "because: so" });
  });
}

for (const reason of ["", "no prefix", "Blocked: case counts", " blocked: space counts", "whatever: unknown", ":"]) {
  test(`NIP-01: leaves ${JSON.stringify(reason)} whole, without prefix`, () => {
    expect(parseReason(reason)).toEqual({ prefix: undefined, text: reason });
  });
}

test("NIP-01: the space after the colon is the writer's custom, not a rule", () => {
  expect(parseReason("pow:28 wanted")).toEqual({ prefix: "pow", text: "28 wanted" });
  expect(parseReason("error:")).toEqual({ prefix: "error", text: "" });
});
