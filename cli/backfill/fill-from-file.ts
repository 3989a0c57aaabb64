import { readFile, type FileFormat } from '../../bridge/backfill/read-file.ts';
import type { RecordFiller } from '../../bridge/backfill/record-filler.ts';
import { openFile } from './file-source.ts';
import { openBackfillBar } from './progress-bar.ts';

export interface FileFill {
  /** `-` is stdin. */
  readonly path: string;
  readonly format: FileFormat | undefined;
  readonly maxEventBytes: number;
  readonly signal: AbortSignal;
}

/** Reads to the file's end, or until `signal`. What could be read is written, also where the file cannot be read on. */
export async function fillFromFile(
  filler: RecordFiller,
  { path, format: given, maxEventBytes, signal }: FileFill,
): Promise<void> {
  const { stream, format, bytes, bytesRead } = await openFile(path, given);
  const bar = openBackfillBar(bytes);
  try {
    for await (const entries of readFile(stream, { format, maxEventBytes, readAt: Date.now() })) {
      if (signal.aborted) return;
      await filler.add(entries);
      bar.update(bytesRead(), filler.counts);
    }
  } finally {
    const counts = await filler.finish();
    bar.update(bytesRead(), counts);
    bar.stop();
    stream.destroy();
  }
}
