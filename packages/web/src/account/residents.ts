/** Who is on this device, and how each is locked: read without opening anything, with little code, at every start. */
import { idbShelf } from "@subrosa/client/store/idb-shelf";
import { hasDeviceKey } from "./device.ts";
import type { Resident } from "./door.ts";

export const shelf = idbShelf();

export async function residents(): Promise<readonly Resident[]> {
  const names = await shelf.names();
  return Promise.all(
    names.map(
      async (name): Promise<Resident> => ({ name, lock: (await hasDeviceKey(name)) ? "device" : "passphrase" }),
    ),
  );
}

/** The relay that serves this page, if one does: its information document says so. */
export async function relayBeside(): Promise<string | undefined> {
  try {
    const response = await fetch(new URL("./", location.href), { headers: { accept: "application/nostr+json" } });
    const document: unknown = await response.json();
    const isRelay = typeof document === "object" && document !== null && "supported_nips" in document;
    return isRelay ? `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}` : undefined;
  } catch {
    // Offline, or plain files on a plain server: there is none.
    return undefined;
  }
}
