/** What a frame of a client may be, as the NIP-11 document says it. */
import { DEFAULT_FILTER_LIMITS } from "@subrosa/core/nostr/filter";
import type { FrameLimits } from "@subrosa/core/nostr/frame";
import type { Config } from "../config.ts";
import { MAX_EVENT_TAGS, MESSAGE_OVERHEAD } from "../http/information.ts";

export function frameLimits(config: Config): FrameLimits {
  const size = config.maxEventBytes;
  return {
    maxLength: size + MESSAGE_OVERHEAD,
    maxFilters: config.maxFilters,
    event: {
      maxContent: size,
      maxTags: MAX_EVENT_TAGS,
      maxTagElements: 2_100,
      maxTagElement: size,
      maxSize: size,
    },
    filter: { ...DEFAULT_FILTER_LIMITS, maxTagFields: 16 },
  };
}
