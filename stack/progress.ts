import { type ListrDefaultRendererLogLevels, Listr, ListrLogger, ProcessOutput } from 'listr2';

/** Says what a part of the start does or waits for; `done` and `failed` are its last words. */
export type Report = (subject: string, message: string, state?: 'done' | 'failed') => void;

export interface Progress {
  readonly report: Report;
  /** Ends the display, whatever was reported. */
  close(): Promise<void>;
}

/** A live list on a terminal, plain lines elsewhere; on stderr, as stdout belongs to what a command prints. */
export function openProgress(subjects: readonly string[]): Progress {
  // Some terminals tell no width, and the list cannot be laid out then.
  return process.stderr.isTTY && process.stderr.columns > 0 ? liveList(subjects) : plainLines();
}

function plainLines(): Progress {
  return {
    report: (subject, message) => void process.stderr.write(`${subject}: ${message}\n`),
    close: async () => undefined,
  };
}

interface Row {
  message: string;
  ended: boolean;
  show(message: string): void;
  end(error?: Error): void;
}

function liveList(subjects: readonly string[]): Progress {
  const rows = new Map<string, Row>();
  const list = new Listr(
    subjects.map((subject) => {
      const { promise, resolve, reject } = ending();
      const row: Row = {
        message: 'waiting',
        ended: false,
        show: (message) => void (row.message = message),
        end: (error) => (error ? reject(error) : resolve()),
      };
      rows.set(subject, row);
      return {
        title: `${subject}: ${row.message}`,
        task: async (_context: unknown, task: { title?: string | undefined }) => {
          row.show = (message) => void (task.title = `${subject}: ${message}`);
          row.show(row.message);
          await promise;
        },
      };
    }),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: {
        showErrorMessage: false,
        logger: new ListrLogger<ListrDefaultRendererLogLevels>({
          processOutput: new ProcessOutput(process.stderr),
        }),
      },
    },
  );
  const finished = list.run().catch(() => undefined);
  return {
    report(subject, message, state) {
      const row = rows.get(subject);
      row?.show(message);
      if (state && row) {
        row.ended = true;
        row.end(state === 'failed' ? new Error(message) : undefined);
      }
    },
    async close() {
      for (const row of rows.values()) {
        if (!row.ended) row.show('called off');
        row.end(new Error('called off'));
      }
      await finished;
    },
  };
}

function ending(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve = (): void => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
