/**
 * Completion as a script for a shell: a table of what may follow, made from the commands themselves, so that nothing is
 * started while somebody types. Where a file may stand, files are offered.
 */

import type { Tools } from "./command.ts";
import type { Option } from "./option.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

const GLOBAL = ["--json", "--quiet", "--no-color", "--timeout", "--help"];

/** What may follow these words: subcommands, or options and files. */
interface Place {
  readonly path: string;
  readonly words: readonly string[];
  readonly about: string;
}

export async function completionFor(shell: Shell, commands: Tools["commands"]): Promise<string> {
  const places = await allPlaces(commands);
  switch (shell) {
    case "bash":
      return bash(places);
    case "zsh":
      return `#compdef subrosa\nautoload -U +X bashcompinit && bashcompinit\n${bash(places)}`;
    case "fish":
      return fish(places);
    default:
      return shell satisfies never;
  }
}

async function allPlaces({ all, groups: about }: Tools["commands"]): Promise<readonly Place[]> {
  const leaves = await Promise.all(
    all.map(async ({ name, about, load }): Promise<Place> => {
      const { options = [] } = await load();
      return { path: name, about, words: [...options.map(longFlag), ...GLOBAL] };
    }),
  );
  const groups = Object.entries(about).map(([path, about]): Place => {
    const names = all.filter(({ name }) => name.startsWith(`${path} `)).map(({ name }) => name.split(" ")[1]!);
    return { path, about, words: names };
  });
  const single = all.filter(({ name }) => !name.includes(" ")).map(({ name }) => name);
  return [{ path: "", about: "", words: [...Object.keys(about), ...single].sort() }, ...groups, ...leaves];
}

function longFlag({ flags }: Option): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}

function bash(places: readonly Place[]): string {
  const rows = places.map(
    ({ path, words }) => `    ${JSON.stringify(path)}) words=${JSON.stringify(words.join(" "))} ;;`,
  );
  return `_subrosa() {
  local word path="" words="" i current="\${COMP_WORDS[COMP_CWORD]}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    [[ "$word" == -* ]] && continue
    case " ${places
      .map(({ path }) => path.replace(" ", "/"))
      .filter((path) => path !== "")
      .join(" ")} " in
      *" \${path:+$path/}$word "*) path="\${path:+$path/}$word" ;;
    esac
  done
  case "\${path/\\// }" in
${rows.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ "$current" != -* && "$path" == */* ]] && COMPREPLY+=($(compgen -f -- "$current"))
  return 0
}
complete -o filenames -F _subrosa subrosa
`;
}

function fish(places: readonly Place[]): string {
  const lines = ["complete -c subrosa -f"];
  for (const { path, words } of places) {
    const seen = path.split(" ").filter((word) => word !== "");
    const names = words.filter((word) => !word.startsWith("-"));
    const condition =
      seen.length === 0
        ? "__fish_use_subcommand"
        : `${seen.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ")}${names.length === 0 ? "" : `; and not __fish_seen_subcommand_from ${names.join(" ")}`}`;
    for (const word of words) {
      const about = places.find((place) => place.path === [...seen, word].join(" "))?.about ?? "";
      const said = about === "" ? "" : ` -d '${about.replaceAll("'", "\\'")}'`;
      if (word.startsWith("--")) lines.push(`complete -c subrosa -n '${condition}' -l ${word.slice(2)}`);
      else lines.push(`complete -c subrosa -n '${condition}' -a ${word}${said}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
