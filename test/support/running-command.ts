import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { environmentSchema } from '../../settings/settings.ts';

const longestStopMs = 30_000;
const project = join(import.meta.dirname, '../..');

/** A command that runs as a user starts it, in a temporary folder and a process group of its own. */
export interface RunningCommand {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves to the exit code, or null after a signal, when its output has ended too. */
  readonly ended: Promise<number | null>;
  /** Resolves when a line of stdout or stderr matches; rejects when it ends before. */
  readonly said: (pattern: RegExp) => Promise<void>;
  /** To the whole group, as a terminal does it for Ctrl-C. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** The processes that it or its children started and that still run, and the folders that they left. */
  readonly leftovers: () => Promise<{ processes: string[]; folders: string[] }>;
  /** Ends it if it still runs, and removes its temporary folder. */
  readonly dispose: () => Promise<void>;
}

/** Runs a command in the checkout with servers on free ports, none of them configured; `changes` go over the environment. */
export async function runCommandOfUser(
  command: readonly [string, ...string[]],
  changes: Readonly<Record<string, string>> = {},
): Promise<RunningCommand> {
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'aisle-command-'));
  // PostgreSQL may run as another user, which has to get in.
  await chmod(temporaryFolder, 0o1777);
  const [program, ...rest] = command;
  const child = spawn(program, rest, {
    cwd: project,
    detached: true,
    env: { ...environmentOfUser(), ...changes, TMPDIR: temporaryFolder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk.toString()));
  const lines = [createInterface({ input: child.stdout }), createInterface({ input: child.stderr })];
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    stdout: () => stdout.join(''),
    stderr: () => stderr.join(''),
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        if (pattern.test(stdout.join('')) || pattern.test(stderr.join(''))) resolve();
        for (const stream of lines) stream.on('line', (line) => pattern.test(line) && resolve());
        void ended.then(() => reject(new Error(`It ended and never said ${pattern}:\n${stderr.join('')}`)));
      }),
    signal: (name) => signalGroup(child, name),
    leftovers: async () => ({
      processes: await processesThatKnow(temporaryFolder),
      folders: (await readdir(temporaryFolder)).filter((name) => name.startsWith('aisle-')),
    }),
    dispose: async () => {
      signalGroup(child, 'SIGTERM');
      const late = setTimeout(() => signalGroup(child, 'SIGKILL'), longestStopMs);
      await ended;
      clearTimeout(late);
      await rm(temporaryFolder, { recursive: true, force: true });
    },
  };
}

/** This process's environment without what configures Aisle, and without what npm told its own script. */
function environmentOfUser(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !(name.replace(/_FILE$/, '') in environmentSchema.shape) && !name.startsWith('npm_'),
  );
  return {
    ...Object.fromEntries(own),
    AISLE_KAFKA_PORT: '0',
    AISLE_POSTGRES_PORT: '0',
    AISLE_TEMPORAL_PORT: '0',
    AISLE_TEMPORAL_UI_PORT: '0',
  };
}

/** Everything that a command starts inherits its TMPDIR or works in a folder below it: `ps` shows both. */
async function processesThatKnow(folder: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['axeww', '-o', 'pid=,args='], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.split('\n').filter((line) => line.includes(folder));
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-pid, signal);
}
