/**
 * Protects: a worker that keeps its runs in a map runs them as the SDK's own does: in order also when it forgets them in between, none is
 * left when it stops, and what the core does not take ends it.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { Connection, WorkflowClient, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { LeanWorker } from '../../workers/lean-worker.ts';
import type { collecting } from '../support/odd-workflows.ts';
import { waitUntil } from '../support/wait-until.ts';

const run = randomBytes(4).toString('hex');

let temporal: Connection;
let client: WorkflowClient;
let connection: NativeConnection;
let workflowBundle: Awaited<ReturnType<typeof bundleWorkflowCode>>;

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } } },
  });
  const address = inject('temporal');
  temporal = await Connection.connect({ address });
  client = new WorkflowClient({ connection: temporal });
  connection = await NativeConnection.connect({ address });
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, '..', 'support', 'odd-workflows.ts'),
    logger: new DefaultLogger('ERROR'),
  });
});

afterAll(async () => {
  await connection.close();
  await temporal.close();
});

const createWorker = (taskQueue: string, maxCachedWorkflows: number) =>
  LeanWorker.create({
    connection,
    taskQueue: `${taskQueue}-${run}`,
    workflowBundle,
    maxCachedWorkflows,
    shutdownForceTime: '2s',
  });

const startAll = (taskQueue: string, count: number): Promise<WorkflowHandle<typeof collecting>[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      client.start<typeof collecting>('collecting', {
        workflowId: `${taskQueue}-${run}/${index}`,
        taskQueue: `${taskQueue}-${run}`,
      }),
    ),
  );

it('applies what comes in order, for more runs than it keeps', async () => {
  const worker = await createWorker('forgetful', 2);
  await worker.runUntil(async () => {
    const handles = await startAll('forgetful', 6);
    for (const letter of ['a', 'b', 'c', 'd'])
      await Promise.all(handles.map((handle) => handle.signal('letter', letter)));
    await Promise.all(handles.map((handle) => handle.signal('letter', 'end')));
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(
      handles.map(() => ['a', 'b', 'c', 'd', 'end']),
    );
    await waitUntil(
      'all but two are forgotten',
      () => worker.getStatus().numCachedWorkflows,
      (cached) => cached <= 2,
    );
  });
});

it('keeps nothing when it stops, and another worker goes on from there', async () => {
  const worker = await createWorker('stopped', 100);
  const handles = await worker.runUntil(async () => {
    const started = await startAll('stopped', 5);
    await Promise.all(started.map((handle) => handle.signal('letter', 'a')));
    await waitUntil(
      'all are kept',
      () => worker.getStatus().numCachedWorkflows,
      (cached) => cached === 5,
    );
    return started;
  });
  const { numCachedWorkflows, numInFlightWorkflowActivations, runState } = worker.getStatus();
  expect({ numCachedWorkflows, numInFlightWorkflowActivations, runState }).toEqual({
    numCachedWorkflows: 0,
    numInFlightWorkflowActivations: 0,
    runState: 'STOPPED',
  });
  const next = await createWorker('stopped', 100);
  await next.runUntil(async () => {
    await Promise.all(handles.map((handle) => handle.signal('letter', 'end')));
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(
      handles.map(() => ['a', 'end']),
    );
  });
});

it('ends when the core does not take what a workflow did', async () => {
  const worker = await createWorker('refused', 100);
  const { nativeWorker } = worker as unknown as { nativeWorker: object };
  Object.assign(nativeWorker, {
    completeWorkflowActivation: () => Promise.reject(new Error('not taken')),
  });
  const ended = worker.run().then(
    () => 'in order',
    () => 'with an error',
  );
  const [handle] = await startAll('refused', 1);
  expect(await ended).toBe('with an error');
  await handle?.terminate();
});
