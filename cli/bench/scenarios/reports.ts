import { readReports } from '../../report/reports.ts';
import { onFreshPostgres } from '../on-postgres.ts';
import { buildShop } from '../reports/build-shop.ts';
import { planOf, timeReport, type Timed } from '../reports/time-reports.ts';
import { atMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const name = 'reports';
const dayMs = 24 * 60 * 60 * 1000;
const days = 30;
const sessionsADay = 17_400;
const slowestShown = 3;

export const reports: Scenario = {
  name,
  shows: 'each report on 10 million events over 30 days, warm: ≤ 1 s',
  method:
    'PostgreSQL alone. A shop is written to the record in its partitions by SQL, and rolled up as it comes. Each report is asked for all ' +
    '30 days as the command does it, as the reporter, once to warm up and three times measured: the median counts. The plans ' +
    'of the slowest three are told. No baseline.',
  longestMs: 30 * 60_000,
  run,
};

function run(bench: Bench): Promise<Figure[]> {
  const { signal, tell } = bench;
  return onFreshPostgres(bench, async ({ owner, settings }) => {
    const until = new Date(Math.floor(Date.now() / dayMs) * dayMs);
    const since = new Date(until.getTime() - days * dayMs);
    const events = await buildShop(bench, owner, {
      since,
      days,
      sessionsADay: bench.quick ? sessionsADay / 30 : sessionsADay,
      sessionGapMs: settings.SESSION_GAP,
    });
    tell(`${events} events; asking for the reports.`);
    const given = new Map([
      ['since', since.toISOString()],
      ['until', until.toISOString()],
    ]);
    const timed: Timed[] = [];
    for (const report of readReports()) {
      signal.throwIfAborted();
      timed.push(await timeReport(settings, report, given));
    }
    const slowest = [...timed].sort((one, other) => other.medianMs - one.medianMs).slice(0, slowestShown);
    for (const { report, medianMs } of slowest) {
      tell(`${report.name}, ${Math.round(medianMs)} ms:\n${await planOf(settings, report, given)}`);
    }
    return [
      { name: `${name}/events`, value: events, unit: 'events' },
      ...timed.map(({ report, medianMs }) => ({
        name: `${name}/${report.name}`,
        value: medianMs,
        unit: 'ms',
        goal: atMost(1_000),
      })),
    ];
  });
}
