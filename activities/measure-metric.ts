import type { Database, SessionRules } from '../connections/postgres.ts';
import { readSql } from '../connections/sql-file.ts';
import type { Measurement, RuleQuestion } from '../events/alert-rule.ts';
import { BoundedMemory } from './bounded-memory.ts';

/**
 * Of a connection that metrics are measured on: it can change nothing, and what takes too long is ended by the server. A
 * statement is prepared once, and planned each time: what it reads grows, and a plan for an empty table would be kept.
 */
export const metricSession: SessionRules = {
  statementLimitMs: 15_000,
  parameters: {
    default_transaction_read_only: 'on',
    lock_timeout: '1000',
    plan_cache_mode: 'force_custom_plan',
  },
};
const mostRemembered = 500;

interface MetricRow {
  readonly value: number | null;
  readonly samples: number;
  readonly subject?: string;
}

export type Measure = (question: RuleQuestion) => Promise<Measurement>;

/** The statement is the last word on what a window is: it sees both ends as columns. */
export const overWindow = (statement: string): string =>
  `SELECT measured.*
   FROM (SELECT $1::timestamptz AS window_start, $2::timestamptz AS window_end) AS asked
   CROSS JOIN LATERAL (\n${statement}\n) AS measured
   LIMIT 2`;

export const windowOf = ({ at, windowMs }: RuleQuestion): [Date, Date] => [
  new Date(at - windowMs),
  new Date(at),
];

/**
 * Measures a metric by its name, on connections under `metricSession`. Rules that ask for the same metric, window and
 * instant share one query, and one query runs at a time: journeys need the processor more.
 */
export function createMeasureMetric(
  database: Database,
): (metric: string, question: RuleQuestion) => Promise<Measurement> {
  const statements = new Map<string, string>();
  const known = new BoundedMemory<Measurement>(mostRemembered);
  const asked = new Map<string, Promise<Measurement>>();
  let latest: Promise<unknown> = Promise.resolve();

  return (metric, question) => {
    const key = `${metric}/${question.windowMs}/${question.at}`;
    const answer = known.get(key);
    if (answer) return Promise.resolve(answer);
    const underWay = asked.get(key);
    if (underWay) return underWay;
    const measuring = inTurn(() => measure(metric, question)).finally(() => asked.delete(key));
    asked.set(key, measuring);
    return measuring.then((measurement) => {
      known.set(key, measurement);
      return measurement;
    });
  };

  function inTurn(work: () => Promise<Measurement>): Promise<Measurement> {
    const turn = latest.then(work);
    latest = turn.catch(() => undefined);
    return turn;
  }

  async function measure(metric: string, question: RuleQuestion): Promise<Measurement> {
    const statement = statements.get(metric) ?? overWindow(readSql(`metrics/${metric}.sql`));
    statements.set(metric, statement);
    const { rows } = await database.query<MetricRow>({
      name: `metric-${metric}`,
      text: statement,
      values: windowOf(question),
    });
    const row = rows[0];
    if (row?.value == null) return { kind: 'no data' };
    const { value, samples, subject } = row;
    return { kind: 'value', value, samples, ...(subject === undefined ? {} : { subject }) };
  }
}
