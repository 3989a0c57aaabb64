// Protects the image: what `npm run build` writes starts under plain Node, without tsx. tsx is kinder than Node: it lets a
// CommonJS package be imported by names that Node does not see, and finds modules whose extension was not rewritten.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const project = fileURLToPath(new URL('../../', import.meta.url));

describe('the built program', { timeout: 60_000 }, () => {
  // Inside the project, so that Node finds its packages.
  mkdirSync(join(project, '.aisle'), { recursive: true });
  const folder = mkdtempSync(join(project, '.aisle', 'build-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(async () => {
    const compiler = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = ['-p', 'tsconfig.build.json', '--outDir', folder, '--noCheck'];
    await run(process.execPath, [compiler, ...options], { cwd: project });
  }, 120_000);

  async function start(command: string, environment: NodeJS.ProcessEnv) {
    const program = join(folder, 'cli', 'aisle.js');
    const { PATH } = process.env;
    return run(process.execPath, [program, command], { env: { PATH, ...environment }, timeout: 30_000 }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: unknown) => {
        const { code, stderr } = error as { code: unknown; stderr: string };
        return { code, output: stderr };
      },
    );
  }

  it('explains itself', async () => {
    const { code, output } = await start('--help', {});
    expect(code).toBe(0);
    for (const command of ['bridge', 'worker', 'migrate']) expect(output).toContain(command);
  });

  it.each(['bridge', 'worker', 'migrate'])(
    '%s loads all of its modules and reads its settings',
    async (command) => {
      const { code, output } = await start(command, { DB_PORT: 'wrong' });
      expect(output).toMatch(/DB_PORT: expected a whole number from 1 to 65535/);
      expect(output).not.toMatch(/^\s+at /m);
      expect(code).not.toBe(0);
    },
  );
});
