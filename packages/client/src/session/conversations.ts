/**
 * Every conversation of one person, of whatever kind, under one name: what export and search read.
 *
 *     contact/<key>      group/<id>      channel/<id>      direct/<keys, sorted, joined by +>
 *
 * Everything is read from the parts when somebody asks, so nothing here can be older than they are.
 */
import { eventId, type PubkeyHex, pubkeyHex } from "@subrosa/core/bytes";
import { MESSAGE } from "@subrosa/core/channel/kinds";
import type { Channels } from "./channels.ts";
import type { Correspondence } from "./correspondence.ts";
import type { Direct } from "./direct.ts";
import { conversationOf, type DirectMessage } from "./direct-words.ts";
import { contactMessages, directMessages, type ExportedConversation, groupMessages } from "./export.ts";
import type { Groups } from "./groups.ts";
import { type Profiles, shownName } from "./profiles.ts";

export interface ConversationSources {
  readonly me: PubkeyHex;
  readonly contacts: Correspondence | undefined;
  readonly groups: Groups | undefined;
  readonly channels: Channels | undefined;
  readonly direct: Direct;
  readonly profiles: Profiles;
}
type Said = Omit<ExportedConversation, "names">;

export class Conversations {
  readonly #from: ConversationSources;

  constructor(from: ConversationSources) {
    this.#from = from;
  }

  /** By what it is and which: `of("group", id)`. Undefined where there is none. */
  of(kind: ExportedConversation["kind"], id: string): ExportedConversation | undefined {
    const said = this.#said(kind, id);
    return said && this.#named(said);
  }

  *all(): Generator<Said, void, void> {
    const { contacts, groups, channels } = this.#from;
    const names: readonly (readonly [ExportedConversation["kind"], Iterable<string>])[] = [
      ["contact", contacts?.contacts.current.keys() ?? []],
      ["group", groups?.list.current.keys() ?? []],
      ["channel", channels?.list.current.keys() ?? []],
      ["direct", this.#directs().keys()],
    ];
    for (const [kind, ids] of names) {
      for (const id of ids) {
        const said = this.#said(kind, id);
        if (said !== undefined) yield said;
      }
    }
  }

  #said(kind: ExportedConversation["kind"], id: string): Said | undefined {
    switch (kind) {
      case "contact":
        return this.#contact(id);
      case "group":
        return this.#group(id);
      case "channel":
        return this.#channel(id);
      case "direct": {
        const messages = this.#directs().get(id);
        return messages && { kind, id, title: id, messages: directMessages(messages) };
      }
      default:
        return kind satisfies never;
    }
  }

  #contact(id: string): Said | undefined {
    const { contacts, me } = this.#from;
    const person = pubkeyHex(id);
    const known = person && contacts?.contacts.current.get(person);
    return known && { kind: "contact", id, title: id, messages: contactMessages(known, me) };
  }

  #group(text: string): Said | undefined {
    const id = eventId(text);
    const view = id && this.#from.groups?.group(id).current;
    return view && { kind: "group", id: text, title: view.info?.name ?? text, messages: groupMessages(view.entries) };
  }

  #channel(text: string): Said | undefined {
    const id = eventId(text);
    const view = id && this.#from.channels?.channel(id).current;
    if (view === undefined) return undefined;
    const messages = view.entries.flatMap((entry) => {
      const { id: message, at, author, text: words, reply } = entry;
      const replyTo = reply === undefined ? {} : { replyTo: reply };
      return entry.kind === MESSAGE ? [{ id: message, at, author, text: words, ...replyTo }] : [];
    });
    return { kind: "channel", id: text, title: view.metadata.name ?? text, messages };
  }

  #directs(): ReadonlyMap<string, readonly DirectMessage[]> {
    const all = new Map<string, DirectMessage[]>();
    for (const message of this.#from.direct.messages.current.values()) {
      const name = conversationOf(message.people);
      all.set(name, [...(all.get(name) ?? []), message]);
    }
    return all;
  }

  #named(said: Said): ExportedConversation {
    const names = new Map<PubkeyHex, string>();
    for (const { author } of said.messages) {
      const profile = names.has(author) ? undefined : this.#from.profiles.of(author).current;
      const name = profile && shownName(profile);
      if (name !== undefined) names.set(author, name);
    }
    return { ...said, names };
  }
}

/** What a conversation is called in drafts, marks and search. */
export function placeOf({ kind, id }: Pick<ExportedConversation, "kind" | "id">): string {
  return `${kind}/${id}`;
}
