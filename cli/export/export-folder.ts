import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stringify } from 'csv-stringify/sync';

import { SetupError } from '../../stack/setup-error.ts';

export type ExportedRow = Readonly<Record<string, unknown>>;

/** A folder that only its owner can read. Throws a `SetupError` where there is something in it already. */
export async function openExportFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length > 0)
      throw new SetupError(`${folder} is not empty: give an empty folder, or a new one, with --out.`);
  } catch (error) {
    if (error instanceof SetupError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new SetupError(`${folder} cannot be written (${code}): give another folder with --out.`);
  }
  return folder;
}

/** The same rows as JSON and as CSV, whose first line names all columns; what is nested is JSON in a cell. */
export async function writeRows(folder: string, name: string, rows: readonly ExportedRow[]): Promise<void> {
  await writeJson(folder, name, rows);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const csv = stringify([...rows], { header: true, columns, escape_formulas: true });
  await writeFile(join(folder, `${name}.csv`), csv, { mode: 0o600 });
}

export async function writeJson(folder: string, name: string, content: unknown): Promise<void> {
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}
