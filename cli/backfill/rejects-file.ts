import { open, type FileHandle } from 'node:fs/promises';

import type { Reject } from '../../bridge/backfill/entry.ts';
import { SetupError } from '../../stack/setup-error.ts';

/** A line of JSON for each entry that could not be used: where it stands and why, and nothing of what stands there. */
export class RejectsFile {
  readonly path: string;
  private file: FileHandle | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the file, or empties it, with the first line. */
  async write(rejects: readonly Reject[]): Promise<void> {
    this.file ??= await open(this.path, 'w', 0o600).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      throw new SetupError(
        `The rejects cannot be written to ${this.path} (${code ?? 'unknown error'}): choose another file with --rejects.`,
      );
    });
    const lines = rejects.map(({ at, reason, eventId }) =>
      JSON.stringify({ ...at, reason, ...(eventId === null ? {} : { event_id: eventId }) }),
    );
    await this.file.appendFile(`${lines.join('\n')}\n`);
  }

  async close(): Promise<void> {
    await this.file?.close();
  }
}
