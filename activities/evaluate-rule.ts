import { ApplicationFailure } from '@temporalio/common';

import { isDatabaseUnavailable, type Database } from '../connections/postgres.ts';
import type { Measurement, RuleQuestion } from '../events/alert-rule.ts';
import type { AlertRuleActivities } from './activities.ts';
import { GroupCommit } from './group-commit.ts';
import { createMeasureMetric, type Measure } from './measure-metric.ts';
import { createMeasureOwnSql } from './measure-own-sql.ts';

const mostRulesInACommit = 500;

interface Evaluation {
  readonly question: RuleQuestion;
  readonly measurement: Measurement;
}

export interface EvaluateRuleParts {
  readonly database: Database;
  /** Connections that metrics are measured on. */
  readonly metrics: Database;
  /** For the rules' own SQL: few connections, so that statements that hang hold up each other and nobody else. */
  readonly readers: Database;
}

/** Measures rules and records what came of it. */
export function createEvaluateRule({
  database,
  metrics,
  readers,
}: EvaluateRuleParts): Pick<AlertRuleActivities, 'evaluateRule' | 'measureRule'> {
  const measureMetric = createMeasureMetric(metrics);
  const measureOwnSql = createMeasureOwnSql(readers);
  const records = new GroupCommit<Evaluation>(
    async (evaluations) => {
      await database.query({
        name: 'record-evaluations',
        text: recordEvaluations,
        values: rowsOf(evaluations),
      });
    },
    { mostEntries: mostRulesInACommit, concernsEverybody: isDatabaseUnavailable },
  );

  const measureRule: Measure = (question) =>
    sayingWhatIsAway(() => {
      const { measure } = question;
      return 'sql' in measure
        ? measureOwnSql(measure.sql, question)
        : measureMetric(measure.metric, question);
    });

  return {
    measureRule,
    evaluateRule: async (question) => {
      const measurement = await measureRule(question);
      await sayingWhatIsAway(() => records.commit({ question, measurement }));
      return measurement;
    },
  };
}

/** The workflow records why an evaluation did not take place, and shows it to people. */
async function sayingWhatIsAway<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
    throw ApplicationFailure.create({ message: 'PostgreSQL did not answer', type: 'StoreAway' });
  }
}

function rowsOf(evaluations: readonly Evaluation[]): [string, string] {
  const rows = evaluations.map(({ question, measurement }) => ({
    rule_name: question.rule,
    evaluated_at: iso(question.at),
    value: measurement.kind === 'value' ? measurement.value : null,
    samples: measurement.kind === 'value' ? measurement.samples : null,
    problem: measurement.kind === 'error' ? measurement.problem : null,
  }));
  const gaps = evaluations.flatMap(({ question }) =>
    question.gaps.map(({ from, until, missed, reason }) => ({
      rule_name: question.rule,
      gap_from: iso(from),
      gap_until: iso(until),
      missed,
      reason,
    })),
  );
  return [JSON.stringify(rows), JSON.stringify(gaps)];
}

const iso = (time: number): string => new Date(time).toISOString();

/** A gap that went on while it could not be recorded is the same gap, longer. */
const recordEvaluations = `
  WITH missed AS (
    INSERT INTO rule_gaps AS kept (rule_name, gap_from, gap_until, missed, reason)
    SELECT rule_name, gap_from, gap_until, missed, reason
    FROM jsonb_to_recordset($2::jsonb) AS r(
      rule_name text, gap_from timestamptz, gap_until timestamptz, missed integer, reason text)
    ON CONFLICT (rule_name, gap_from) DO UPDATE SET
      gap_until = greatest(kept.gap_until, excluded.gap_until),
      missed = greatest(kept.missed, excluded.missed),
      reason = excluded.reason
  )
  INSERT INTO rule_evaluations (rule_name, evaluated_at, value, samples, problem)
  SELECT rule_name, evaluated_at, value, samples, problem
  FROM jsonb_to_recordset($1::jsonb) AS r(
    rule_name text, evaluated_at timestamptz, value float8, samples bigint, problem text)
  ON CONFLICT DO NOTHING`;
