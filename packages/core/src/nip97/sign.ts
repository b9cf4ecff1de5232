/**
 * Ring-signing an event under a key of its own (docs/spec/member-proofs.md, NIP97-1, NIP97-2, NIP97-3, NIP97-7).
 *
 * `event` binding is the default; the weaker levels are for readers that know the draft alone. What comes back is a
 * template: work is mined on its nonce tag (NIP97-5: nip13.ts, after signing, for no level covers it), and then the
 * one-time or lasting key signs it.
 */
import { type PubkeyHex, toHex } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { type EventTemplate, type Tag, toRumor } from "../nostr/event.ts";
import { signBlsag } from "../ring/blsag.ts";
import type { Ring } from "../ring/ring.ts";
import { type RingSignature, writeRingA } from "../ring/ring-a.ts";
import { signSag } from "../ring/sag.ts";
import type { Secret } from "../secret.ts";
import {
  type BindingLevel,
  contentMessage,
  EVENT_BINDING,
  eventMessage,
  isReplaceable,
  MEMBERS_TAG,
  namedAuthor,
  pubkeyLine,
  SIGNATURE_TAG,
} from "./message.ts";
import { ANNOUNCEMENT_KIND } from "./verify.ts";

export interface RingSigning {
  readonly template: EventTemplate;
  /** The key that the event will be published under; never a member. */
  readonly pubkey: PubkeyHex;
  readonly ring: Ring;
  /** The member's own. */
  readonly secret: Secret;
  /** 32 fresh random bytes. */
  readonly fresh: Uint8Array;
  readonly level?: BindingLevel;
  /** A bLSAG instead of a SAG; its flag is 1 to 256 bytes. */
  readonly blsag?: { readonly flag?: Uint8Array };
}

/** The template with its ring tags, last. Throws UsageError where it cannot be signed so. */
export function ringSign(signing: RingSigning): EventTemplate {
  const { template, pubkey, ring, level = "event" } = signing;
  checkTemplate(template, level);
  const content = bindWords(template.content, pubkey, level);
  const binding = level === "event" ? [EVENT_BINDING] : [];
  const members: Tag = [MEMBERS_TAG, ...ring.keys().map(toHex)];
  const tags = (signature: string): readonly Tag[] => [
    ...template.tags,
    [SIGNATURE_TAG, signature, ...binding],
    members,
  ];
  if (members.includes(pubkey)) throw new UsageError("usage/ring", "publish under a key that is not in the ring");
  const rumor = toRumor({ ...template, content, tags: tags("") }, pubkey);
  const message = level === "event" ? eventMessage(rumor) : contentMessage(rumor);
  const signature = writeRingA(sign(signing, message));
  return { kind: template.kind, created_at: template.created_at, content, tags: tags(signature) };
}

function sign({ ring, secret, fresh, blsag }: RingSigning, message: Uint8Array): RingSignature {
  const input = { ring, secret, fresh, message };
  if (blsag === undefined) return signSag({ ...input, dialect: "rs" });
  return signBlsag({ ...input, ...blsag });
}

function checkTemplate({ kind, tags }: EventTemplate, level: BindingLevel): void {
  if (level !== "event" && isReplaceable(kind)) {
    throw new UsageError("usage/template", "an event of this kind may be replaced; bind the signature to the event");
  }
  const taken = new Set([SIGNATURE_TAG, MEMBERS_TAG, ...(kind === ANNOUNCEMENT_KIND ? ["revoke"] : [])]);
  if (tags.some(([name]) => name !== undefined && taken.has(name))) {
    throw new UsageError("usage/template", "leave the ring's own tags out of the template");
  }
}

/** NIP97-3: no member's signature may be carried away by another key that the words name. */
function bindWords(content: string, pubkey: PubkeyHex, level: BindingLevel): string {
  const author = namedAuthor(content, pubkey);
  if (author === "other") {
    throw new UsageError("usage/template", "the first line binds these words to another key; take it out");
  }
  if (level === "pubkey" && author === "none") return `${pubkeyLine(pubkey)}\n${content}`;
  if (level === "content" && content === "") {
    throw new UsageError("usage/template", "the signature covers the words alone, and there are none");
  }
  return content;
}

/** Announces a lasting pseudonym: bound to the event, and readable for who knows the draft alone. */
export function announce(
  signing: Omit<RingSigning, "template" | "level"> & { readonly text: string; readonly createdAt: number },
): EventTemplate {
  const { text, createdAt, ...rest } = signing;
  const content = `${pubkeyLine(signing.pubkey)}\n${text}`;
  return ringSign({ ...rest, template: { kind: ANNOUNCEMENT_KIND, created_at: createdAt, tags: [], content } });
}

/** Ends a pseudonym: signed by its own key, it says that no announcement of that key counts any more. */
export function revoke(announcement: string, createdAt: number): EventTemplate {
  return { kind: ANNOUNCEMENT_KIND, created_at: createdAt, tags: [["revoke", announcement]], content: "" };
}
