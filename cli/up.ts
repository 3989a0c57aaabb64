import { resolve } from 'node:path';

import { onStopRequest } from '../stack/stop-request.ts';
import { type RunningSystem, startSystem } from '../stack/system.ts';
import { formatEnvironment, removeEnvironmentFile, writeEnvironmentFile } from './environment-file.ts';

/**
 * Runs servers, bridge and worker until Ctrl-C or SIGTERM. Prints every address as a `NAME=value` line on stdout, then
 * `READY`. Throws what `startSystem` throws, and a `SetupError` when something ended that nobody stopped.
 */
export async function runUp(options: { data?: string | undefined }): Promise<void> {
  const stopRequest = onStopRequest();
  let system: RunningSystem;
  try {
    system = await startSystem({
      dataDirectory: options.data === undefined ? undefined : resolve(options.data),
      signal: stopRequest.signal,
    });
  } catch (error) {
    // Called off by the user: that is no failure.
    if (stopRequest.signal.aborted) return;
    throw error;
  }
  try {
    if (system.madeKeyFile) tell(`A new pseudonym key was made in ${system.madeKeyFile}.`);
    await writeEnvironmentFile(system.addresses);
    process.stdout.write(`${formatEnvironment(system.addresses)}READY\n`);
    const failure = await Promise.race([system.failure, stopRequest.requested]);
    if (failure) throw failure;
  } finally {
    tell('Stopping bridge, worker and servers.');
    await removeEnvironmentFile();
    await system.stop();
    stopRequest.dispose();
  }
}

function tell(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
