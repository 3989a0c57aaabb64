import { environmentOf } from '../../stack/process-environment.ts';
import { untilDrained } from '../load-test/offer.ts';
import { withProcessBeside } from './beside.ts';
import { drainBacklog, type Drained } from './drain-backlog.ts';
import type { FreshSystem } from './fresh-system.ts';
import type { Bench } from './scenario.ts';

/** What the system must be started with: its own bridge takes the backlog into the record, and no further. */
export const recordFirst = { BRIDGE_LANES: 'record' } as const;

/**
 * Waits until the record has the backlog, as it does while Temporal is away, and then watches a bridge with the journey lane
 * alone take it into the actors.
 */
export async function drainIntoJourneys(bench: Bench, system: FreshSystem, events: number): Promise<Drained> {
  const { running, stores } = system;
  bench.tell('Draining it into the record.');
  const { kafka, topics, groups } = stores;
  const recordOnly = { kafka, topics, groups: { record: groups.record } };
  for (const sentence of await untilDrained(recordOnly, bench.signal, () => undefined)) bench.tell(sentence);
  await running.bridge.stop();
  const journeysOnly = {
    name: 'journey-bridge',
    arguments: ['bridge'],
    environment: { ...environmentOf('bridge', running.environment), BRIDGE_LANES: 'journey' },
  };
  return withProcessBeside(running, journeysOnly, (bridge) =>
    drainBacklog(bench, { ...system, running: { ...running, bridge }, readingSince: Date.now() }, events),
  );
}
