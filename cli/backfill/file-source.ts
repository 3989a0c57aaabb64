import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import type { FileFormat } from '../../bridge/backfill/read-file.ts';
import { SetupError } from '../../stack/setup-error.ts';

export interface FileSource {
  readonly stream: Readable;
  readonly format: FileFormat;
  /** What is read in all, and so far, in bytes; the total of stdin is not known. */
  readonly bytes: number | undefined;
  readonly bytesRead: () => number;
}

/** Opens a file, or stdin for `-`. Throws a `SetupError` where there is none, or nobody can tell what is in it. */
export async function openFile(path: string, format: FileFormat | undefined): Promise<FileSource> {
  if (path === '-') {
    if (format === undefined)
      throw new SetupError(
        'What comes from stdin has no name to tell its format by: add --format ndjson or csv.',
      );
    return { stream: process.stdin, format, bytes: undefined, bytesRead: () => 0 };
  }
  const found = await stat(path).catch((error: unknown) => {
    throw new SetupError(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
    );
  });
  if (!found.isFile()) throw new SetupError(`${path} is not a file.`);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const isCompressed = path.endsWith('.gz');
  const stream = isCompressed ? unzipped(file) : file;
  return {
    stream,
    format: format ?? formatOf(isCompressed ? path.slice(0, -3) : path),
    bytes: found.size,
    bytesRead: () => file.bytesRead,
  };
}

function formatOf(path: string): FileFormat {
  if (/\.csv$/i.test(path)) return 'csv';
  if (/\.(ndjson|jsonl|json)$/i.test(path)) return 'ndjson';
  throw new SetupError(`The name of ${path} does not tell its format: add --format ndjson or csv.`);
}

function unzipped(file: Readable): Readable {
  const gunzip = createGunzip();
  file.once('error', (error) => gunzip.destroy(error));
  return file.pipe(gunzip);
}
