// In the Temporal UI of `npm run up` a real browser finds a user's journey and reads it without knowing the code: the
// funnel step, the cart, the next deadline, and the search attributes.
import { afterEach, expect, test } from 'vitest';

import { parseEnvironment } from '../../cli/environment-file.ts';
import { withBrowser } from '../support/browser.ts';
import { runCommandOfUser, type RunningCommand } from '../support/running-command.ts';
import { detailsOf, openJourney, sendCartOfAda, takePicture } from '../support/temporal-ui.ts';

let running: RunningCommand | undefined;

afterEach(() => running?.dispose());

test('a journey can be found and read in the Temporal UI', async () => {
  running = await runCommandOfUser(['npm', 'run', 'up']);
  await running.said(/^READY$/m);
  const addresses = parseEnvironment(running.stdout());
  await sendCartOfAda(addresses);

  await withBrowser(async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await openJourney(page, addresses['TEMPORAL_UI'] ?? '');

    const details = await detailsOf(page);
    await details.getByText(/^User at step/).waitFor();
    const text = await details.locator('body').innerText();
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
