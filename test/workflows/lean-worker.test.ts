/**
 * Protects: a worker that keeps its runs in a map runs them as the SDK's own does: in order also when it forgets them in between, none is
 * left when it stops, and what the core does not take ends it.
 */
import { join } from 'node:path';

import { WorkflowClient, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, bundleWorkflowCode, type Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { LeanWorker } from '../../workers/lean-worker.ts';
import type { collecting } from '../support/odd-workflows.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createEnvironment } from './journey-environment.ts';

let environment: TestWorkflowEnvironment;
/** Waits for a result without letting the server skip time, as the environment's own client does. */
let client: WorkflowClient;
let workflowBundle: Awaited<ReturnType<typeof bundleWorkflowCode>>;

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
  client = new WorkflowClient({ connection: environment.connection });
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, '..', 'support', 'odd-workflows.ts'),
    logger: new DefaultLogger('ERROR'),
  });
});
afterAll(() => environment.teardown());

const createWorker = (taskQueue: string, maxCachedWorkflows: number) =>
  LeanWorker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle,
    maxCachedWorkflows,
    shutdownForceTime: '2s',
  });

const startAll = (taskQueue: string, count: number): Promise<WorkflowHandle<typeof collecting>[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      client.start<typeof collecting>('collecting', {
        workflowId: `${taskQueue}/${index}`,
        taskQueue,
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
  Object.assign(worker, { nativeWorker: refusing(worker) });
  const ended = worker.run().then(
    () => 'in order',
    (error: unknown) => String(error),
  );
  const [handle] = await startAll('refused', 1);
  expect(await ended).toContain('not taken');
  await handle?.terminate();
});

function refusing(worker: Worker): unknown {
  const { nativeWorker } = worker as unknown as { nativeWorker: object };
  return new Proxy(nativeWorker, {
    get: (target, name) => {
      if (name === 'completeWorkflowActivation') return () => Promise.reject(new Error('not taken'));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
