// With payload encryption on, the Temporal UI of `npm run up` shows a real browser nothing of a journey, even where it knows
// the codec server; after a log-in there by the token it shows all of it, and the audit log says who looked.
import { randomBytes } from 'node:crypto';

import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';

import { parseEnvironment } from '../../cli/environment-file.ts';
import { findFreePort } from '../../stack/ports.ts';
import { aisleWith } from '../support/aisle-command.ts';
import { withBrowser } from '../support/browser.ts';
import { runCommandOfUser, type RunningCommand } from '../support/running-command.ts';
import { detailsOf, openJourney, sendCartOfAda, takePicture } from '../support/temporal-ui.ts';

const token = randomBytes(16).toString('hex');
/** What ada did, and what every journey is started with. */
const readable = /lamp-7|mug-2|64\.90|at step cart|"journeyId"/;
/** How the UI shows the encoding of a payload that it cannot read: `binary/encrypted` in base64. */
const encrypted = Buffer.from('binary/encrypted').toString('base64');

const running: RunningCommand[] = [];

afterEach(async () => {
  // The system last: what was started beside it uses it.
  for (const command of running.splice(0).toReversed()) await command.dispose();
});

async function start(
  command: [string, ...string[]],
  changes: Readonly<Record<string, string>>,
): Promise<RunningCommand> {
  const started = await runCommandOfUser(command, changes);
  running.push(started);
  await started.said(/^READY$/m);
  return started;
}

/** As docs/encryption.md says: the address behind the glasses, with credentials. */
async function useCodecServer(page: Page, ui: string, address: string): Promise<void> {
  await page.goto(`${ui}/namespaces/default/workflows`);
  await page.getByText(/\d+ Workflows?/).waitFor();
  await page.getByTestId('data-encoder-status').click();
  await page.getByRole('button', { name: /^Use Cluster-level setting/ }).click();
  await page.getByRole('radio', { name: /^Use my browser setting/ }).click();
  // Open, the choice covers what is below it.
  await page.getByRole('button', { name: /^Use my browser setting/ }).click();
  await page.locator('#data-encoder-endpoint-input').fill(address);
  await page.locator('label').filter({ hasText: 'Include cross-origin credentials' }).click();
  await page.getByRole('button', { name: 'Apply' }).click();
}

async function logIn(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Logged in as grace').waitFor();
}

/** All that the page shows, its frames included. */
async function textOf(page: Page): Promise<string> {
  const texts = await Promise.all(page.frames().map((frame) => frame.locator('body').innerText()));
  return texts.join('\n');
}

test('the UI shows an encrypted journey to whoever has logged in at the codec server, and to nobody else', async () => {
  const system = await start(['npm', 'run', 'up'], { PAYLOAD_ENCRYPTION: 'on' });
  const addresses = parseEnvironment(system.stdout());
  const ui = addresses['TEMPORAL_UI'] ?? '';
  await sendCartOfAda(addresses);
  const codec = await start(['npx', 'aisle', 'codec-server'], {
    CODEC_TOKEN: `grace:${token}`,
    CODEC_ORIGIN: ui,
    CODEC_PORT: String(await findFreePort()),
  });
  const address = /^CODEC_SERVER=(.*)$/m.exec(codec.stdout())?.[1] ?? '';

  await withBrowser(async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    const openHistory = () => page.getByRole('tab', { name: /^History/ }).click();

    await useCodecServer(page, ui, address);
    await openJourney(page, ui);
    await page.getByText(encrypted).waitFor();
    expect(await textOf(page)).not.toMatch(readable);
    await takePicture(page, 'encrypted-history');
    await (await detailsOf(page)).getByText('No Current Details').waitFor();
    expect(await textOf(page)).not.toMatch(readable);
    await takePicture(page, 'encrypted-details');

    await logIn(page, address);
    await openJourney(page, ui);
    const details = await detailsOf(page);
    await details.getByText('User at step cart, cart worth 64.90 EUR').waitFor();
    expect(await details.locator('body').innerText()).toMatch(/lamp-7\s+1\s+49\.90/);
    await takePicture(page, 'decoded-details');
    await openHistory();
    await page.getByText('"journeyId"').waitFor();
    expect(await textOf(page)).not.toContain(encrypted);
    await takePicture(page, 'decoded-history');
  });

  const audit = await aisleWith({ ...process.env, ...addresses }, 'audit', '--action', 'payload.decoded');
  // One a minute, and nobody's but grace's.
  expect(audit.stdout.trim()).toMatch(
    /^([^\n]* {2}grace \(as \w+\) {2}payload\.decoded {2}[0-9a-f]{64}(\n|$))+$/,
  );
});
