import ms from 'ms';

import { watchAlerts, type AlertArrivals } from '../../load-test/alert-arrivals.ts';
import { percentilesOf } from '../../load-test/percentiles.ts';
import { settle } from '../../demo/settle.ts';
import { onFreshSystem } from '../fresh-system.ts';
import { countAbandonmentAlerts, countOverdueCarts } from '../measure/overdue-carts.ts';
import { newUserLoad } from '../new-user-load.ts';
import { atMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { offerSteadily, type SteadyLoad } from '../steady-load.ts';
import { uniformLoad } from '../uniform-load.ts';

const name = 'deadline-to-alert';
/** Well above the time that calm letters take: with less, nearly every alarm would ring too early and ask for nothing. */
const deadlines = { CART_ABANDON_AFTER: '60s', CHECKOUT_ABANDON_AFTER: '45s', ALERT_COOLDOWN: '1s' } as const;
const leavingShare = 0.3;
const longestOverdueMs = 60_000;

export const deadlineToAlert: Scenario = {
  name,
  shows: 'deadline → alert at a Kafka consumer, under each of the three loads: p99 ≤ 1 s',
  method:
    'Carts are abandoned after 60 s and checkouts after 45 s; of the equal users three in ten leave with one, of the ' +
    "realistic shop's carts most are left. A latency counts from the deadline that an alert names to its arrival at a " +
    'consumer of the alerts topic. Only deadlines that pass under the load count; an abandoned cart without its alert a ' +
    'minute after counts as missing. No baseline.',
  longestMs: 40 * 60_000,
  run,
};

async function run(bench: Bench): Promise<Figure[]> {
  // One pass down the funnel: every user who leaves does so once, and is not back before the load ends.
  const passMs = bench.quick ? 160_000 : 240_000;
  const uniform = { warmUpMs: 0.25 * passMs, durationMs: 0.75 * passMs };
  const shop = bench.quick
    ? { warmUpMs: 60_000, durationMs: 60_000 }
    : { warmUpMs: 90_000, durationMs: 150_000 };
  const loads: readonly (readonly [string, SteadyLoad])[] = [
    ['thousand-events', uniformLoad(1_000, uniform, { passMs, leavingShare })],
    ['ten-thousand-events', uniformLoad(10_000, uniform, { passMs, leavingShare })],
    ['realistic-shop', newUserLoad(shop)],
  ];
  const figures: Figure[] = [];
  for (const [underLoad, load] of loads) {
    bench.tell(`Under the load of ${underLoad}.`);
    figures.push(...(await measure(bench, `${name}/${underLoad}`, load)));
  }
  return figures;
}

function measure(bench: Bench, prefix: string, load: SteadyLoad): Promise<Figure[]> {
  return onFreshSystem(bench, { environment: deadlines }, async (system) => {
    const { stores, kafka } = system;
    const alerts = await watchAlerts(kafka, stores.topics.alerts.name);
    try {
      const { until, measuredFrom } = await offerSteadily(bench, system, load);
      const missing = async () =>
        (await countOverdueCarts(stores.database, until, windows)) +
        Math.max(0, (await countAbandonmentAlerts(stores.database)) - alerts.arrivals.length);
      const describe = (count: number) => `the alerts of ${count} abandoned carts`;
      const left = await settle([{ missing, describe, longestMs: longestOverdueMs }], {
        signal: bench.signal,
        waitingFor: () => undefined,
      });
      for (const sentence of left) bench.tell(sentence);
      const latencies = latenciesWithin(alerts, measuredFrom, until);
      const p = percentilesOf(latencies);
      bench.tell(`${latencies.length} alerts; ${p?.p50 ?? 'no'} ms typical, ${p?.most ?? 'no'} ms at most.`);
      return [
        { name: `${prefix}-p99`, value: p?.p99 ?? null, unit: 'ms', goal: atMost(1_000) },
        { name: `${prefix}-p50`, value: p?.p50 ?? null, unit: 'ms' },
        { name: `${prefix}-missing`, value: await missing(), unit: 'alerts', goal: atMost(0) },
      ];
    } finally {
      await alerts.stop();
    }
  });
}

const windows = {
  cartMs: ms(deadlines.CART_ABANDON_AFTER),
  checkoutMs: ms(deadlines.CHECKOUT_ABANDON_AFTER),
};

function latenciesWithin({ arrivals }: AlertArrivals, from: Date, until: Date): number[] {
  return arrivals
    .filter(({ deadline }) => deadline >= from.getTime() && deadline < until.getTime())
    .map(({ latencyMs }) => latencyMs);
}
