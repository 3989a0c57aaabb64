import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function nearestPackage(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('No package.json above this file.');
  return nearestPackage(parent);
}

/** The checkout, found upwards so that it is right from the sources and from `dist/`. */
export const projectDirectory = nearestPackage(import.meta.dirname);

/**
 * V8 has four threads for what it does beside the program. With the heap of thousands of journeys all four mark it at once, and on a
 * machine of two cores they take the turns of whoever has a step to write, for a second: one is enough. `npm run worker`
 * and the image start a worker with the same.
 */
const workerFlags = ['--v8-pool-size=1'];

/** The command that starts one of Aisle's own processes, such as `bridge`. */
export function aisleCommand(command: string): { command: string; arguments: readonly string[] } {
  const flags = command === 'worker' ? workerFlags : [];
  return {
    command: process.execPath,
    arguments: [...flags, join(projectDirectory, 'cli', 'aisle.mjs'), command],
  };
}
