/** The service worker that keeps this build for when there is no network. Only on secure addresses; elsewhere nothing is kept. */
import { ownScript } from "./trusted.ts";

export async function keepForOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(ownScript("./service-worker.js"), { scope: "./" });
}

/** A notification says that something came: not what, not from whom. */
export async function notify(title: string): Promise<void> {
  if (Notification.permission !== "granted" || document.visibilityState === "visible") return;
  const registration = await navigator.serviceWorker.ready;
  await registration.showNotification(title, { tag: "subrosa", silent: false });
}
