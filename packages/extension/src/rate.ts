/**
 * How often one origin may ask for a member's signature: five times a minute (review finding P-03). A window that slides.
 */
export const MEMBER_RATE = 5;
const WINDOW = 60_000;
/** Origins that are remembered; the list lives as long as the worker, an origin list on disk would be a history. */
const MAX_ORIGINS = 200;

export type Rates = ReadonlyMap<string, readonly number[]>;

export function admit(
  rates: Rates,
  origin: string,
  now: number,
): { readonly rates: Rates; readonly admitted: boolean } {
  const recent = (rates.get(origin) ?? []).filter((at) => at <= now && now - at < WINDOW);
  const admitted = recent.length < MEMBER_RATE;
  const others = [...rates].filter(([name]) => name !== origin).slice(1 - MAX_ORIGINS);
  return { rates: new Map([...others, [origin, admitted ? [...recent, now] : recent]]), admitted };
}
