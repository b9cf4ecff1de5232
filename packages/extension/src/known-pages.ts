/**
 * Pages that have called, so that one that lies idle still hears that its account changed: the worker was stopped
 * meanwhile and its connections are gone. Kept in session memory, where nothing but the extension reads.
 *
 * A page is its document, not its tab: what was opened in the tab since hears nothing of the site before it. A browser
 * that does not name documents (Firefox) has no entries here.
 */
import { integer, list, object, readShape, type ShapeValue, text, writeShape } from "@subrosa/core/json";
import { MAX_ORIGIN } from "./permission.ts";
import type { TextStore } from "./ports.ts";

const NAME = "pages";
const MAX_PAGES = 200;
const knownPage = object({ document: text({ min: 1, max: 100 }), tab: integer(), origin: text({ max: MAX_ORIGIN }) });
export type KnownPage = ShapeValue<typeof knownPage>;
const pages = list(knownPage, { max: MAX_PAGES });
const LIMITS = { maxLength: 1 << 17, maxDepth: 3 };

export class KnownPages {
  readonly #session: TextStore;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(session: TextStore) {
    this.#session = session;
  }

  /** The latest stay. */
  remember(page: KnownPage): Promise<void> {
    const write = this.#turn.then(async () => {
      const others = (await this.#read()).filter(({ document }) => document !== page.document);
      await this.#session.write(NAME, writeShape(pages, [...others, page].slice(-MAX_PAGES)));
    });
    this.#turn = write.catch(() => undefined);
    return write;
  }

  async of(origin: string): Promise<readonly KnownPage[]> {
    await this.#turn;
    return (await this.#read()).filter((page) => page.origin === origin);
  }

  async #read(): Promise<readonly KnownPage[]> {
    const stored = await this.#session.read(NAME);
    return stored === undefined ? [] : readShape(pages, stored, "pages", LIMITS);
  }
}
