import { setTimeout as delay } from 'node:timers/promises';

import type { RuleDefinition } from '../../../events/alert-rule.ts';
import { metricNames, ruleMetrics } from '../../../events/rule-metrics.ts';
import { RuleClient } from '../../rules/rule-client.ts';
import { onFreshSystem, type FreshSystem } from '../fresh-system.ts';
import { processorSecondsOfAll } from '../measure/processor-time.ts';
import { atMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const name = 'alert-rules';
const rules = 100;
const minute = 60_000;

export const alertRules: Scenario = {
  name,
  shows: '100 rules evaluated once a minute cost ≤ 2 % of a core: worker, Temporal and PostgreSQL together',
  method:
    'Nothing comes in. 100 rules are started (every metric, three windows); five minutes later, when an evaluation costs no ' +
    'less from minute to minute, the processor time of worker, Temporal and PostgreSQL is taken over four minutes. Then the ' +
    'rules are removed, and it is taken over four minutes without them. The value is the difference as a share of one core, ' +
    'the baseline what the same processes take without rules.',
  longestMs: 25 * minute,
  run,
};

async function run(bench: Bench): Promise<Figure[]> {
  const [warmUpMs, measuredMs] = bench.quick ? [minute, minute] : [5 * minute, 4 * minute];
  return onFreshSystem(bench, {}, async (system) => {
    const { settings, stores } = system;
    const client = new RuleClient(stores.temporal, settings.TEMPORAL_TASK_QUEUE);
    const definitions = Array.from({ length: rules }, (_, index) => definitionOf(index));
    bench.tell(`Starting ${rules} rules.`);
    for (const definition of definitions) await client.start(definition, 'bench');
    await delay(warmUpMs, undefined, { signal: bench.signal });
    bench.tell('Measuring with rules.');
    const evaluatedBefore = await countEvaluations(system);
    const all = await shareOfCore(bench, system, measuredMs);
    const evaluated = (await countEvaluations(system)) - evaluatedBefore;
    bench.tell('Removing the rules.');
    for (const definition of definitions) await client.update(definition.name, 'remove', 'bench');
    await delay(minute, undefined, { signal: bench.signal });
    bench.tell('Measuring without rules.');
    const without = await shareOfCore(bench, system, measuredMs);
    const cost = without === null || all === null ? null : all - without;
    return [
      { name: `${name}/core`, value: cost, unit: '% of a core', baseline: without, goal: atMost(2) },
      { name: `${name}/evaluations`, value: evaluated / (measuredMs / minute), unit: 'a minute' },
    ];
  });
}

async function countEvaluations({ stores }: FreshSystem): Promise<number> {
  const { rows } = await stores.database.query<{ count: number }>('SELECT count(*) FROM rule_evaluations');
  return rows[0]?.count ?? 0;
}

/** Per cent of one core that worker, Temporal and PostgreSQL take over so many milliseconds; `null` where there is no `/proc`. */
async function shareOfCore(
  { signal }: Bench,
  { running }: FreshSystem,
  forMs: number,
): Promise<number | null> {
  const groups = [
    running.worker.pid(),
    running.serverProcessIds['Temporal'],
    running.serverProcessIds['PostgreSQL'],
  ];
  const used = (): Promise<number | null> => processorSecondsOfAll(groups);
  const [before, startedAt] = [await used(), performance.now()];
  await delay(forMs, undefined, { signal });
  const [after, elapsedMs] = [await used(), performance.now() - startedAt];
  return before === null || after === null ? null : ((after - before) / (elapsedMs / 1000)) * 100;
}

function definitionOf(index: number): RuleDefinition {
  const metric = metricNames[index % metricNames.length] ?? 'events';
  const isShare = ruleMetrics[metric]?.unit === 'share';
  const threshold = isShare ? 0.9 : 1e9;
  return {
    ...{ name: `bench_${index}`, description: '', measure: { metric }, side: 'above', threshold },
    ...{ resolveAt: threshold, windowMs: (1 + (index % 3)) * 5 * minute, everyMs: minute, forMs: minute },
    ...{ cooldownMs: minute, minimumSample: 1, noData: 'keep', severity: 'warning' },
  };
}
