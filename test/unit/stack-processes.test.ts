// A process that dies is started again, but not for ever, and not when its settings are wrong; nothing outlives its owner.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { startChild } from '../../stack/child.ts';
import { Guard } from '../../stack/guard.ts';
import { isAlive } from '../../stack/process-group.ts';
import { superviseProcess } from '../../stack/processes.ts';
import { restartAfter } from '../../stack/restart-policy.ts';

let directory: string;
let guard: Guard;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aisle-unit-'));
  guard = new Guard();
});

afterEach(async () => {
  await guard.close();
  await rm(directory, { recursive: true, force: true });
});

function supervise(script: string, onRestart?: (message: string) => void) {
  return superviseProcess({
    name: 'bridge',
    arguments: [],
    command: { command: process.execPath, arguments: ['-e', script] },
    environment: process.env,
    logFile: join(directory, 'bridge.log'),
    guard,
    ...(onRestart ? { onRestart } : {}),
  });
}

const readyAndStay = "console.log('READY'); setInterval(() => {}, 1000);";

test('the delay doubles up to five seconds, and the sixth end within a minute gives up', () => {
  const ends = [0, 1000, 2000, 3000, 4000];
  expect(ends.map((_, index) => restartAfter(ends.slice(0, index + 1), 4000))).toEqual([
    250, 500, 1000, 2000, 4000,
  ]);
  expect(restartAfter([...ends, 5000], 5000)).toBe('give up');
  expect(restartAfter([...ends, 70_000], 70_000)).toBe(250);
});

test('a killed process is started again, and stop ends it for good', async () => {
  const restarts: string[] = [];
  const supervised = supervise(readyAndStay, (message) => restarts.push(message));
  await supervised.ready;
  const first = supervised.pid() as number;
  process.kill(first, 'SIGKILL');
  await vi.waitFor(() => expect([undefined, first]).not.toContain(supervised.pid()), { timeout: 5000 });
  const second = supervised.pid() as number;
  await supervised.stop();
  expect(restarts).toEqual(['ended unexpectedly (signal SIGKILL), starting it again in 250 ms']);
  expect([isAlive(first), isAlive(second)]).toEqual([false, false]);
});

test('wrong settings are not tried again, and what the process said is shown', async () => {
  const restarts: string[] = [];
  const script = "console.error('DB_PORT: expected a number'); process.exit(78);";
  const supervised = supervise(script, (message) => restarts.push(message));
  const failure = await supervised.failure;
  expect(failure.message).toMatch(/^The bridge ended \(exit code 78\)[^]*DB_PORT: expected a number/);
  expect(restarts).toEqual([]);
  await supervised.stop();
});

test('a child that ignores its stop signal is killed after its limit', async () => {
  const child = await startChild({
    name: 'Stubborn',
    command: process.execPath,
    arguments: ['-e', `process.on('SIGTERM', () => {}); ${readyAndStay}`],
    environment: process.env,
    logFile: join(directory, 'child.log'),
    guard,
    stopWithinMs: 300,
  });
  await child.stop();
  expect(isAlive(child.pid)).toBe(false);
});

test('the guard ends the groups and removes the folders of an owner that was killed', async () => {
  const folder = join(directory, 'temporary');
  const guardModule = join(import.meta.dirname, '../../stack/guard.ts');
  const owner = spawn(process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    `import { Guard } from ${JSON.stringify(guardModule)};
     import { spawn } from 'node:child_process';
     import { mkdirSync } from 'node:fs';
     mkdirSync(${JSON.stringify(folder)});
     const guard = new Guard();
     const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
     guard.watch(child.pid, 'SIGTERM');
     guard.removeAtEnd(${JSON.stringify(folder)});
     console.log(child.pid);
     setInterval(() => {}, 1000);`,
  ]);
  const [firstOutput] = (await once(owner.stdout, 'data')) as [Buffer];
  const child = Number(firstOutput.toString());
  expect([isAlive(child), existsSync(folder)]).toEqual([true, true]);
  owner.kill('SIGKILL');
  await vi.waitFor(() => expect([isAlive(child), existsSync(folder)]).toEqual([false, false]), {
    timeout: 10_000,
  });
}, 20_000);
