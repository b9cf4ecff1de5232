/** Types of build.mjs, for the tests that run it. */
export function buildKernel(directory?: string): Promise<Uint8Array>;
export function writeSources(directory: string): void;
export function compile(directory: string, entry: string): Promise<Uint8Array>;
