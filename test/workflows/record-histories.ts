/**
 * Records the histories that `replay.test.ts` replays, into the folder of the version in package.json: those that it does not
 * have. What it has, and the folders of other releases, are what workflows that still run were written by: `--force`, with
 * `--release <version>` for another one's, overwrites them all the same.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { findTestServer } from '../../stack/temporal-test-server.ts';
import { add, buy, hour, LetterWriter, minute, view } from '../support/letters.ts';
import { historyToText } from './history-file.ts';
import { recordingOf } from './history-folders.ts';
import { createEnvironment, Ledger, withJourney } from './journey-environment.ts';
import { recordDuties } from './record-duties.ts';
import { recordRules } from './record-rules.ts';
import type { Save } from './save-history.ts';

const { folder, overwrites } = recordingOf(process.argv.slice(2));
const { executablePath } = await findTestServer();
const environment = await createEnvironment(executablePath);
await mkdir(folder, { recursive: true });
const save: Save = async (name, handle) => {
  const path = join(folder, `${name}.json`);
  const isKept = existsSync(path) && !overwrites;
  if (!isKept) await writeFile(path, historyToText(await handle.fetchHistory()));
  process.stdout.write(`${isKept ? 'kept' : 'recorded'} ${name}\n`);
};
try {
  await cartAbandoned();
  await checkoutRecovered();
  await continuedAsNew();
  await storeAway();
  await recordRules(environment, save);
  await recordDuties(environment, save);
} finally {
  await environment.teardown();
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
