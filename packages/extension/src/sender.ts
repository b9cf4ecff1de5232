/**
 * Who is asking? Only what the browser says about a message is read, never the message (docs/extension.md, "Origins").
 *
 * A page may ask from the top frame of a tab, in a secure context: https, or http on this very machine. Frames inside
 * pages, sandboxed pages, `data:`, `file:`, plain http and pages that are still being prerendered get no answer: what a
 * person sees in the address bar is then not what asks.
 */
export interface Sender {
  readonly id?: string | undefined;
  readonly origin?: string | undefined;
  readonly url?: string | undefined;
  readonly frameId?: number | undefined;
  readonly tabId?: number | undefined;
  readonly documentLifecycle?: string | undefined;
}

const LOCAL = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::[1-9][0-9]{0,4})?$/;
const SECURE = /^https:\/\/(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?$/;

/** The page's origin and tab, or undefined where it may not ask at all. */
export function pageOf(
  sender: Sender,
  extensionId: string,
): { readonly origin: string; readonly tab: number } | undefined {
  const { origin, tabId } = sender;
  if (sender.id !== extensionId || sender.frameId !== 0 || tabId === undefined || origin === undefined)
    return undefined;
  if (sender.documentLifecycle !== undefined && sender.documentLifecycle !== "active") return undefined;
  return origin.length <= 300 && (SECURE.test(origin) || LOCAL.test(origin)) ? { origin, tab: tabId } : undefined;
}

/** Is this one of the extension's own pages, by this name, in a frame of its own? */
export function isOwnPage(sender: Sender, extensionId: string, base: string, page: string): boolean {
  if (sender.id !== extensionId || sender.frameId !== 0 || sender.url === undefined) return false;
  const [path] = sender.url.split(/[?#]/);
  return path === `${base}${page}`;
}
