/**
 * Protects: workflows that run for days survive a new release. Today's code replays every stored history to the same
 * commands, and the check itself is checked: a history with one thing changed must fail.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DeterminismViolationError } from '@temporalio/workflow';
import { DefaultLogger, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';

import { reuseBundle } from '../../workers/bundle-cache.ts';
import { workflowCode } from '../../workers/workflow-source.ts';
import { bundleNextRelease } from '../support/next-release/bundle.ts';
import { historyFromText } from './history-file.ts';
import { currentRelease, folderOf, recordingOf, storedHistories } from './history-folders.ts';

const histories = storedHistories();
const names = histories.filter(({ release }) => release === currentRelease).map(({ name }) => name);
const textOf = (name: string): string => readFileSync(join(folderOf(currentRelease), name), 'utf8');

let workflowBundle: Awaited<ReturnType<typeof reuseBundle>>;
beforeAll(async () => {
  workflowBundle = await reuseBundle(workflowCode('off'), new DefaultLogger('ERROR'));
});

const replay = (text: string, code = workflowBundle): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: code }, historyFromText(text));

it('has a history of every path', () => {
  expect(names.map((name) => name.replace('.json', '')).sort()).toEqual([
    'alert-rule',
    'alert-rule-continued-first',
    'alert-rule-continued-last',
    'cart-abandoned',
    'checkout-recovered',
    'continued-first',
    'continued-last',
    'erase-user',
    'retention',
    'retention-incomplete',
    'roll-up',
    'store-away',
  ]);
});

it.each(histories)('replays $name of release $release', async ({ path }) => {
  await replay(readFileSync(path, 'utf8'));
});

describe('with one thing changed', () => {
  it.each([
    {
      what: 'an activity type',
      name: 'store-away.json',
      from: '"name": "recordJourney"',
      to: '"name": "other"',
    },
    {
      what: 'the activity of a roll-up',
      name: 'roll-up.json',
      from: '"name": "rollUp"\n',
      to: '"name": "other"\n',
    },
    {
      what: 'an activity of a rule',
      name: 'alert-rule.json',
      from: '"name": "announceRule"',
      to: '"name": "other"',
    },
    {
      what: 'a step of an erasure',
      name: 'erase-user.json',
      from: '"name": "destroyKeys"',
      to: '"name": "eraseRows"',
    },
    {
      what: 'a step of retention',
      name: 'retention.json',
      from: '"name": "deleteExpired"',
      to: '"name": "measureEvents"',
    },
  ])('refuses $what', async ({ name, from, to }) => {
    const history = textOf(name);
    // The workflow's own type comes before and is called the same in a roll-up: only the activity's is changed.
    const at = history.indexOf(from, history.indexOf('activityTaskScheduledEventAttributes'));
    expect(at).toBeGreaterThan(0);
    const changed = history.slice(0, at) + to + history.slice(at + from.length);
    await expect(replay(changed)).rejects.toThrow(DeterminismViolationError);
  });

  it.each(['cart-abandoned', 'alert-rule', 'erase-user'])(
    'refuses a timer that is not in %s',
    async (name) => {
      const changed = textOf(`${name}.json`).replace(
        'EVENT_TYPE_TIMER_STARTED',
        'EVENT_TYPE_MARKER_RECORDED',
      );
      await expect(replay(changed)).rejects.toThrow();
    },
  );
});

describe('a next release that changes the commands', () => {
  const writing = histories.filter(({ path }) =>
    readFileSync(path, 'utf8').includes('"name": "userJourney"'),
  );

  it('behind a patch replays every history', async () => {
    const patched = await bundleNextRelease('patched');
    for (const { path } of histories) await replay(readFileSync(path, 'utf8'), patched);
  });

  it('without one is refused by every history that has the changed part', async () => {
    const unpatched = await bundleNextRelease('unpatched');
    expect(writing.length).toBeGreaterThan(0);
    for (const { path } of writing) {
      await expect(replay(readFileSync(path, 'utf8'), unpatched), path).rejects.toThrow(
        DeterminismViolationError,
      );
    }
  });
});

describe('npm run record-histories', () => {
  it("records into the package's own version what is missing, and more only if forced", () => {
    expect(recordingOf([], '0.2.0')).toEqual({ folder: folderOf('0.2.0'), overwrites: false });
    expect(recordingOf(['--force'], '0.2.0')).toEqual({ folder: folderOf('0.2.0'), overwrites: true });
    expect(recordingOf(['--release', '0.1.0', '--force'], '0.2.0').folder).toBe(folderOf('0.1.0'));
    expect(() => recordingOf(['--release', '0.1.0'], '0.2.0')).toThrow(/0\.1\.0 stay as they were/);
    expect(() => recordingOf(['--release', '../..', '--force'], '0.2.0')).toThrow(/expected a version/);
  });
});
