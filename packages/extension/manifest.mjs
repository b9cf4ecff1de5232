/** The manifest, for both browsers: what differs is how the worker is named, and what each store asks for. */

/** @typedef {"chromium" | "firefox"} Browser */

const PAGES = ["https://*/*", "http://localhost/*", "http://127.0.0.1/*"];

/**
 * @param {Browser} browser
 * @param {string} version
 */
export function manifest(browser, version) {
  return {
    manifest_version: 3,
    name: "Subrosa",
    version,
    description: "Signs for Nostr sites, as yourself or as one of a group, and never gives the key away.",
    icons: { 48: "icon-48.png", 128: "icon-128.png" },
    action: { default_title: "Subrosa", default_icon: "icon-48.png" },
    options_ui: { page: "options.html", open_in_tab: true },
    background: browser === "chromium" ? { service_worker: "background.js" } : { scripts: ["background.js"] },
    // No host permissions: the extension reads no page and speaks to no server.
    permissions: ["storage", "alarms"],
    content_scripts: [
      // The isolated side first: it must be listening when the page's side hands over its port.
      { matches: PAGES, js: ["content.js"], run_at: "document_start" },
      { matches: PAGES, js: ["page.js"], run_at: "document_start", world: "MAIN" },
    ],
    content_security_policy: {
      extension_pages:
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    },
    incognito: "not_allowed",
    ...(browser === "chromium"
      ? { minimum_chrome_version: "120" }
      : {
          browser_specific_settings: {
            gecko: {
              id: "subrosa@subrosa.invalid",
              strict_min_version: "142.0",
              data_collection_permissions: { required: ["none"] },
            },
          },
        }),
  };
}
