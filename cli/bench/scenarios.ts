import { SetupError } from '../../stack/setup-error.ts';
import type { Scenario } from './scenario.ts';
import { alertRules } from './scenarios/alert-rules.ts';
import { backfill } from './scenarios/backfill.ts';
import { deadlineToAlert } from './scenarios/deadline-to-alert.ts';
import { drain } from './scenarios/drain.ts';
import { encryption } from './scenarios/encryption.ts';
import { erasure } from './scenarios/erasure.ts';
import { hotUser } from './scenarios/hot-user.ts';
import { hundredThousandEvents } from './scenarios/hundred-thousand-events.ts';
import { oneSignalPerEvent } from './scenarios/one-signal-per-event.ts';
import { realisticShop } from './scenarios/realistic-shop.ts';
import { recordDrain } from './scenarios/record-drain.ts';
import { recordLatency } from './scenarios/record-latency.ts';
import { reports } from './scenarios/reports.ts';
import { rollUps } from './scenarios/roll-ups.ts';
import { tenThousandEvents } from './scenarios/ten-thousand-events.ts';
import { thousandEvents } from './scenarios/thousand-events.ts';
import { whereItEnds } from './scenarios/where-it-ends.ts';

/** Every scenario, in the order in which they run. A new one is a file in `scenarios/` and a line here. */
export const scenarios: readonly Scenario[] = [
  thousandEvents,
  tenThousandEvents,
  realisticShop,
  deadlineToAlert,
  drain,
  recordDrain,
  recordLatency,
  backfill,
  rollUps,
  reports,
  whereItEnds,
  alertRules,
  erasure,
  encryption,
  oneSignalPerEvent,
  hundredThousandEvents,
  hotUser,
];

/** Those of the names, in the order of the list; all of them without names. Throws a `SetupError` that says what there is. */
export function chooseScenarios(
  names: readonly string[],
  all: readonly Scenario[] = scenarios,
): readonly Scenario[] {
  const unknown = names.filter((name) => !all.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(', ');
    throw new SetupError(`The bench has no ${unknown.join(', ')}. It has: ${known}.`);
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}
