/** Where the page begins: words in the reader's language, then whoever is at the door. */
import "./style/base.css";
import "./style/parts.css";
import "./style/frame.css";
import "./style/talk.css";
import { render } from "solid-js/web";
import { AppProvider, openApp } from "./frame/app.ts";
import { keepForOffline } from "./frame/offline.ts";
import { Root } from "./root.tsx";

const place = document.getElementById("app");
if (place !== null) {
  const app = await openApp();
  render(
    () => (
      <AppProvider value={app}>
        <Root />
      </AppProvider>
    ),
    place,
  );
  void keepForOffline();
}
