/** What `npm start` runs of this package: the relay, and the page beside it, until the process is told to stop. */
import { type Config, DEFAULT_CONFIG } from "./config.ts";
import { processLog, startRelay } from "./start.ts";

export interface Wanted {
  readonly host?: string;
  readonly port?: number;
  readonly data?: string;
  readonly site?: string;
  /** Names by which other machines of the network reach it. */
  readonly names?: readonly string[];
}

/** Resolves to the port that it listens on, when it does. */
export async function serve(wanted: Wanted = {}): Promise<number> {
  const { names = [], ...settings } = wanted;
  const port = wanted.port ?? DEFAULT_CONFIG.port;
  const config: Config = { ...DEFAULT_CONFIG, ...settings, urls: names.map((name) => `ws://${name}:${port}`) };
  const relay = await startRelay(config, processLog("warn"));
  const stop = (): void => {
    relay.close().catch((error: unknown) => {
      process.exitCode = 1;
      throw error;
    });
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  return relay.port;
}
