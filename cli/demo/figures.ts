import type { Database } from '../../connections/postgres.ts';
import { funnelSteps, type FunnelStep } from '../../events/funnel.ts';

/** Everything is counted from the demo's start on, so that a database with earlier rows shows this run's alone. */
export interface RecordFigures {
  readonly recorded: number;
  readonly furthestSteps: Readonly<Record<FunnelStep, number>>;
}

export interface SummaryFigures {
  readonly recorded: number;
  readonly users: number;
  readonly sessions: number;
  readonly carts_abandoned: number;
  readonly checkouts_abandoned: number;
  readonly carts_recovered: number;
  readonly purchases: number;
  readonly alerts: number;
}

export interface LatestAlert {
  readonly alert_type: string;
  readonly severity: string;
  readonly message: string;
  readonly timestamp: Date;
}

const recordedSql = `SELECT count(*) AS recorded FROM events WHERE recorded_at >= $1`;

/**
 * Journeys by the furthest step that their actor wrote down; who went no further than browsing has written none.
 * Bots have no journey, unless `$3` says so.
 */
const furthestStepsSql = `
  WITH furthest AS (
    SELECT max(array_position($2::text[], step)) AS rank
    FROM funnel_steps
    WHERE recorded_at >= $1
    GROUP BY journey_id
  ), everybody AS (
    SELECT count(DISTINCT journey_id) AS journeys FROM events WHERE recorded_at >= $1 AND ($3 OR NOT bot)
  )
  SELECT ($2::text[])[rank] AS step, count(*) AS journeys FROM furthest GROUP BY rank
  UNION ALL
  SELECT NULL, journeys FROM everybody`;

const latestAlertsSql = `
  SELECT alert_type, severity, message, "timestamp"
  FROM alerts
  WHERE created_at >= $1
  ORDER BY "timestamp" DESC, alert_id
  LIMIT 5`;

/** An abandonment held back by the cool-down is a fact, not an alert: it counts as abandoned and not under alerts. */
const summarySql = `
  SELECT
    (SELECT count(*) FROM events WHERE recorded_at >= $1) AS recorded,
    (SELECT count(DISTINCT user_id) FROM events WHERE recorded_at >= $1) AS users,
    (SELECT count(*) FROM user_sessions WHERE end_time >= $1) AS sessions,
    (SELECT count(*) FROM abandonments WHERE kind = 'cart' AND abandoned_at >= $1) AS carts_abandoned,
    (SELECT count(*) FROM abandonments WHERE kind = 'checkout' AND abandoned_at >= $1) AS checkouts_abandoned,
    (SELECT count(*) FROM abandonments WHERE recovered_at >= $1) AS carts_recovered,
    (SELECT count(*) FROM purchases WHERE purchased_at >= $1) AS purchases,
    (SELECT count(*) FROM alerts WHERE created_at >= $1) AS alerts`;

const checkoutsInTroubleSql = `
  SELECT count(*) AS troubled FROM alerts WHERE alert_type = 'checkout_trouble' AND created_at >= $1`;

const openCartsSql = `SELECT count(*) AS open FROM carts WHERE status = 'open' AND updated_at >= $1`;

/** Events that no session row has counted yet: what the next roll-up has to take up. */
const notRolledUpSql = `
  SELECT
    (SELECT count(*) FROM events WHERE recorded_at >= $1)
    - (SELECT coalesce(sum(events), 0) FROM user_sessions WHERE end_time >= $1) AS missing`;

export async function readDatabaseTime(database: Database): Promise<Date> {
  const { rows } = await database.query<{ now: Date }>('SELECT now() AS now', []);
  return single(rows).now;
}

export async function readRecordFigures(
  database: Database,
  since: Date,
  botsInFunnels: boolean,
): Promise<RecordFigures> {
  const [recorded, steps] = await Promise.all([
    database.query<{ recorded: number }>(recordedSql, [since]),
    database.query<StepCount>(furthestStepsSql, [since, funnelSteps, botsInFunnels]),
  ]);
  return { recorded: single(recorded.rows).recorded, furthestSteps: furthestStepsOf(steps.rows) };
}

/** At most five, the latest first. */
export async function readLatestAlerts(database: Database, since: Date): Promise<LatestAlert[]> {
  return (await database.query<LatestAlert>(latestAlertsSql, [since])).rows;
}

export async function readSummaryFigures(database: Database, since: Date): Promise<SummaryFigures> {
  return single((await database.query<SummaryFigures>(summarySql, [since])).rows);
}

export async function countCheckoutsInTrouble(database: Database, since: Date): Promise<number> {
  return single((await database.query<{ troubled: number }>(checkoutsInTroubleSql, [since])).rows).troubled;
}

export async function countOpenCarts(database: Database, since: Date): Promise<number> {
  return single((await database.query<{ open: number }>(openCartsSql, [since])).rows).open;
}

export async function countNotRolledUp(database: Database, since: Date): Promise<number> {
  return single((await database.query<{ missing: number }>(notRolledUpSql, [since])).rows).missing;
}

/** Journeys of a step; of everybody where the step is `null`. */
interface StepCount {
  readonly step: FunnelStep | null;
  readonly journeys: number;
}

function furthestStepsOf(counts: readonly StepCount[]): Record<FunnelStep, number> {
  const furthest = { browse: 0, product: 0, cart: 0, checkout: 0, purchase: 0 };
  let everybody = 0;
  for (const { step, journeys } of counts) {
    if (step === null) everybody = journeys;
    else furthest[step] = journeys;
  }
  const further = furthest.product + furthest.cart + furthest.checkout + furthest.purchase;
  furthest.browse = Math.max(0, everybody - further);
  return furthest;
}

function single<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('PostgreSQL answered a count with no row.');
  return row;
}
