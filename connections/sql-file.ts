import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's root, whether the code runs from its sources or from `dist/`. */
export const projectRoot = findProjectRoot(import.meta.dirname);

export const migrationsDirectory = join(projectRoot, 'sql', 'migrations');

/** The text of a statement kept under `sql/`, such as `roll-ups/sessions.sql`. */
export function readSql(path: string): string {
  return readFileSync(join(projectRoot, 'sql', path), 'utf8');
}

function findProjectRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('the project root, with its package.json, was not found');
  return findProjectRoot(parent);
}
