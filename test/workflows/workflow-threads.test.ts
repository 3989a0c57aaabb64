/**
 * Protects: a worker without a watchdog for each call runs workflows as any other does, and ends, loudly and by itself, when the code
 * of one never comes back.
 */
import { join } from 'node:path';

import { DefaultLogger, bundleWorkflowCode, type Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import type { Log } from '../../connections/log.ts';
import { workerOnThreads } from '../../workers/worker-on-threads.ts';
import type { brief, endless, patient } from '../support/odd-workflows.ts';
import { createEnvironment } from './journey-environment.ts';

let environment: TestWorkflowEnvironment;
let workflowBundle: Awaited<ReturnType<typeof bundleWorkflowCode>>;

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, '..', 'support', 'odd-workflows.ts'),
    logger: new DefaultLogger('ERROR'),
  });
});
afterAll(() => environment.teardown());

async function createWorker(taskQueue: string) {
  const told: { readonly workflowId: string }[] = [];
  const log = { fatal: (fields: { readonly workflowId: string }) => told.push(fields) } as unknown as Log;
  const worker: Worker = await workerOnThreads(0, log, { longestQuietMs: 1_000, lookEveryMs: 100 }).create({
    connection: environment.nativeConnection,
    namespace: environment.client.options.namespace,
    taskQueue,
    workflowBundle,
  });
  return { worker, told };
}

it('ends when the code of a workflow never comes back, and names it', async () => {
  const taskQueue = 'endless';
  const { worker, told } = await createWorker(taskQueue);
  const ended = worker.run().then(
    () => 'in order',
    (error: unknown) => String(error),
  );
  const { workflow } = environment.client;
  await workflow.execute<typeof brief>('brief', { workflowId: 'brief', taskQueue });
  expect(told).toEqual([]);
  const handle = await workflow.start<typeof endless>('endless', { workflowId: 'never back', taskQueue });
  expect(await ended).toContain('Thread exited');
  expect(told).toEqual([{ workflowId: 'never back' }]);
  await handle.terminate();
});

it('keeps no stack of each promise: a question for them is answered without', async () => {
  const taskQueue = 'patient';
  const { worker } = await createWorker(taskQueue);
  await worker.runUntil(async () => {
    const handle = await environment.client.workflow.start<typeof patient>('patient', {
      workflowId: taskQueue,
      taskQueue,
    });
    await expect(handle.query('__stack_trace')).rejects.toMatchObject({
      cause: { details: expect.stringContaining('stack traces are not enabled') as string },
    });
    await handle.signal('go');
    expect(await handle.result()).toBe('gone');
  });
});
