// A user is called silent only when the record holds everything that the broker took before the instant in question and
// nothing of the user in the time asked about; a record that lags behind answers 'unknown', never 'silent'.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { createAskSilence } from '../../activities/ask-silence.ts';
import { journeyStatements } from '../../activities/journey-rows.ts';
import { recordEvents } from '../../activities/record-events.ts';
import type { AlertFate } from '../../events/journey-record.ts';
import { migrate } from '../../connections/migrate.ts';
import { ProgressReport } from '../../bridge/record/report-progress.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { shopEvent } from '../support/shop-event.ts';

const topic = 'the topic';
const now = Date.UTC(2026, 4, 17, 12);
const question = {
  journeyId: 'u1_a',
  after: now - 10_000,
  until: now,
  completeUntil: now,
  isHandedOver: false,
};

let deployment: Deployment;

beforeAll(async () => {
  deployment = await deploy();
  await migrate(deployment.settings, deployment.log);
});

afterAll(() => deployment.close());

beforeEach(() => deployment.owner.query('TRUNCATE events, identities, record_progress'));

const ask = (asked = question) => createAskSilence(deployment.database, topic)(asked);

const recordedUntil = (times: readonly number[], ofTopic = topic) =>
  deployment.database.query(
    `INSERT INTO record_progress
     SELECT $1, n - 1, to_timestamp(until / 1000.0) FROM unnest($2::float8[]) WITH ORDINALITY AS r(until, n)
     ON CONFLICT (topic, partition) DO UPDATE SET read_until = excluded.read_until`,
    [ofTopic, times],
  );

const recordAt = (...times: number[]) =>
  recordEvents(
    deployment.database,
    times.map((time) => shopEvent({ eventId: `at-${time}`, time })),
  );

test('silent: everything is recorded and nothing of the user lies in the time asked about', async () => {
  await recordedUntil([now, now, now + 1]);
  // Both ends of the time asked about: the first is known already, after the second it is too late.
  await recordAt(question.after, question.until + 1);
  await recordEvents(deployment.database, [
    shopEvent({ eventId: 'other', journeyId: 'u1_b', time: now - 5_000 }),
  ]);
  expect(await ask()).toEqual({ silent: true });
});

test('a bot’s event is no sign of life, unless bots have journeys', async () => {
  await recordedUntil([now, now, now]);
  await recordEvents(deployment.database, [shopEvent({ eventId: 'robot', time: now - 2_000, bot: true })]);
  expect(await ask()).toEqual({ silent: true });
  const withBots = createAskSilence(deployment.database, topic, { botsInFunnels: true });
  expect(await withBots(question)).toEqual({ silent: false, lastEventAt: now - 2_000, visitorId: null });
  await recordAt(now - 3_000);
  expect(await ask()).toEqual({ silent: false, lastEventAt: now - 3_000, visitorId: null });
});

test('not silent: the latest event in the time asked about is told, even while the record lags behind', async () => {
  await recordAt(now - 8_000, now - 3_000, question.until);
  expect(await ask()).toEqual({ silent: false, lastEventAt: question.until, visitorId: null });
  await recordedUntil([now, now, now]);
  expect(await ask()).toEqual({ silent: false, lastEventAt: question.until, visitorId: null });
});

test('unknown: one partition lags behind, or none has been reported for this topic', async () => {
  await recordedUntil([now, now, now], 'another topic');
  const [withoutReport, withLag] = await Promise.all([
    ask(),
    recordedUntil([now, now - 1, now], 'lagging').then(() =>
      createAskSilence(deployment.database, 'lagging')(question),
    ),
  ]);
  expect(withoutReport).toEqual({ silent: 'unknown' });
  expect(withLag).toEqual({ silent: 'unknown' });
});

test('a question waits for a record that is about to catch up', async () => {
  await recordedUntil([now, now - 1, now]);
  const answer = ask();
  await recordedUntil([now, now, now]);
  expect(await answer).toEqual({ silent: true });
});

test('many who ask at once are each answered for themselves', async () => {
  await recordedUntil([now, now, now]);
  const ids = Array.from({ length: 700 }, (_, n) => `u1_${n}`);
  const speaking = ids.filter((_, n) => n % 3 === 0);
  await recordEvents(
    deployment.database,
    speaking.map((journeyId) => shopEvent({ eventId: `of-${journeyId}`, journeyId, time: now - 5_000 })),
  );
  const asking = createAskSilence(deployment.database, topic);
  const answers = await Promise.all(ids.map((journeyId) => asking({ ...question, journeyId })));
  expect(ids.filter((_, n) => answers[n]?.silent === false)).toEqual(speaking);
  expect(answers.every(({ silent }) => silent !== 'unknown')).toBe(true);
});

test('a partition that nobody has recorded to its end yet keeps the answer unknown, though the others are', async () => {
  const ends = [0, 7, 0].map((end, partition) => ({ partition, start: 0, end }));
  const offsets = { ends: async () => ends, starts: async () => new Map(), close: async () => undefined };
  const report = new ProgressReport(offsets, deployment.database, topic);
  // Partition 1 has a backlog of seven events; partition 2 belongs to a bridge that has not reported.
  report.assign(
    new Map([
      [0, 0],
      [1, 0],
    ]),
  );
  await report.report();
  expect(await ask()).toEqual({ silent: 'unknown' });
  report.recorded(1, 7);
  await report.report();
  expect(await ask()).toEqual({ silent: 'unknown' });
  report.assign(new Map([[2, 0]]));
  await report.report();
  expect(await ask()).toEqual({ silent: true });
});

test('silent, with the end of the quiet hours that the time asked about or else the moment lies in', async () => {
  await recordedUntil([now, now, now]);
  const ends = { asked: now + 60_000, moment: Date.now() + 60_000 };
  const inAsked = createAskSilence(deployment.database, topic, {
    quietUntil: (at) => (at === now ? ends.asked : null),
  });
  expect(await inAsked(question)).toEqual({ silent: true, quietUntil: ends.asked });
  // Decided late: the time asked about was a loud one, but to say it now would be loud in quiet hours.
  const inMoment = createAskSilence(deployment.database, topic, {
    quietUntil: (at) => (at === now ? null : ends.moment),
  });
  expect(await inMoment(question)).toEqual({ silent: true, quietUntil: ends.moment });
  await recordAt(now - 1);
  expect(await inAsked(question)).toEqual({ silent: false, lastEventAt: now - 1, visitorId: null });
});

test('what became of a held alert is written once, whatever comes again or too late', async () => {
  await deployment.owner.query('TRUNCATE abandonments');
  const row = { cartId: 'c1', kind: 'cart', abandonedAt: now, value: 5, currency: 'EUR', items: [] } as const;
  const write = async (...fates: AlertFate[]) => {
    for (const alert of fates) {
      const abandonments = [{ ...row, suppressed: alert === 'suppressed', alert }];
      const nothing = { steps: [], carts: [], purchases: [], recoveries: [], alerts: [], segments: [] };
      const record = { ...nothing, abandonments, joinedVisitors: [], handOvers: [] };
      for (const { text, rows } of journeyStatements([{ journeyId: 'u1_a', record }]))
        await deployment.database.query(text, [JSON.stringify(rows)]);
    }
    const { rows } = await deployment.database.query<{ alert: string }>('SELECT alert FROM abandonments');
    return rows.map(({ alert }) => alert);
  };
  expect(await write('held', 'held')).toEqual(['held']);
  expect(await write('dropped')).toEqual(['dropped']);
  expect(await write('held', 'said')).toEqual(['dropped']);
});
