import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { FrameLocator, Page } from 'playwright-core';
import { expect } from 'vitest';

import { connectKafka } from '../../connections/kafka.ts';
import { createLog } from '../../connections/log.ts';
import { readSettings } from '../../settings/settings.ts';

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const lamp = { product_id: 'lamp-7', quantity: 1, price: 49.9 };
const mugs = { product_id: 'mug-2', quantity: 2, price: 7.5 };
const events = [
  { action: 'pageview', page: '/home', timestamp: minutesAgo(4) },
  { action: 'pageview', page: '/product/lamp-7', timestamp: minutesAgo(3) },
  { action: 'add_to_cart', items: [lamp], currency: 'EUR', timestamp: minutesAgo(2) },
  { action: 'add_to_cart', items: [mugs], currency: 'EUR', timestamp: minutesAgo(1) },
].map((event, index) => ({ event_id: `ui-${index}`, user_id: 'ada', session_id: 'ada-1', ...event }));

/** Ada, who looks around and fills a cart worth 64.90. */
export async function sendCartOfAda(addresses: Readonly<Record<string, string>>): Promise<void> {
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
export async function openJourney(page: Page, ui: string): Promise<void> {
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
export async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env['AISLE_SCREENSHOTS'];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** The page on which a journey says in words where its user is. */
export async function detailsOf(page: Page): Promise<FrameLocator> {
  await page.getByRole('tab', { name: 'User Metadata' }).click();
  await page.getByText('Current Details').waitFor();
  // The first frame holds the workflow's title, the last one its current details.
  return page.locator('iframe').last().contentFrame();
}
