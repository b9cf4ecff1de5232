/** The lines of one area as people read them; times are lower quartiles (harness.ts). */
import type { Line, Unit } from "./harness.ts";

const HEAD = ["work", "peer", "ours", "theirs", "ratio", "of medians"] as const;

export function table(lines: readonly Line[]): string {
  const rows = [[...HEAD], ...lines.map(row)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function row(line: Line): string[] {
  if ("skipped" in line) return [line.work, line.peer, "", "", `skipped: ${line.skipped}`, ""];
  const { work, peer, ours, theirs, unit, ratio, ratio_median } = line;
  return [
    work,
    peer ?? "(alone)",
    quantity(ours, unit),
    theirs === undefined ? "" : quantity(theirs, unit),
    times(ratio),
    times(ratio_median),
  ];
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? "" : `${ratio.toFixed(2)}×`;
}

function quantity(value: number, unit: Unit): string {
  const names = { us: "µs", per_s: "/s", kib: "KiB" } as const satisfies Record<Unit, string>;
  return `${digits(value)} ${names[unit]}`;
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
