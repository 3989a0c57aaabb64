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
 * What is said to V8 of a heap of thousands of journeys, a gigabyte in which little changes: to mark it by one thread instead
 * of four, which on a machine of two cores take the turns of whoever has a step to write, and to let it grow to twice its
 * size before. `npm run worker` and the image start a worker with the same.
 */
const workerFlags = ['--v8-pool-size=1', '--heap-growing-percent=100'];

/** The command that starts one of Aisle's own processes, such as `bridge`. */
export function aisleCommand(command: string): { command: string; arguments: readonly string[] } {
  const flags = command === 'worker' ? workerFlags : [];
  return {
    command: process.execPath,
    arguments: [...flags, join(projectDirectory, 'cli', 'aisle.mjs'), command],
  };
}
