/** The door, and behind it the app: what stands on the page at any moment follows from the door's state alone. */
import { createSignal, type JSX, lazy, Match, onMount, Show, Suspense, Switch } from "solid-js";
import { type Door, type DoorEvent, LOOKING, letIn, step } from "./account/door.ts";
import type { Entry } from "./account/enter.ts";
import type { Opened } from "./account/opened.ts";
import { relayBeside, residents } from "./account/residents.ts";
import { type Arrival, Start, Waiting } from "./account/start.tsx";
import { useApp } from "./frame/app.ts";
import { reasonIn } from "./frame/reasons.ts";

const Inside = lazy(async () => ({ default: (await import("./inside.tsx")).Inside }));
const entering = () => import("./account/enter.ts");

export function Root(): JSX.Element {
  const { say, announced } = useApp();
  const [door, setDoor] = createSignal<Door>(LOOKING);
  const [opened, setOpened] = createSignal<Opened>();
  const [relay, setRelay] = createSignal<string>();
  const send = (event: DoorEvent): void => {
    setDoor((before) => step(before, event));
  };

  const come = (entry: Entry): string | undefined => {
    if (!entry.ok) return reasonIn(say, entry.reason);
    setOpened(entry.opened);
    send({ kind: "opened", name: entry.opened.account.name });
    return undefined;
  };
  const open = async (name: string, passphrase: string): Promise<void> => {
    send({ kind: "chose", name });
    const sentence = await entering()
      .then(({ enter }) => enter(name, passphrase))
      .then(come, () => say("door.broken"));
    if (sentence !== undefined) send({ kind: "refused", sentence });
  };
  const look = async (): Promise<void> => {
    const [found, beside] = await Promise.all([residents(), relayBeside()]);
    setRelay(beside);
    send({ kind: "found", residents: found });
    const only = letIn(door());
    if (only !== undefined) await open(only, "");
  };
  const leave = async (): Promise<void> => {
    const was = opened();
    setOpened(undefined);
    send({ kind: "left" });
    await was?.[Symbol.asyncDispose]();
    await look();
  };
  onMount(() => void look());

  const waiting = () => {
    const at = door();
    return at.kind === "waiting" || at.kind === "opening" ? at : undefined;
  };
  const newcomer = () => {
    const at = door();
    return at.kind === "newcomer" ? at : undefined;
  };
  return (
    <>
      <Switch>
        <Match when={newcomer()}>
          {(at) => (
            <Start
              relay={relay()}
              arrive={(arrival: Arrival) =>
                entering()
                  .then((all) => all.arrive(arrival))
                  .then(come)
              }
              onBack={at().residents.length > 0 ? () => send({ kind: "back" }) : undefined}
            />
          )}
        </Match>
        <Match when={waiting()}>
          {(at) => (
            <Waiting
              residents={at().residents}
              refused={"refused" in at() ? (at() as { refused?: string }).refused : undefined}
              opening={at().kind === "opening" ? (at() as { name: string }).name : undefined}
              open={(name, passphrase) => void open(name, passphrase)}
              onAdd={() => send({ kind: "add" })}
            />
          )}
        </Match>
        <Match when={opened()}>
          {(inside) => (
            <Suspense>
              <Inside opened={inside()} onLeave={() => void leave()} />
            </Suspense>
          )}
        </Match>
      </Switch>
      <div class="unseen" role="status" aria-live="polite">
        <Show when={announced()}>{announced()}</Show>
      </div>
    </>
  );
}
