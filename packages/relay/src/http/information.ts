/** The relay information document (NIP-11): complete, and only what is true of this configuration. */
import type { Admission } from "../admission/admission.ts";
import type { Config } from "../config.ts";
import type { Rules } from "../management/rulebook.ts";

/** What is implemented here, in the order of their numbers. */
const ALWAYS = [1, 4, 9, 11, 13, 17, 40, 42, 45, 59, 62, 70, 77];
/** NIP-50's tokens and NIP-97's rings, where proofs are judged. */
const WITH_PROOFS = [32, 50, 97];
const MANAGED = [86, 98];

export function supportedNips({ self, isManaged }: InformationExtra): readonly number[] {
  const nips = [...ALWAYS, ...(self === undefined ? [] : WITH_PROOFS), ...(isManaged === true ? MANAGED : [])];
  return nips.sort((a, b) => a - b);
}

export const SOFTWARE = "subrosa";

export interface InformationExtra {
  readonly version: string;
  /** NIP-86 is answered. */
  readonly isManaged?: boolean;
  /** The relay's own key (NIP-11 `self`). */
  readonly self?: string;
  /** PROOF-14: members are admitted without a name. */
  readonly anonymous?: Admission;
}

export function informationDocument(config: Config, extra: InformationExtra): object {
  const { version, self } = extra;
  const { name, description, contact, icon, pubkey } = config;
  const isRestricted = config.members !== undefined || config.allowKinds !== undefined;
  return {
    name,
    description,
    ...(icon !== undefined && { icon }),
    ...(pubkey !== undefined && { pubkey }),
    ...(self !== undefined && { self }),
    ...(contact !== undefined && { contact }),
    supported_nips: supportedNips(extra),
    software: SOFTWARE,
    version,
    limitation: {
      max_message_length: config.maxEventBytes + MESSAGE_OVERHEAD,
      max_subscriptions: config.maxSubscriptions,
      max_limit: config.maxLimit,
      max_subid_length: 64,
      max_event_tags: MAX_EVENT_TAGS,
      max_content_length: config.maxEventBytes,
      min_pow_difficulty: config.pow,
      auth_required: config.authToRead === true || config.membersToRead === true,
      payment_required: false,
      restricted_writes: isRestricted || config.authToWrite === true || config.denyAuthors !== undefined,
      ...(config.maxPast !== undefined && { created_at_lower_limit: config.maxPast }),
      created_at_upper_limit: config.maxFuture,
      default_limit: config.defaultLimit,
    },
    ...(extra.anonymous && { anonymous_auth: extra.anonymous.announcement }),
    retention: [{ kinds: [[20_000, 29_999]], time: 0 }, { time: null }],
  };
}

/** What a frame is longer than its event. */
export const MESSAGE_OVERHEAD = 1_024;
export const MAX_EVENT_TAGS = 20_000;

/** The configuration under the names that the operator gave since. */
export function named(config: Config, rules: Rules | undefined): Config {
  if (rules?.renamed !== true) return config;
  const { name, description, icon } = rules;
  return { ...config, ...(name && { name }), ...(description && { description }), ...(icon && { icon }) };
}
