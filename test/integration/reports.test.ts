// Each report's numbers are those that a person works out by hand from a few events, after the real roll-ups.
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';

import type { Activities } from '../../activities/activities.ts';
import { createActivities } from '../../activities/create-activities.ts';
import { createTopics } from '../../connections/create-topics.ts';
import type { MessageProducer } from '../../connections/kafka.ts';
import { migrate } from '../../connections/migrate.ts';
import type { AbandonmentRow, JourneyRecord } from '../../events/journey-record.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { rowsOfReport } from '../support/report.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** A Monday. */
const monday = Date.UTC(2026, 2, 2);
const week = { since: '2026-03-02', until: '2026-03-09' };

let deployment: Deployment;
let producer: MessageProducer;
let activities: Activities;

beforeAll(async () => {
  deployment = await deploy({
    kafka: inject('kafka'),
    postgres: inject('postgres'),
    temporal: inject('temporal'),
  });
  const { settings, log, kafka, topics, database, temporal } = deployment;
  await migrate(settings, log);
  await createTopics(kafka, topics, 1, log);
  producer = await kafka.producer();
  activities = createActivities({ database, producer, workflows: temporal.workflow, settings });
});

afterAll(async () => {
  await producer.close();
  await deployment.close();
});

beforeEach(() =>
  deployment.owner.query('TRUNCATE events, identities, user_sessions, user_activity, abandonments, carts'),
);

const ask = (name: string, given: Record<string, string> = {}) =>
  rowsOfReport(deployment.settings, name, { ...week, ...given });

const nothing: JourneyRecord = {
  ...{ steps: [], carts: [], purchases: [], abandonments: [], recoveries: [], alerts: [], segments: [] },
  ...{ joinedVisitors: [], handOvers: [] },
};

/** As a journey tells of it. */
const abandon = (
  journeyId: string,
  abandoned: Partial<AbandonmentRow> & Pick<AbandonmentRow, 'cartId' | 'abandonedAt'>,
  recovered?: { at: number; value: number },
) =>
  activities.recordJourney(journeyId, {
    ...nothing,
    abandonments: [
      {
        kind: 'cart',
        value: null,
        currency: 'EUR',
        items: [],
        suppressed: false,
        alert: 'said',
        ...abandoned,
      },
    ],
    recoveries: recovered
      ? [{ cartId: abandoned.cartId, recoveredAt: recovered.at, value: recovered.value }]
      : [],
  });

test('recovered-revenue', async () => {
  await abandon(
    'u1_a',
    { cartId: 'a', abandonedAt: monday + hour, value: 10.1 },
    { at: monday + 3 * hour, value: 12.3 },
  );
  await abandon('u1_b', { cartId: 'b', abandonedAt: monday + 2 * hour, value: 20.2, kind: 'checkout' });
  await abandon(
    'u1_c',
    { cartId: 'c', abandonedAt: monday + 23 * hour, value: 0.05, suppressed: true, alert: 'suppressed' },
    { at: monday + 3 * day, value: 1 },
  );
  await abandon('u1_d', { cartId: 'd', abandonedAt: monday + day, value: 5, currency: 'USD' });
  // The Monday after is outside.
  await abandon('u1_e', { cartId: 'e', abandonedAt: monday + 7 * day, value: 99 });
  expect(await ask('recovered-revenue')).toEqual([
    [
      ...['begins', 'currency', 'abandoned_carts', 'abandoned_checkouts', 'abandoned_value', 'alerts_said'],
      ...['recovered', 'recovered_percent', 'recovered_value', 'lost_value', 'average_hours_to_recover'],
    ],
    // 10.10 + 20.20 + 0.05 = 30.35; two of three came back: 66.67 %, 12.30 + 1.00 = 13.30; 20.20 did not; (2 h + 49 h) / 2 = 25.5 h.
    ['2026-03-02T00:00:00.000Z', 'EUR', '2', '1', '30.35', '2', '2', '66.67', '13.30', '20.20', '25.5'],
    ['2026-03-03T00:00:00.000Z', 'USD', '1', '0', '5.00', '1', '0', '0.00', '0', '5.00', null],
  ]);
});
