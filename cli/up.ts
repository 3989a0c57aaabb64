import { resolve } from 'node:path';

import { topicsWithPrefix } from '../events/topics.ts';
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
    // A key in a folder that is removed at the end is nothing to keep in mind.
    if (system.madeKeyFile && options.data !== undefined) {
      tell(`A new pseudonym key was made in ${system.madeKeyFile}: keep it with the data.`);
    }
    await writeEnvironmentFile(system.addresses);
    process.stdout.write(`${formatEnvironment(system.addresses)}READY\n`);
    tell(whatNow(system));
    const failure = await Promise.race([system.failure, stopRequest.requested]);
    if (failure) throw failure;
  } finally {
    tell('Stopping bridge, worker and servers.');
    await removeEnvironmentFile();
    await system.stop();
    stopRequest.dispose();
  }
}

function whatNow({ addresses, environment }: RunningSystem): string {
  const { rawEvents } = topicsWithPrefix(environment['KAFKA_TOPIC_PREFIX'] ?? '');
  const ui = addresses['TEMPORAL_UI'];
  const watch = ui === undefined ? '' : ` Each user's journey is a workflow at ${ui}.`;
  return `Send events to the topic ${rawEvents.name}.${watch} Ctrl-C stops everything.`;
}

function tell(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
