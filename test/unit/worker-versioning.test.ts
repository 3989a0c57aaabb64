// Protects deployments: a worker is unversioned unless it is given a build id, journeys are never bound to a build, and a
// history that the code does not fit is an error that says what to do and quotes nothing of the workflow's.
import { describe, expect, it } from 'vitest';

import type { Log } from '../../connections/log.ts';
import { readSettings } from '../../settings/settings.ts';
import { foreignHistoryMessage, toLog } from '../../workers/temporal-log.ts';
import { versioningOf } from '../../workers/versioning.ts';

describe('versioningOf', () => {
  it('leaves a worker without a build id unversioned, with every patch', () => {
    expect(versioningOf(readSettings({}))).toEqual({});
    expect(versioningOf(readSettings({ WORKER_BUILD_ID: '', WORKER_DEPLOYMENT_NAME: 'shop' }))).toEqual({});
  });

  it('names the build, and lets journeys move with the current version', () => {
    expect(versioningOf(readSettings({ WORKER_BUILD_ID: '0.2.0' }))).toEqual({
      workerDeploymentOptions: {
        version: { deploymentName: 'aisle', buildId: '0.2.0' },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      },
    });
  });

  it('takes up no patch when told so', () => {
    const { patchActivationCallback } = versioningOf(readSettings({ WORKFLOW_PATCHES: 'off' }));
    expect(patchActivationCallback?.({ patchId: 'any', workflowInfo: {} as never })).toBe(false);
  });
});

describe("Temporal's log lines", () => {
  const written: unknown[][] = [];
  const write =
    (level: string) =>
    (...line: unknown[]): void =>
      void written.push([level, ...line]);
  const log = { error: write('error'), warn: write('warn'), debug: write('debug') } as unknown as Log;

  const linesOf = (level: 'WARN' | 'ERROR' | 'INFO', meta: Record<string, unknown>): unknown[][] => {
    written.length = 0;
    toLog(log)({ level, message: 'a message', timestampNanos: 0n, meta });
    return [...written];
  };

  it('keep their level, and carry no more than the name of an error', () => {
    expect(linesOf('WARN', { error: new TypeError('of ada@example.org'), sdkComponent: 'worker' })).toEqual([
      ['warn', { error: 'TypeError', part: 'worker' }, 'a message'],
    ]);
    expect(linesOf('INFO', {})).toEqual([['debug', { part: undefined }, 'a message']]);
  });

  it('about a history that the code does not fit are errors that say what to do', () => {
    const failure = 'Failure { message: "[TMPRL1100] Nondeterminism error: …ada@example.org" }';
    const lines = [
      ...linesOf('WARN', { failure, run_id: 'run-1', sdkComponent: 'core' }),
      ...linesOf('WARN', { error: new Error('[TMPRL1100] …'), runId: 'run-1' }),
    ];
    expect(lines).toMatchObject([
      ['error', { run: 'run-1' }, foreignHistoryMessage],
      ['error', { run: 'run-1' }, foreignHistoryMessage],
    ]);
    expect(JSON.stringify(lines)).not.toContain('ada@example.org');
  });
});
