import { createLog } from '../connections/log.ts';
import { SetupError } from '../stack/setup-error.ts';
import { onStopRequest } from '../stack/stop-request.ts';
import { startCodecServer } from '../workers/codec-server/run.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';

/** `npx aisle codec-server`: decrypts for the Temporal UI until Ctrl-C. Prints its address as `CODEC_SERVER=…`, then `READY`. */
export async function runCodecServer(): Promise<void> {
  const settings = await settingsOfRunningSystem('DB_HOST');
  const stopRequest = onStopRequest();
  const server = await startCodecServer(settings, createLog('codec-server', settings.LOG_LEVEL)).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      throw new SetupError(`Port ${settings.CODEC_PORT} is in use: set CODEC_PORT to another one.`);
    },
  );
  try {
    process.stdout.write(`CODEC_SERVER=${server.address}\nREADY\n`);
    await stopRequest.requested;
  } finally {
    await server.stop();
    stopRequest.dispose();
  }
}
