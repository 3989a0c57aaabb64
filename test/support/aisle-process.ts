import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { projectRoot } from '../../connections/sql-file.ts';
import { describeEnd } from '../../stack/child.ts';
import type { Guard } from '../../stack/guard.ts';
import { signalGroup } from '../../stack/process-group.ts';

export interface LogEntry {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export const errorLevel = 50;

const program = join(projectRoot, 'cli', 'aisle.mjs');
const stopLimitMs = 15_000;

/** One of Aisle's commands as a real process in a group of its own, which the guard ends even if the tests are killed. */
export class AisleProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves at the line `READY`; rejects with the end of the log when the process ends before. */
  readonly ready: Promise<void>;
  /** Resolves to how it ended, such as `signal SIGKILL`. */
  readonly ended: Promise<string>;
  private readonly chunks: string[] = [];
  private end: string | undefined;

  constructor(name: string, environment: NodeJS.ProcessEnv, guard: Guard) {
    this.name = name;
    const child = spawn(process.execPath, [program, name], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, AISLE_SKIP_INSTALL: '1' },
    });
    if (child.pid === undefined) throw new Error(`aisle ${name} could not be started`);
    const pid = child.pid;
    this.pid = pid;
    guard.watch(pid, 'SIGKILL');
    child.stderr.on('data', (chunk: Buffer) => this.chunks.push(chunk.toString()));
    const lines = createInterface({ input: child.stdout });
    this.ended = new Promise((resolve) => {
      child.once('exit', () => signalGroup(pid, 'SIGKILL'));
      child.once('close', (code, signal) => {
        guard.release(pid);
        this.end = describeEnd(code, signal);
        resolve(this.end);
      });
    });
    this.ready = new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        this.chunks.push(`${line}\n`);
        if (line === 'READY') resolve();
      });
      void this.ended.then((how) =>
        reject(new Error(`aisle ${name} ended (${how}) before it was ready:\n${this.output.slice(-4000)}`)),
      );
    });
    this.ready.catch(() => undefined);
  }

  /** All that it has written, on stdout and stderr. */
  get output(): string {
    return this.chunks.join('');
  }

  /** For the message of a failed test: whether it still runs, and the end of its log. */
  get story(): string {
    return `${this.name} ${this.pid} (${this.end ?? 'still running'}):\n${this.output.slice(-3000)}`;
  }

  get log(): LogEntry[] {
    const lines = this.output.split('\n').filter((line) => line.startsWith('{'));
    return lines.flatMap((line) => {
      try {
        return [JSON.parse(line) as LogEntry];
      } catch {
        // The last line of a killed process may be half a line.
        return [];
      }
    });
  }

  async kill(): Promise<string> {
    signalGroup(this.pid, 'SIGKILL');
    return this.ended;
  }

  /** Asks it to stop, and kills it when it does not within the limit. */
  async stop(): Promise<string> {
    signalGroup(this.pid, 'SIGTERM');
    const late = setTimeout(() => signalGroup(this.pid, 'SIGKILL'), stopLimitMs);
    const how = await this.ended;
    clearTimeout(late);
    return how;
  }
}
