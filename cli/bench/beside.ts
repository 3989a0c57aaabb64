import { join } from 'node:path';

import { Guard } from '../../stack/guard.ts';
import { superviseProcess, type SupervisedProcess } from '../../stack/processes.ts';
import type { RunningSystem } from '../../stack/system.ts';

export interface ProcessBeside {
  readonly name: string;
  /** What `aisle` is called with. */
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** Runs `work` while one more process runs beside a system, from when it is ready. Rejects when the process is given up. */
export async function withProcessBeside<Value>(
  { dataDirectory }: Pick<RunningSystem, 'dataDirectory'>,
  beside: ProcessBeside,
  work: (process: SupervisedProcess) => Promise<Value>,
): Promise<Value> {
  const guard = new Guard();
  const logFile = join(dataDirectory, `${beside.name}.log`);
  const supervised = superviseProcess({ ...beside, logFile, guard });
  try {
    const failing = supervised.failure.then((error) => {
      throw error;
    });
    await Promise.race([supervised.ready, failing]);
    return await Promise.race([work(supervised), failing]);
  } finally {
    await supervised.stop();
    await guard.close();
  }
}
