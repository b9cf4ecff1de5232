/** What a reader needs to judge a figure: the machine, the engine, and how busy it was. No name of a host or a person. */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gib: number;
  readonly platform: string;
  readonly node: string;
  readonly date: string;
  /** Processes that wanted to run in the last minute; above `cores`, contestants shared. */
  readonly load: number;
}

export function machineFacts(now: Date): MachineFacts {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory_gib: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    date: now.toISOString(),
    load: Math.round(loadavg()[0]! * 100) / 100,
  };
}
