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

/** The command that starts one of Aisle's own processes, such as `bridge`. */
export function aisleCommand(command: string): { command: string; arguments: readonly string[] } {
  return { command: process.execPath, arguments: [join(projectDirectory, 'cli', 'aisle.mjs'), command] };
}
