import type { SummaryFigures } from './figures.ts';

/** The contract's summary, key for key and in its order. */
export interface DemoSummary extends SummaryFigures {
  /** Different events that the producer sent; one sent again is not counted again. */
  readonly events: number;
  readonly rejected: number;
}

export interface Played {
  readonly summary: DemoSummary;
  /** Events that were sent a second time on purpose. */
  readonly sentAgain: number;
  /** Alerts that said it while the shopper was there: they are among the summary's alerts. */
  readonly checkoutsInTrouble: number;
}

export function summaryOf(events: number, rejected: number, figures: SummaryFigures): DemoSummary {
  return {
    events,
    recorded: figures.recorded,
    rejected,
    users: figures.users,
    sessions: figures.sessions,
    carts_abandoned: figures.carts_abandoned,
    checkouts_abandoned: figures.checkouts_abandoned,
    carts_recovered: figures.carts_recovered,
    purchases: figures.purchases,
    alerts: figures.alerts,
  };
}

/** The demo was called off before its shop opened. */
export const nothingPlayed: Played = {
  summary: summaryOf(0, 0, {
    recorded: 0,
    users: 0,
    sessions: 0,
    carts_abandoned: 0,
    checkouts_abandoned: 0,
    carts_recovered: 0,
    purchases: 0,
    alerts: 0,
  }),
  sentAgain: 0,
  checkoutsInTrouble: 0,
};

/** A table for people, with a sentence on whether anything was lost. */
export function summaryTable({ summary, sentAgain, checkoutsInTrouble }: Played, seed: number): string {
  const rows: [string, number, string][] = [
    ['events', summary.events, `sent by the shop, and ${sentAgain} of them a second time`],
    ['recorded', summary.recorded, 'rows in table events'],
    ['rejected', summary.rejected, 'dead letters, with their reason'],
    ['users', summary.users, 'known users'],
    ['sessions', summary.sessions, 'rows in table user_sessions, those of bots included'],
    ['carts abandoned', summary.carts_abandoned, ''],
    ['checkouts abandoned', summary.checkouts_abandoned, ''],
    ['carts recovered', summary.carts_recovered, ''],
    ['purchases', summary.purchases, ''],
    ['checkouts in trouble', checkoutsInTrouble, 'said while the shopper was still there'],
    ['alerts', summary.alerts, 'without those held back by cool-down or quiet hours'],
  ];
  const lines = rows.map(([name, value, note]) =>
    `  ${name.padEnd(20)} ${value.toLocaleString('en-US').padStart(9)}   ${note}`.trimEnd(),
  );
  return [`Summary (seed ${seed})`, ...lines, '', conservation(summary)].join('\n');
}

function conservation({ events, recorded, rejected }: DemoSummary): string {
  const missing = events - recorded - rejected;
  if (events === 0) return 'The shop was closed before it sent anything.';
  if (missing === 0)
    return 'Every event is either recorded once or a dead letter: nothing lost, nothing doubled.';
  if (missing > 0)
    return `${missing} events are neither recorded nor dead letters yet: see what was waited for above.`;
  return `${-missing} more events are recorded or rejected than this shop sent: does another producer write to the topic?`;
}
