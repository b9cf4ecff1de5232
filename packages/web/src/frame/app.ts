/**
 * What every view is given: words, the place one is at, how things look, and a voice for screen readers. One is made when
 * the page opens; views reach it through `useApp`.
 */
import { type Accessor, createContext, createSignal, onCleanup, useContext } from "solid-js";
import { keepPreferences, loadPreferences, type Preferences, showPreferences } from "./preferences.ts";
import { HOME, type Place, readPlace, writePlace } from "./route.ts";
import { directionOf, type Language, loadWords, pickLanguage, type Say, speaker, type Words } from "./words.ts";

export interface App {
  readonly say: Say;
  readonly language: Accessor<Language>;
  readonly place: Accessor<Place>;
  readonly go: (place: Place) => void;
  readonly preferences: Accessor<Preferences>;
  readonly prefer: (change: Partial<Preferences>) => void;
  /** Read aloud once, politely. */
  readonly announce: (text: string) => void;
  readonly announced: Accessor<string>;
}

const Context = createContext<App>();
export const AppProvider = Context.Provider;

export function useApp(): App {
  const app = useContext(Context);
  if (app === undefined) throw new Error("a view stands outside of the app");
  return app;
}

/** Resolves when there are words to show. */
export async function openApp(): Promise<App> {
  const [preferences, setPreferences] = createSignal(loadPreferences());
  const languageOf = (of: Preferences): Language => of.language ?? pickLanguage(navigator.languages);
  const first = languageOf(preferences());
  const [spoken, setSpoken] = createSignal<{ readonly language: Language; readonly say: Say }>(
    voice(await loadWords(first), first),
  );
  const show = (): void => {
    const { language } = spoken();
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
    showPreferences(preferences(), document.documentElement);
  };
  show();

  const [place, setPlace] = createSignal<Place>(readPlace(location.hash));
  window.addEventListener("hashchange", () => setPlace(readPlace(location.hash)));
  const [announced, setAnnounced] = createSignal("");

  return {
    say: (key, values) => spoken().say(key, values),
    language: () => spoken().language,
    place,
    go: (to) => {
      location.hash = writePlace(to);
    },
    preferences,
    prefer: (change) => {
      setPreferences((before) => ({ ...before, ...change }));
      keepPreferences(preferences());
      show();
      const language = languageOf(preferences());
      if (language === spoken().language) return;
      void loadWords(language).then((words) => {
        setSpoken(voice(words, language));
        show();
      });
    },
    announce: (text) => {
      // The same words twice are two announcements.
      setAnnounced((before) => (before === text ? `${text}\u00a0` : text));
    },
    announced,
  };
}

function voice(words: Words, language: Language): { readonly language: Language; readonly say: Say } {
  return { language, say: speaker(words, language) };
}

export function isHome(place: Place): boolean {
  return place.view === HOME.view;
}

/** Whole minutes since the page opened, for times that are shown as "now"; one timer while anybody looks. */
export function createMinute(): Accessor<number> {
  const [now, setNow] = createSignal(Math.floor(Date.now() / 1000));
  const timer = setInterval(() => setNow(Math.floor(Date.now() / 1000)), 30_000);
  onCleanup(() => clearInterval(timer));
  return now;
}
