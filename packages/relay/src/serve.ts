/** What `npm start` runs of this package: the relay with its defaults, until the process is told to stop. */
import { DEFAULT_CONFIG } from "./config.ts";
import { processLog, startRelay } from "./start.ts";

/** Resolves to the sentence that says what listens where. */
export async function serve(): Promise<string> {
  const relay = await startRelay(DEFAULT_CONFIG, processLog());
  const stop = (): void => {
    relay.close().catch((error: unknown) => {
      process.exitCode = 1;
      throw error;
    });
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  return `The relay listens on ${relay.url}`;
}
