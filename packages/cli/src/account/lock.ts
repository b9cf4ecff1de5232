/**
 * One process at a time for each account. Whoever has it listens on a local socket of its name and says who he is to
 * whoever knocks; the system takes the socket back when the process ends, however it ends.
 *
 * Where a socket is a file (neither Linux nor Windows), one that nobody answers at is left over and removed.
 */
import { createHash } from "node:crypto";
import { realpathSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orAborted } from "@subrosa/client/ports";
import { Failure } from "../failure.ts";
import type { Screen } from "../screen.ts";

export interface Lock {
  release(): Promise<void>;
}

export interface Locking {
  /** The folder of the account, which is there. */
  readonly folder: string;
  /** Told to others: the command, without what was given to it. */
  readonly command: string;
  readonly waits: boolean;
  readonly signal: AbortSignal;
}

export async function lock({ folder, command, waits, signal }: Locking, screen: Screen): Promise<Lock> {
  const address = addressOf(folder);
  for (let isTold = false; ; isTold = true) {
    signal.throwIfAborted();
    const door = await listen(address, `${process.pid}: ${command}`);
    if (door !== undefined) return { release: () => close(door) };
    const holder = await knock(address, signal, (words) => {
      const sentence = `Another subrosa uses this account (process ${words}).`;
      if (!waits) throw new Failure("store-busy", sentence);
      if (!isTold) screen.note(`${sentence} Waiting for it to end.`);
    });
    // Nobody answers, so nobody holds it.
    if (!holder && !isOfSystem()) rmSync(address, { force: true });
  }
}

function isOfSystem(): boolean {
  return process.platform === "linux" || process.platform === "win32";
}

function addressOf(folder: string): string {
  const name = `subrosa-${createHash("sha256").update(realpathSync(folder)).digest("hex").slice(0, 32)}`;
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
}

interface Door {
  readonly server: Server;
  readonly callers: Set<Socket>;
}

function listen(address: string, words: string): Promise<Door | undefined> {
  const callers = new Set<Socket>();
  const server = createServer((socket) => {
    callers.add(socket.unref());
    socket.on("error", () => undefined);
    socket.once("close", () => callers.delete(socket));
    socket.write(`${words}\n`);
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => {
      // Waiting for others keeps no process alive.
      server.unref();
      resolve({ server, callers });
    });
  });
}

/** Whoever waits at the door sees it close. */
async function close({ server, callers }: Door): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const caller of callers) caller.destroy();
  await closed;
}

/** Resolves when the holder is gone; false where there is none. */
async function knock(address: string, signal: AbortSignal, onWords: (words: string) => void): Promise<boolean> {
  const socket = connect(address);
  let isThere = false;
  try {
    await orAborted(
      new Promise<void>((resolve, reject) => {
        socket.once("connect", () => {
          isThere = true;
        });
        socket.once("data", (data) => {
          try {
            onWords(data.toString().trim().slice(0, 200));
          } catch (error) {
            reject(error);
          }
        });
        socket.once("error", () => resolve());
        socket.once("close", () => resolve());
      }),
      signal,
    );
  } finally {
    socket.destroy();
  }
  return isThere;
}
