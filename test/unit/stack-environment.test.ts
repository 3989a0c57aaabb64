// Other commands find a running system by its file, never a dead one; a configured server is used and never started;
// and the counts of a test run never hide a failure.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import {
  readEnvironmentFile,
  removeEnvironmentFile,
  writeEnvironmentFile,
} from '../../cli/environment-file.ts';
import { countTests } from '../../cli/test-count.ts';
import { externalServers, settingsOfExternal } from '../../stack/external-servers.ts';
import { pseudonymKeySettings } from '../../stack/pseudonym-key.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aisle-unit-'));
  path = join(directory, '.aisle', 'environment');
});

afterEach(() => rm(directory, { recursive: true }));

const settings = { DB_HOST: '127.0.0.1', DB_PASSWORD: 'a=b c#d', TEMPORAL_UI: 'http://127.0.0.1:8233' };

test('what is written is read, and only its owner can read it', async () => {
  await writeEnvironmentFile(settings, path);
  expect(await readEnvironmentFile(path)).toEqual(settings);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await removeEnvironmentFile(path);
  expect(await readEnvironmentFile(path)).toBeUndefined();
});

test('the file of a dead system counts for nothing, and that of another is not removed', async () => {
  await writeEnvironmentFile(settings, path);
  await writeFile(path, '# written by process 999999999\nDB_HOST=x\n');
  expect(await readEnvironmentFile(path)).toBeUndefined();
  await removeEnvironmentFile(path);
  expect((await stat(path)).size).toBeGreaterThan(0);
});

test('only what configures a server counts, and it is passed on', () => {
  const environment = { DB_PORT: '5433', KAFKA_BOOTSTRAP_SERVERS: 'broker:9092', TEMPORAL_ADDRESS: '' };
  const external = externalServers(environment);
  expect(external).toEqual({ kafka: 'broker:9092', postgres: undefined, temporal: undefined });
  expect(settingsOfExternal(environment, external)).toEqual({ KAFKA_BOOTSTRAP_SERVERS: 'broker:9092' });
});

test('a pseudonym key is made once for a data folder, and never where one is configured', async () => {
  const file = join(directory, 'pseudonym-key');
  expect(await pseudonymKeySettings({ PSEUDONYM_KEY: 'x' }, directory)).toEqual({
    settings: {},
    madeFile: undefined,
  });
  expect((await pseudonymKeySettings({}, directory)).madeFile).toBe(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const again = { settings: { PSEUDONYM_KEY_FILE: file }, madeFile: undefined };
  expect(await pseudonymKeySettings({}, directory)).toEqual(again);
});

const report = (passed: number, failed: number, files: [string, string[]][] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults: files.map(([status, tests]) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  })),
});

test.each([
  ['passed tests', report(3, 0), 0, { passed: 3, failed: 0 }],
  ['failed tests', report(2, 1, [['failed', ['failed', 'passed']]]), 1, { passed: 2, failed: 1 }],
  ['a file that does not load', report(2, 0, [['failed', []]]), 1, { passed: 2, failed: 1 }],
  ['an error beside the tests', report(2, 0), 1, { passed: 2, failed: 1 }],
  ['no report', undefined, 1, { passed: 0, failed: 1 }],
])('counts %s', (_name, given, exitCode, counts) => {
  expect(countTests(given, exitCode)).toEqual(counts);
});
