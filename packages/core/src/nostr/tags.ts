/** Reading tags: what is asked for here by name is a list of frozen arrays of strings, checked at the door. */
import type { Tag } from "./event.ts";

export function tagsNamed(tags: readonly Tag[], name: string): readonly Tag[] {
  return tags.filter((tag) => tag[0] === name);
}

/** The second element of the first tag of this name. */
export function tagValue(tags: readonly Tag[], name: string): string | undefined {
  return tags.find((tag) => tag[0] === name)?.[1];
}

/** The only tag of this name, or undefined where there is none or more than one. */
export function onlyTag(tags: readonly Tag[], name: string): Tag | undefined {
  const found = tagsNamed(tags, name);
  return found.length === 1 ? found[0] : undefined;
}
