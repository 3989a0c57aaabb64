import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const program = join(import.meta.dirname, '../../cli/aisle.mjs');

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `aisle` with these words to its end, with this environment and nothing else configured. */
export const aisleWith = (environment: NodeJS.ProcessEnv, ...words: string[]): Promise<CommandResult> =>
  aisleWithInput('', environment, ...words);

/** The same, with something on its stdin. */
export async function aisleWithInput(
  input: string,
  environment: NodeJS.ProcessEnv,
  ...words: string[]
): Promise<CommandResult> {
  const child = spawn(process.execPath, [program, ...words], {
    env: { ...environment, AISLE_SKIP_INSTALL: '1' },
    stdio: 'pipe',
  });
  // It may end before it has read everything.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
