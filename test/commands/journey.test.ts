// `npx aisle journey` and `npx aisle journeys` find and show a shopper's journey on real servers, with nothing configured
// beside a running `npm run up`, and say in one sentence what is the matter where they cannot. No output holds a raw id.
import { afterEach, expect, inject, test } from 'vitest';

import { parseEnvironment } from '../../cli/environment-file.ts';
import { journeyWorkflowId } from '../../events/letter.ts';
import type { JourneyView } from '../../workflows/journey/view.ts';
import { aisleWith, type CommandResult } from '../support/aisle-command.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { runCommandOfUser, type RunningCommand } from '../support/running-command.ts';
import { openProducer } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const user = 'ada.lovelace@shop.example';

let running: RunningCommand | undefined;
let deployment: Deployment | undefined;

afterEach(async () => {
  await running?.dispose();
  await deployment?.close();
  running = undefined;
  deployment = undefined;
});

async function send(brokers: string, topic: string, events: readonly object[]): Promise<void> {
  const producer = await openProducer(brokers, topic);
  const common = { user_id: user, session_id: 'ada-1', timestamp: new Date().toISOString() };
  await producer.send(
    events.map((event, index) => ({
      key: user,
      value: JSON.stringify({ event_id: `e-${index}`, ...common, ...event }),
    })),
  );
  await producer.close();
}

/** As a user runs it in the checkout, with nothing configured. */
async function npxAisle(...words: string[]): Promise<CommandResult> {
  const command = await runCommandOfUser(['npx', '--no-install', 'aisle', ...words]);
  try {
    return { code: await command.ended, stdout: command.stdout(), stderr: command.stderr() };
  } finally {
    await command.dispose();
  }
}

test('a second terminal shows and lists the journey of a running system', async () => {
  const up = await runCommandOfUser(['npm', 'run', 'up']);
  running = up;
  await up.said(/^READY$/m);
  const { KAFKA_BOOTSTRAP_SERVERS: brokers = '' } = parseEnvironment(up.stdout());
  await send(brokers, 'raw-events', [
    { action: 'pageview', page: '/product/lamp-7' },
    { action: 'add_to_cart', currency: 'EUR', items: [{ product_id: 'lamp-7', quantity: 2, price: 49.9 }] },
    { action: 'pageview', page: '/cart' },
  ]);

  const shown = await waitUntil(
    'the journey has its cart',
    () => npxAisle('journey', user),
    ({ code, stdout }) => code === 0 && stdout.includes('99.80') && stdout.includes('high intent'),
  );
  expect(shown.stderr).toBe('');
  expect(shown.stdout).toMatch(/^User u1_[0-9a-f]{32} at step cart\n/);
  expect(shown.stdout).toMatch(
    /Cart +worth 99\.80 EUR, open since .*\n +2 × lamp-7 at 49\.90 EUR\n +counts as abandoned at \d{4}-\d\d-\d\d [\d:]{8} UTC \(in \d+ minutes\)/,
  );
  expect(shown.stdout).toMatch(
    /\nSegment +high intent since \d{4}-\d\d-\d\d [\d:]{8} UTC \(.* ago\): looked at the cart with something in it\n/,
  );
  const [pseudonym = ''] = /u1_[0-9a-f]{32}/.exec(shown.stdout) ?? [];

  const asJson = await npxAisle('journey', pseudonym, '--json');
  const journey = JSON.parse(asJson.stdout) as JourneyView & { endedAt: string | null };
  expect(journey).toMatchObject({ journeyId: pseudonym, endedAt: null, cart: { value: 99.8 }, purchases: 0 });

  const listed = await waitUntil(
    'the list has the journey',
    () =>
      npxAisle(
        ...['journeys', '--step', 'cart', '--segment', 'high intent', '--min-value', '99.80'],
        ...['--seen-since', '1h', '--json'],
      ),
    ({ code, stdout }) => code === 0 && stdout.includes(pseudonym),
  );
  expect(JSON.parse(listed.stdout)).toEqual({
    journeys: [
      {
        ...{ journeyId: pseudonym, funnelStep: 'cart', cartValue: 99.8, segment: 'high intent' },
        lastSeen: journey.lastEventAt,
      },
    ],
    total: 1,
  });
  const [table, others, dear] = await Promise.all([
    npxAisle('journeys'),
    npxAisle('journeys', '--segment', 'at risk'),
    npxAisle('journeys', '--min-value', '99.81'),
  ]);
  expect(table.stdout).toMatch(
    new RegExp(`\\n${pseudonym}  cart +99\\.80  high intent  \\d{4}-\\d\\d-\\d\\d [\\d:]{8} UTC\\n$`),
  );
  expect(others).toEqual({ code: 0, stdout: 'No running journey is like this.\n', stderr: '' });
  expect(dear).toEqual({ code: 0, stdout: 'No running journey is like this.\n', stderr: '' });

  for (const { stdout, stderr } of [shown, asJson, listed, table]) {
    expect(stdout + stderr).not.toContain('lovelace');
  }
  up.signal('SIGINT');
  expect(await up.ended, up.stderr()).toBe(0);

  const gone = await npxAisle('journeys');
  expect(gone).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^No Aisle runs .*\n$/) as string,
  });
});

test('what cannot be shown is said in one sentence, an ended journey with its end', async () => {
  const deployed = await deploy({ JOURNEY_IDLE_AFTER: '1s' });
  deployment = deployed;
  const { environment, pseudonyms, topics, temporal } = deployed;
  const pseudonym = pseudonyms.ofUser(user);
  const aisle = (...words: string[]) => aisleWith(environment, ...words);
  await deployed.migrate();
  const worker = deployed.start('worker');
  await deployed.start('bridge').ready;
  await worker.ready;

  const [missing, keyless, dashed, unknownStep, unknownSegment] = await Promise.all([
    aisle('journey', '--session', 'nobody-at-all'),
    aisleWith({ ...environment, PSEUDONYM_KEY: '' }, 'journey', user),
    aisle('journey', '-ada'),
    aisle('journeys', '--step', 'basket'),
    aisle('journeys', '--segment', 'rich'),
  ]);
  for (const refused of [missing, keyless, dashed, unknownStep, unknownSegment])
    expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(missing.stderr).toMatch(/^There is no journey s1_[0-9a-f]{32}: .*\.\n$/);
  expect(keyless.stderr).toMatch(/^An id is looked up by its pseudonym: set PSEUDONYM_KEY .*\n$/);
  expect(dashed.stderr).not.toContain('-ada');
  expect(unknownStep.stderr).toContain('browse, product, cart, checkout, purchase');
  expect(unknownSegment.stderr).toContain('new, returning, hesitating, high intent, high value, at risk');

  await send(inject('kafka'), topics.rawEvents.name, [{ action: 'pageview', page: '/home' }]);
  const workflow = temporal.workflow.getHandle(journeyWorkflowId(pseudonym));
  await waitUntil(
    'the journey has ended',
    () => workflow.describe().then(({ status }) => status.name, String),
    (status) => status === 'COMPLETED',
  );
  const ended = await aisle('journey', user);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(ended.stdout).toMatch(
    new RegExp(`^User ${pseudonym}, last at step browse\\nEnded +\\d{4}-\\d\\d-\\d\\d [\\d:]{8} UTC \\(`),
  );

  await worker.stop();
  const unanswered = await aisle('journey', pseudonym);
  expect(unanswered).toMatchObject({ code: 1, stdout: '' });
  expect(unanswered.stderr).toMatch(/^The journey u1_\w+ ended at .*, but no worker answered .*\n$/);
  for (const { stderr, stdout } of [missing, keyless, ended, unanswered]) {
    expect(stdout + stderr).not.toMatch(/lovelace|nobody-at-all/);
  }
});
