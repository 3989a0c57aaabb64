import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { projectDirectory } from '../stack/project.ts';
import { countTests, type VitestReport } from './test-count.ts';

/** Runs vitest with what the command was given, prints `N passed, N failed` as the last line and sets the exit code. */
export async function runTest(vitestArguments: readonly string[]): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'aisle-test-'));
  const reportFile = join(directory, 'report.json');
  try {
    const exitCode = await runVitest([
      ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
      ...vitestArguments,
    ]);
    const { passed, failed } = countTests(await readReport(reportFile), exitCode);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readReport(path: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as VitestReport;
  } catch {
    return undefined;
  }
}

function runVitest(vitestArguments: readonly string[]): Promise<number> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, ...vitestArguments], {
    cwd: projectDirectory,
    stdio: ['inherit', 'inherit', 'inherit'],
    env: { ...process.env, AISLE_SKIP_INSTALL: '1' },
  });
  // A terminal's Ctrl-C reaches vitest by itself; other requests do not.
  const ignore = (): void => undefined;
  const passOn = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', ignore);
  process.on('SIGTERM', passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', passOn);
      resolve(code ?? 1);
    });
  });
}
