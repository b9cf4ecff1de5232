/**
 * What the operator decided while the relay runs (NIP-86): who and what is refused, and how the relay calls itself.
 * Kept in the store, read by the policy of every event. Decisions about single events are the store's own.
 */
import {
  boolean,
  integer,
  list,
  object,
  oneOf,
  readShape,
  type ShapeValue,
  text,
  writeShape,
} from "@subrosa/core/json";
import type { Policy } from "../policy/policy.ts";
import type { Store } from "../store/store.ts";

const words = text({ max: 4_096 });
const entry = object({ of: words, reason: words });
const many = { max: 1_000_000 };

const shape = object({
  version: oneOf(1),
  bannedKeys: list(entry, many),
  allowedKeys: list(entry, many),
  bannedEvents: list(entry, many),
  allowedKinds: list(integer({ max: 65_535 }), many),
  refusedKinds: list(integer({ max: 65_535 }), many),
  blockedAddresses: list(entry, many),
  name: words,
  description: words,
  icon: words,
  /** The three above were set; otherwise the configuration's stand. */
  renamed: boolean,
});
export type Rules = ShapeValue<typeof shape>;
export type RuledEntry = ShapeValue<typeof entry>;

const EMPTY: Rules = Object.freeze({
  version: 1,
  bannedKeys: [],
  allowedKeys: [],
  bannedEvents: [],
  allowedKinds: [],
  refusedKinds: [],
  blockedAddresses: [],
  name: "",
  description: "",
  icon: "",
  renamed: false,
});

export const RULES = "rules";
const LIMITS = { maxLength: 1 << 28, maxDepth: 4 };

export class Rulebook {
  readonly #store: Store;
  #rules: Rules = EMPTY;
  /** As it stands in the store. */
  #text: string | undefined;
  #bannedKeys = new Set<string>();
  #allowedKeys = new Set<string>();
  #blockedAddresses = new Set<string>();

  private constructor(store: Store) {
    this.#store = store;
  }

  static async open(store: Store): Promise<Rulebook> {
    const book = new Rulebook(store);
    await book.reload();
    return book;
  }

  /** Another process may have changed them. */
  async reload(): Promise<void> {
    this.#take(await this.#store.getMeta(RULES));
  }

  #take(text: string | undefined): void {
    this.#text = text;
    this.#rules = text === undefined ? EMPTY : readShape(shape, text, "rules", LIMITS);
    this.#index();
  }

  get rules(): Rules {
    return this.#rules;
  }

  /** In force when it resolves, and after a restart. */
  async change(change: (rules: Rules) => Partial<Rules>): Promise<void> {
    for (;;) {
      const next = writeShape(shape, { ...this.#rules, ...change(this.#rules) });
      if (await this.#store.setMeta(RULES, next, this.#text)) {
        this.#take(next);
        return;
      }
      await this.reload();
    }
  }

  #index(): void {
    const set = (entries: readonly RuledEntry[]): Set<string> => new Set(entries.map(({ of }) => of));
    this.#bannedKeys = set(this.#rules.bannedKeys);
    this.#allowedKeys = set(this.#rules.allowedKeys);
    this.#blockedAddresses = set(this.#rules.blockedAddresses);
  }

  isBlocked(address: string): boolean {
    return this.#blockedAddresses.has(address);
  }

  readonly policy: Policy = ({ pubkey, kind }, { keys, images }) => {
    const { allowedKinds, refusedKinds } = this.#rules;
    if (this.#bannedKeys.has(pubkey)) return "blocked: this key may not write here";
    if (refusedKinds.includes(kind)) return `blocked: kind ${kind} is not kept here`;
    if (allowedKinds.length > 0 && !allowedKinds.includes(kind)) return `blocked: kind ${kind} is not kept here`;
    if (this.#allowedKeys.size === 0 || this.#allowedKeys.has(pubkey) || images.length > 0) return undefined;
    // As with members: a gift wrap's own key is a stranger's, its sender may show who he is.
    if ([...keys].some((key) => this.#allowedKeys.has(key))) return undefined;
    return keys.size === 0
      ? "auth-required: this relay takes events from members only"
      : "restricted: this relay takes events from members only";
  };
}
