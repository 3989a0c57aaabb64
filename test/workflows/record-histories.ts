/**
 * Records the histories that `replay.test.ts` replays, into the folder of the version in package.json. The folders of other
 * releases are what journeys that still run were written by: `--release <version> --force` overwrites one all the same.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';

import { findTestServer } from '../../stack/temporal-test-server.ts';
import { projectRoot } from '../../connections/sql-file.ts';
import { add, buy, hour, LetterWriter, minute, view } from '../support/letters.ts';
import { historyToText } from './history-file.ts';
import { folderToRecord } from './history-folders.ts';
import { createEnvironment, Ledger, withJourney } from './journey-environment.ts';

const directory = folderToRecord(process.argv.slice(2));
const { executablePath } = await findTestServer();
const environment = await createEnvironment(executablePath);
await mkdir(directory, { recursive: true });
try {
  await cartAbandoned();
  await checkoutRecovered();
  await continuedAsNew();
  await storeAway();
  await rolledUp();
} finally {
  await environment.teardown();
}

async function save(name: string, handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<void> {
  await writeFile(join(directory, `${name}.json`), historyToText(await handle.fetchHistory()));
  process.stdout.write(`recorded ${name}\n`);
}

async function cartAbandoned(): Promise<void> {
  const writer = new LetterWriter();
  const first = (now: number) => writer.letter(view(now, '/product/1'), add(now + 1, 'p1', 10, 2));
  await withJourney(environment, { cached: true }, first, async ({ handle }) => {
    await environment.sleep(31 * minute);
    await save('cart-abandoned', handle);
  });
}

async function checkoutRecovered(): Promise<void> {
  const writer = new LetterWriter();
  const ledger = new Ledger();
  ledger.answers = [{ silent: 'unknown' }];
  const first = (now: number) => writer.letter(add(now, 'p1', 10), view(now + 1, '/checkout'));
  await withJourney(environment, { cached: true, ledger }, first, async ({ handle, send, now }) => {
    await environment.sleep(17 * minute);
    await environment.sleep(2 * hour);
    await send(writer.letter(buy(await now(), 12.5, 'order-1')));
    await environment.sleep(minute);
    await save('checkout-recovered', handle);
  });
}

async function continuedAsNew(): Promise<void> {
  const writer = new LetterWriter();
  const first = (now: number) => writer.letter(add(now, 'p1', 10));
  await withJourney(environment, { cached: true, lettersPerRun: 2 }, first, async ({ handle, send, now }) => {
    for (let letters = 0; letters < 4; letters += 1) {
      await environment.sleep(minute);
      await send(writer.letter(view(await now(), '/home')));
    }
    await environment.sleep(40 * minute);
    const { workflow } = environment.client;
    await save('continued-first', workflow.getHandle(handle.workflowId, handle.signaledRunId));
    await save('continued-last', workflow.getHandle(handle.workflowId));
  });
}

async function storeAway(): Promise<void> {
  const writer = new LetterWriter();
  const ledger = new Ledger();
  ledger.failures = 5;
  const first = (now: number) => writer.letter(add(now, 'p1', 10));
  await withJourney(environment, { cached: true, ledger }, first, async ({ handle }) => {
    await environment.sleep(5 * minute);
    await save('store-away', handle);
  });
}

async function rolledUp(): Promise<void> {
  const taskQueue = 'roll-ups';
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowsPath: join(projectRoot, 'workflows', 'index.ts'),
    activities: { rollUp: async () => ({ sessions: 2, minutes: 3 }) },
  });
  await worker.runUntil(async () => {
    const { workflow } = environment.client;
    const handle = await workflow.start('rollUp', { workflowId: 'roll-up', taskQueue });
    await handle.result();
    await save('roll-up', handle);
  });
}
