// In the Temporal UI of `npm run up` a real browser finds a user's journey and reads it without knowing the code: the
// funnel step, the cart, the next deadline, and the search attributes.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';

import { parseEnvironment } from '../../cli/environment-file.ts';
import { connectKafka } from '../../connections/kafka.ts';
import { createLog } from '../../connections/log.ts';
import { readSettings } from '../../settings/settings.ts';
import { withBrowser } from '../support/browser.ts';
import { runCommandOfUser, type RunningCommand } from '../support/running-command.ts';

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const lamp = { product_id: 'lamp-7', quantity: 1, price: 49.9 };
const mugs = { product_id: 'mug-2', quantity: 2, price: 7.5 };
const events = [
  { action: 'pageview', page: '/home', timestamp: minutesAgo(4) },
  { action: 'pageview', page: '/product/lamp-7', timestamp: minutesAgo(3) },
  { action: 'add_to_cart', items: [lamp], currency: 'EUR', timestamp: minutesAgo(2) },
  { action: 'add_to_cart', items: [mugs], currency: 'EUR', timestamp: minutesAgo(1) },
].map((event, index) => ({ event_id: `ui-${index}`, user_id: 'ada', session_id: 'ada-1', ...event }));

let running: RunningCommand | undefined;

afterEach(() => running?.dispose());

async function sendEvents(addresses: Record<string, string>): Promise<void> {
  const { KAFKA_BOOTSTRAP_SERVERS } = addresses;
  const kafka = connectKafka(readSettings({ KAFKA_BOOTSTRAP_SERVERS }), createLog('test', 'error'));
  const producer = await kafka.producer();
  await producer.send(
    'raw-events',
    events.map((event) => ({ key: event.user_id, value: JSON.stringify(event) })),
  );
  await producer.close();
}

/** The list is drawn once: it is opened again until the journey is in it. */
async function openJourney(page: Page, ui: string): Promise<void> {
  const query = encodeURIComponent('WorkflowType="userJourney" AND FunnelStep="cart"');
  const journey = page.getByRole('link', { name: /^journey\/u1_[0-9a-f]{32}$/ });
  await expect
    .poll(
      async () => {
        await page.goto(`${ui}/namespaces/default/workflows?query=${query}`);
        await page.getByText(/\d+ Workflows?/).waitFor();
        return journey.count();
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBe(1);
  await expect(page.getByRole('link', { name: 'userJourney' }).count()).resolves.toBe(1);
  await takePicture(page, 'list');
  await journey.click();
}

/** For whoever wants to look at what the test saw. */
async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env['AISLE_SCREENSHOTS'];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

test('a journey can be found and read in the Temporal UI', async () => {
  running = await runCommandOfUser(['npm', 'run', 'up']);
  await running.said(/^READY$/m);
  const addresses = parseEnvironment(running.stdout());
  await sendEvents(addresses);

  await withBrowser(async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await openJourney(page, addresses['TEMPORAL_UI'] ?? '');

    await page.getByRole('tab', { name: 'User Metadata' }).click();
    await page.getByText('Current Details').waitFor();
    // The first frame holds the workflow's title, the last one its current details.
    const details = page.locator('iframe').last().contentFrame();
    await details.getByText(/^User at step/).waitFor();
    const summary = details.locator('body');
    const text = await summary.innerText();
    await takePicture(page, 'user-metadata');
    expect(text).toContain('User at step cart, cart worth 64.90 EUR');
    expect(text).toMatch(
      /Next deadline: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\. .* the cart counts as abandoned/,
    );
    expect(text).toMatch(/lamp-7\s+1\s+49\.90/);
    expect(text).toMatch(/mug-2\s+2\s+7\.50/);
    expect(text).toMatch(/Segment: new: in the first session\./);
    expect(text).toMatch(/Latest session .* 4 events, 2 page views, from \/home to \/product\/lamp-7/);

    await page.getByRole('tab', { name: 'Search Attributes' }).click();
    await page.getByText('"FunnelStep"').waitFor();
    const attributes = await page.locator('body').innerText();
    await takePicture(page, 'search-attributes');
    expect(attributes).toMatch(/"CartValue": 64\.9,/);
    expect(attributes).toMatch(/"FunnelStep": "cart",/);
    expect(attributes).toMatch(/"LastSeen": "\d{4}-\d\d-\d\dT/);
    expect(attributes).toMatch(/"Segment": "new"/);
  });

  running.signal('SIGINT');
  expect(await running.ended, running.stderr()).toBe(0);
  expect(await running.leftovers()).toEqual({ processes: [], folders: [] });
});
