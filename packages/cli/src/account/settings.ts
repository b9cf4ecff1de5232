/** What an account of the command line remembers besides what its parts do: the relays where this person reads and writes. */

import type { Store } from "@subrosa/client/store/store";
import { fromUtf8, utf8 } from "@subrosa/core/bytes";
import { list, object, readShape, type ShapeValue, text, writeShape } from "@subrosa/core/json";

const RECORD = "cli/settings";
const LIMITS = { maxLength: 1 << 16, maxDepth: 4 };
const shape = object({ relays: list(text({ max: 500 }), { max: 20 }) });
export type Settings = ShapeValue<typeof shape>;

export async function readSettings(store: Store): Promise<Settings> {
  const bytes = await store.get(RECORD);
  const words = bytes && fromUtf8(bytes);
  return words === undefined ? { relays: [] } : readShape(shape, words, "settings", LIMITS);
}

export async function writeSettings(store: Store, settings: Settings): Promise<void> {
  await store.commit([{ name: RECORD, value: utf8(writeShape(shape, settings)) }]);
}
