/**
 * Protects: journeys that run for days survive a new release. Today's code replays every stored history to the same
 * commands, and the check itself is checked: a history with one thing changed must fail.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DeterminismViolationError } from '@temporalio/workflow';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';

import { projectRoot } from '../../connections/sql-file.ts';
import { historyFromText } from './history-file.ts';

const directory = join(projectRoot, 'test', 'histories');
const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
const textOf = (name: string): string => readFileSync(join(directory, name), 'utf8');

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(projectRoot, 'workflows', 'index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
});

const replay = (text: string): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle }, historyFromText(text));

it('has a history of every path', () => {
  expect(names.map((name) => name.replace('.json', ''))).toEqual([
    'cart-abandoned',
    'checkout-recovered',
    'continued-first',
    'continued-last',
    'roll-up',
    'store-away',
  ]);
});

it.each(names)('replays %s', async (name) => {
  await replay(textOf(name));
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
  ])('refuses $what', async ({ name, from, to }) => {
    const history = textOf(name);
    // The workflow's own type comes before and is called the same in a roll-up: only the activity's is changed.
    const at = history.indexOf(from, history.indexOf('activityTaskScheduledEventAttributes'));
    expect(at).toBeGreaterThan(0);
    const changed = history.slice(0, at) + to + history.slice(at + from.length);
    await expect(replay(changed)).rejects.toThrow(DeterminismViolationError);
  });

  it('refuses a timer that is not there', async () => {
    const changed = textOf('cart-abandoned.json').replace(
      'EVENT_TYPE_TIMER_STARTED',
      'EVENT_TYPE_MARKER_RECORDED',
    );
    await expect(replay(changed)).rejects.toThrow();
  });
});
