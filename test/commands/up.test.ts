// `up` prints every address and READY, stops everything on SIGTERM, leaves nothing behind even when it is killed, and
// says in one sentence what to do when it cannot start.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

import { afterEach, expect, test, vi } from 'vitest';

import { parseEnvironment, readEnvironmentFile } from '../../cli/environment-file.ts';
import { isPortTaken } from '../../stack/ports.ts';

const program = join(import.meta.dirname, '../../cli/aisle.mjs');
const freePorts = {
  AISLE_KAFKA_PORT: '0',
  AISLE_POSTGRES_PORT: '0',
  AISLE_TEMPORAL_PORT: '0',
  AISLE_TEMPORAL_UI_PORT: '0',
};

let running: ChildProcess | undefined;

afterEach(() => {
  running?.kill('SIGTERM');
});

function up(environment: Record<string, string>) {
  const child = spawn(process.execPath, [program, 'up'], {
    env: { ...process.env, ...freePorts, ...environment, AISLE_SKIP_INSTALL: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, ended, errors: () => errors.join('') };
}

async function linesUntilReady(child: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  if (child.stdout === null) return lines;
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'READY') break;
  }
  return lines;
}

function portsOf(addresses: Record<string, string>): number[] {
  return ['KAFKA_BOOTSTRAP_SERVERS', 'TEMPORAL_ADDRESS', 'TEMPORAL_UI']
    .map((name) => Number(/:(\d+)$/.exec(addresses[name] ?? '')?.[1]))
    .concat(Number(addresses['DB_PORT']));
}

test('prints addresses and READY, lets itself be found, and stops everything on SIGTERM', async () => {
  const { child, ended, errors } = up({});
  const lines = await linesUntilReady(child);
  expect(lines.at(-1), errors()).toBe('READY');
  const addresses = parseEnvironment(lines.join('\n'));
  expect(Object.keys(addresses).sort()).toEqual([
    'DB_ERASER_PASSWORD',
    'DB_ERASER_USER',
    'DB_HOST',
    'DB_NAME',
    'DB_OWNER_PASSWORD',
    'DB_OWNER_USER',
    'DB_PASSWORD',
    'DB_PORT',
    'DB_REPORTER_PASSWORD',
    'DB_REPORTER_USER',
    'DB_USER',
    'KAFKA_BOOTSTRAP_SERVERS',
    'PSEUDONYM_KEY_FILE',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
    'TEMPORAL_UI',
  ]);
  expect(await readEnvironmentFile()).toEqual(addresses);
  const ports = portsOf(addresses);
  expect(await Promise.all(ports.map(isPortTaken))).toEqual([true, true, true, true]);

  child.kill('SIGTERM');
  child.kill('SIGTERM');
  expect(await ended, errors()).toBe(0);
  expect(await Promise.all(ports.map(isPortTaken))).toEqual([false, false, false, false]);
  expect(existsSync(dirname(addresses['PSEUDONYM_KEY_FILE'] ?? ''))).toBe(false);
  expect(await readEnvironmentFile()).toBeUndefined();
});

test('leaves no server and no folder behind when it is killed', async () => {
  const { child, ended, errors } = up({});
  const lines = await linesUntilReady(child);
  expect(lines.at(-1), errors()).toBe('READY');
  const addresses = parseEnvironment(lines.join('\n'));
  child.kill('SIGKILL');
  await ended;
  const ports = portsOf(addresses);
  const directory = dirname(addresses['PSEUDONYM_KEY_FILE'] ?? '');
  await vi.waitFor(
    async () => {
      expect(await Promise.all(ports.map(isPortTaken))).toEqual([false, false, false, false]);
      expect(existsSync(directory)).toBe(false);
    },
    { timeout: 30_000, interval: 200 },
  );
});

test('a port in use ends it with one sentence before anything is started', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', () => resolve()));
  const { port } = holder.address() as AddressInfo;
  const { ended, errors } = up({ AISLE_TEMPORAL_PORT: String(port) });
  expect(await ended).toBe(1);
  holder.close();
  expect(errors().trim()).toBe(
    `Port ${port}, which Temporal needs, is in use: stop the program that uses it, or set AISLE_TEMPORAL_PORT to another port (0 for any free one).`,
  );
});

test('a wrong setting ends it with the name of the setting', async () => {
  const { ended, errors } = up({ CART_ABANDON_AFTER: 'soon' });
  expect(await ended).toBe(1);
  expect(errors()).toMatch(/^Wrong settings:\nCART_ABANDON_AFTER: expected a duration/);
});
