/** What operators copy: commands and files that these pages and units name are there and do what they say. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readSettings } from "../../src/settings.ts";

const root = new URL("../../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

test("the unit starts what is built, with flags that are read", () => {
  const unit = read("packages/relay/deploy/subrosa-relay.service");
  const [, program, flags] = /^ExecStart=\S+ \/opt\/subrosa\/(\S+) (.+)$/m.exec(unit)!;
  expect(existsSync(new URL(program!.replace("dist/", "src/").replace(".js", ".ts"), root))).toBe(true);
  const example = fileURLToPath(new URL("docs/guide/relay.example.json", root));
  const { command, config } = readSettings(flags!.replace("/etc/subrosa-relay.json", example).split(" "));
  expect(command).toBe("serve");
  expect(config).toMatchObject({ data: "%S/subrosa-relay", urls: ["wss://relay.example"] });
  expect(unit).toContain("StateDirectory=subrosa-relay\n");
});

const canAnalyze = spawnSync("systemd-analyze", ["--version"]).status === 0;

test.skipIf(!canAnalyze)("systemd finds nothing wrong with the unit", () => {
  const dir = mkdtempSync(join(tmpdir(), "subrosa-unit-"));
  try {
    // Where Node is on this machine; everything else is as it is.
    const path = join(dir, "subrosa-relay.service");
    writeFileSync(
      path,
      read("packages/relay/deploy/subrosa-relay.service").replace("/usr/bin/node", () => process.execPath),
    );
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" });
    // What it says of other units of the machine is not about this one.
    const said = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("subrosa-relay"));
    expect(said).toEqual([]);
    expect(status).toBe(0);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test("the image starts what is built, with flags that are read, and keeps its data in the volume", () => {
  const file = read("packages/relay/deploy/Containerfile");
  const entry = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(file)![1]!) as string[];
  expect(entry[1]).toBe("/opt/subrosa/packages/relay/dist/cli.js");
  expect(readSettings(entry.slice(2)).config).toMatchObject({ host: "0.0.0.0", data: "/data", port: 7_777 });
  expect(file).toMatch(/^VOLUME \/data$/m);
});

test("every setting and command that the guide names exists", () => {
  const guide = read("docs/guide/operators.md");
  const settings = read("docs/guide/settings.md");
  const help = read("packages/relay/src/cli.ts");
  for (const [, command] of guide.matchAll(/^ {4}subrosa-relay (\w+)/gm))
    expect(help).toContain(`subrosa-relay ${command}`);
  for (const name of [
    "urls",
    "trustForwarded",
    "maxConnectionsPerAddress",
    "members",
    "membersToRead",
    "anonymousRing",
  ]) {
    expect(guide).toContain(`\`${name}\``);
    expect(settings).toContain(`| \`${name}\` |`);
  }
});
