/** The shelf in a browser: one IndexedDB database for each account, told from others of the page by a prefix. */
/// <reference lib="dom" />
import { deleteDB } from "idb";
import { openIdbStore } from "./idb-store.ts";
import { checkShelfName, type Shelf } from "./shelf.ts";

export function idbShelf(prefix = "subrosa:"): Shelf {
  return {
    names: async () => {
      const all = await indexedDB.databases();
      return all.flatMap(({ name }) => (name?.startsWith(prefix) === true ? [name.slice(prefix.length)] : [])).sort();
    },
    open: (name) => {
      checkShelfName(name);
      return openIdbStore(prefix + name);
    },
    remove: (name) => deleteDB(prefix + name),
  };
}
