/**
 * One machine's place in a store: what changed in its state and the effects it caused, written in one transaction.
 *
 *   <name>/s/…             the state, in as many records as its keeping wants
 *   <name>/o/<16 digits>   the outbox, oldest first
 *
 * How a state is cut into records is the machine's own (`Keeping`): a set of facts that only grows is written fact by
 * fact, so that the ten-thousandth costs what the first did. A number of the outbox is given once while the store is
 * open; after the last effect is done it may begin anew, when nobody holds an old one.
 */

import { type Change, type Entry, entriesOf, type Store } from "../store/store.ts";
import type { MachineStore, OutboxEntry } from "./driver.ts";

export interface Keeping<S, F> {
  /** The changes that lead from `before` (undefined: nothing is there) to `after`; names are the keeping's own. */
  save(before: S | undefined, after: S): readonly Change[];
  /** From every record there is, in the order of names; at least one. */
  load(entries: readonly Entry[]): S;
  writeEffect(effect: F): Uint8Array;
  readEffect(bytes: Uint8Array): F;
}

export function machineStore<S, F>(store: Store, name: string, keeping: Keeping<S, F>): MachineStore<S, F> {
  const [states, outbox] = [`${name}/s/`, `${name}/o/`];
  let next = 0;
  return {
    async load() {
      const entries: Entry[] = [];
      for await (const entry of entriesOf(store, states)) {
        entries.push({ name: entry.name.slice(states.length), value: entry.value });
      }
      const waiting: OutboxEntry<F>[] = [];
      for await (const entry of entriesOf(store, outbox)) {
        waiting.push({ id: Number(entry.name.slice(outbox.length)), effect: keeping.readEffect(entry.value) });
      }
      next = (waiting.at(-1)?.id ?? -1) + 1;
      return { state: entries.length === 0 ? undefined : keeping.load(entries), outbox: waiting };
    },
    async commit({ before, after, effects, done }) {
      const entries = effects.map((effect): OutboxEntry<F> => ({ id: next++, effect }));
      const state = before === after ? [] : keeping.save(before, after);
      await store.commit([
        ...state.map((change) => ({ ...change, name: states + change.name })),
        ...entries.map(({ id, effect }) => ({ name: outbox + digits(id), value: keeping.writeEffect(effect) })),
        ...(done === undefined ? [] : [{ name: outbox + digits(done), value: undefined }]),
      ]);
      return entries;
    },
  };
}

const digits = (id: number): string => String(id).padStart(16, "0");
