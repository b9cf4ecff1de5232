/**
 * The port to a WebSocket. The browser's class fits, and so does that of `ws`: hosts hand in how to make one, so nothing
 * here looks for a global, and a proxy or a test stands in by being handed in.
 */

/** What is used of a WebSocket. */
export interface WebSocketLike {
  readonly bufferedAmount: number;
  send(text: string): void;
  close(): void;
  addEventListener(type: "open" | "error" | "close", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}
export type Connect = (url: string) => WebSocketLike;

/** The browser's own, and Node's from version 22 on. */
export const connectWeb: Connect = (url) => new WebSocket(url);
