/** Times as people say them, in the reader's language. */
import type { Language } from "./words.ts";

export function clockTime(at: number, language: Language): string {
  return clockIn(language)(at);
}

/** For many times of one language: to make a format costs more than to use it a hundred times. */
export function clockIn(language: Language): (at: number) => string {
  const format = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
  return (at) => format.format(at * 1000);
}

/** "Today", "yesterday", else the date. */
export function dayOf(at: number, now: number, language: Language): string {
  const start = (seconds: number): number => new Date(seconds * 1000).setHours(0, 0, 0, 0);
  const days = Math.round((start(at) - start(now)) / 86_400_000);
  if (days === 0 || days === -1) {
    return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
  }
  return new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(at * 1000);
}

/** As short as a list has room for. */
export function shortTime(at: number, now: number, language: Language): string {
  const isToday = new Date(at * 1000).toDateString() === new Date(now * 1000).toDateString();
  if (isToday) return clockTime(at, language);
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }).format(at * 1000);
}

/** Whole units, for how long messages stay. */
export function lasting(seconds: number, language: Language): string {
  const units = [
    [604_800, "week"],
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
    [1, "second"],
  ] as const;
  const [size, unit] = units.find(([each]) => seconds >= each && seconds % each === 0) ?? [1, "second"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(seconds / size);
}
