// Servers are looked for in a fixed order, the place is named, and a machine without any gets one sentence of advice.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';

import { Guard } from '../../stack/guard.ts';
import { javaVersion } from '../../stack/java.ts';
import { kafkaPlaces } from '../../stack/kafka-binaries.ts';
import { firstFound, type Place } from '../../stack/lookup.ts';
import { cacheDirectory, type Preparation } from '../../stack/preparation.ts';
import { SetupError } from '../../stack/setup-error.ts';
import { temporalPlaces } from '../../stack/temporal-binary.ts';
import { testServerPlaces } from '../../stack/temporal-test-server.ts';
import { findUser } from '../../stack/unprivileged-user.ts';

let directory: string;
const guard = new Guard();

afterAll(() => guard.close());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aisle-unit-'));
});

afterEach(() => rm(directory, { recursive: true }));

function place(from: string, found: string | undefined, asked: string[]): Place<string> {
  return {
    from,
    look: async () => {
      asked.push(from);
      return found === undefined ? { missing: `nothing on ${from}` } : { found };
    },
  };
}

function preparation(environment: NodeJS.ProcessEnv): Preparation {
  return {
    environment,
    cache: join(directory, 'cache'),
    report: () => undefined,
    signal: new AbortController().signal,
    guard,
  };
}

test('the first place that has it wins, and later ones are not asked', async () => {
  const asked: string[] = [];
  const places = [place('PATH', undefined, asked), place('the cache', '/x', asked), place('Go', '/y', asked)];
  expect(await firstFound(places, 'advice')).toEqual({ found: '/x', from: 'the cache' });
  expect(asked).toEqual(['PATH', 'the cache']);
});

test('where no place has it, the advice and every reason are said', async () => {
  const places = [place('PATH', undefined, []), place('Maven', undefined, [])];
  const looking = firstFound(places, 'Install it');
  await expect(looking).rejects.toThrow(SetupError);
  await expect(looking).rejects.toThrow('Install it (tried PATH: nothing on PATH; Maven: nothing on Maven)');
});

test('the orders are those of the documentation', () => {
  const order = (places: readonly Place<string>[]): string[] => places.map(({ from }) => from);
  expect(order(kafkaPlaces(preparation({})))).toEqual(['KAFKA_HOME', 'PATH', 'the cache', 'Maven']);
  expect(order(temporalPlaces(preparation({})))).toEqual([
    'PATH',
    'the cache',
    "the SDK's download",
    'a build with Go',
  ]);
  expect(order(testServerPlaces(preparation({})))).toEqual(['the cache', "the SDK's download", 'Maven']);
});

test('KAFKA_HOME is taken, and refused in a sentence where it is no Kafka', async () => {
  await mkdir(join(directory, 'libs'));
  await expect(firstFound(kafkaPlaces(preparation({ KAFKA_HOME: directory })), '')).resolves.toEqual({
    found: join(directory, 'libs'),
    from: 'KAFKA_HOME',
  });
  const wrong = firstFound(kafkaPlaces(preparation({ KAFKA_HOME: '/nowhere' })), '');
  await expect(wrong).rejects.toThrow('KAFKA_HOME is set to /nowhere, which has no folder libs.');
});

test('a Kafka on PATH is found by its start script', async () => {
  await mkdir(join(directory, 'bin'));
  await mkdir(join(directory, 'libs'));
  await writeFile(join(directory, 'bin', 'kafka-server-start.sh'), '', { mode: 0o755 });
  const found = await firstFound(
    kafkaPlaces(preparation({ PATH: `/nowhere:${join(directory, 'bin')}` })),
    '',
  );
  expect(found.from).toBe('PATH');
});

test('what was built before is taken from the cache', async () => {
  const built = join(directory, 'cache', 'temporal-cli-1.5.1');
  await mkdir(built, { recursive: true });
  await writeFile(join(built, 'temporal'), '', { mode: 0o755 });
  const found = await firstFound(temporalPlaces(preparation({ PATH: '' })), '');
  expect(found).toEqual({ found: join(built, 'temporal'), from: 'the cache' });
});

test('the cache is where the environment says, else in the usual place', () => {
  expect(cacheDirectory({ AISLE_CACHE_DIR: '/c', XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/c');
  expect(cacheDirectory({ XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe(join('/x', 'aisle'));
  expect(cacheDirectory({ HOME: '/h' })).toBe(join('/h', '.cache', 'aisle'));
});

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_392"', 8],
  ['openjdk version "25" 2025-09-16', 25],
  ['The operation could not be completed. Unable to locate a Java Runtime.', undefined],
])('the Java version of %s is %s', (output, version) => {
  expect(javaVersion(output)).toBe(version);
});

test('a user is looked up by its exact name', () => {
  const passwd =
    'root:x:0:0:root:/root:/bin/sh\nnobody2:x:7:8::/:\nnobody:x:65534:65533:nobody:/nonexistent:\n';
  expect(findUser(passwd, 'nobody')).toEqual({ uid: 65_534, gid: 65_533 });
  expect(findUser(passwd, 'none')).toBeUndefined();
});
