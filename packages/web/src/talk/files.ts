/**
 * Pictures in conversations: stripped and encrypted here before a server sees them, under a key for this one file;
 * fetched when somebody asks, and opened here. The server is the media server beside the account's first relay.
 */
import type { FileDescriptor } from "@subrosa/core/group/conversation";
import { useOpened } from "../account/opened.ts";
import { useApp } from "../frame/app.ts";

export interface Files {
  /** A sentence where it was not sent. */
  readonly send: (
    file: File,
    say: (descriptor: FileDescriptor) => Promise<string | undefined>,
  ) => Promise<string | undefined>;
  readonly open: (file: FileDescriptor) => Promise<Blob | undefined>;
}

export function useFiles(): Files {
  const { say } = useApp();
  const { media, relays } = useOpened();
  const servers = relays.slice(0, 1).map((relay) => relay.replace(/^ws/, "http").replace(/\/+$/, ""));
  return {
    send: async (file, tell) => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const sent = await media.send({ bytes, type: file.type, servers });
      if (!sent.ok) return say("picture.unsent", { reason: sent.reason });
      return tell(sent.value.file);
    },
    open: async (file) => {
      const fetched = await media.fetch(file);
      return fetched.ok ? new Blob([fetched.value as Uint8Array<ArrayBuffer>], { type: file.type }) : undefined;
    },
  };
}
