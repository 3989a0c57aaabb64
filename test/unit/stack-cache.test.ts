// Two starts at once fetch once, a start that died does not block the next, and half a fetch is never taken for whole.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { fillOnce } from '../../stack/cache.ts';
import { tooLittleRoom } from '../../stack/disk-space.ts';
import type { Guard } from '../../stack/guard.ts';
import { withLock } from '../../stack/lock.ts';

let directory: string;
const { signal } = new AbortController();
const context = {
  report: () => undefined,
  signal,
  guard: { removeAtEnd: () => undefined } as unknown as Guard,
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aisle-unit-'));
});

afterEach(() => rm(directory, { recursive: true }));

test('two at once fill the folder once', async () => {
  const target = join(directory, 'thing');
  let fills = 0;
  const fill = async (temporary: string): Promise<undefined> => {
    fills += 1;
    await writeFile(join(temporary, 'file'), 'whole');
  };
  const looks = await Promise.all([fillOnce(target, context, fill), fillOnce(target, context, fill)]);
  expect(looks).toEqual([{ found: target }, { found: target }]);
  expect(fills).toBe(1);
});

test('what cannot be filled leaves nothing behind, and the next try starts afresh', async () => {
  const target = join(directory, 'thing');
  expect(await fillOnce(target, context, async () => 'no network')).toEqual({ missing: 'no network' });
  const breaking = fillOnce(target, context, async (temporary) => {
    await writeFile(join(temporary, 'half'), '');
    throw new Error('cut off');
  });
  await expect(breaking).rejects.toThrow('cut off');
  expect(await readdir(directory)).toEqual([]);
  expect(await fillOnce(target, context, async () => undefined)).toEqual({ found: target });
});

test('the lock of a dead process is taken over', async () => {
  const lock = join(directory, 'lock');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await mkdir(lock);
  await writeFile(join(lock, 'owner'), String(pid));
  expect(await withLock(lock, { onWait: () => undefined, signal }, async () => 'done')).toBe('done');
  expect(existsSync(lock)).toBe(false);
});

test('the lock of a living process is waited for, and waiting can be called off', async () => {
  const lock = join(directory, 'lock');
  await mkdir(lock);
  await writeFile(join(lock, 'owner'), String(process.pid));
  const calledOff = new AbortController();
  const owners: string[] = [];
  const onWait = (owner: string): void => {
    owners.push(owner);
    calledOff.abort();
  };
  const waiting = withLock(lock, { onWait, signal: calledOff.signal }, async () => 'never');
  await expect(waiting).rejects.toThrow(/abort/i);
  expect(owners).toEqual([`process ${process.pid}`]);
});

test('a full disk is said with the folder, what is there and what is needed', () => {
  expect(tooLittleRoom('/data', 12, 500, 'Keeping the data')).toBe(
    'Keeping the data needs 500 MB free on the disk of /data, which has 12 MB: free some space.',
  );
});
