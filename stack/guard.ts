import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { once } from 'node:events';

import { projectDirectory } from './project.ts';

/**
 * A small process beside this one that ends what it was told to watch as soon as this one is gone, SIGKILL included.
 * So nothing that was started is ever left behind.
 */
export class Guard {
  readonly #process: ChildProcess;

  constructor() {
    // Its own session: a Ctrl-C in the terminal must not end the guard before what it guards.
    this.#process = spawn(process.execPath, [join(projectDirectory, 'stack', 'guard.mjs')], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
    });
    this.#process.stdin?.on('error', () => undefined);
    this.#process.on('error', () => undefined);
    this.#process.unref();
  }

  /** `signal` asks the process group for an orderly end; SIGKILL follows five seconds later. */
  watch(group: number, signal: NodeJS.Signals): void {
    this.#tell({ watch: group, signal });
  }

  release(group: number): void {
    this.#tell({ release: group });
  }

  removeAtEnd(directory: string): void {
    this.#tell({ remove: directory });
  }

  /** Ends the guard, which first ends what it still watches. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.ref();
    this.#process.stdin?.end();
    await exited;
  }

  #tell(message: Record<string, string | number>): void {
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`);
  }
}
