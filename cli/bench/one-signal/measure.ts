import { createParser } from '../../../bridge/parse/parse-event.ts';
import { createPseudonyms } from '../../../bridge/parse/pseudonyms.ts';
import { actionOf } from '../../../events/actions.ts';
import { pathOf } from '../../../events/funnel.ts';
import type { ShopEvent } from '../../../events/shop-event.ts';
import { withProcessBeside } from '../beside.ts';
import type { FreshSystem } from '../fresh-system.ts';
import { settledLastTask } from '../measure/journeys.ts';
import { processorSeconds, spent } from '../measure/processor-time.ts';
import { ratePerSecond } from '../measure/rate.ts';
import { untilIdle } from '../measure/until-idle.ts';
import type { Bench } from '../scenario.ts';
import {
  eventSignalName,
  oneSignalTaskQueue,
  oneSignalWorkflowId,
  oneSignalWorkflowType,
  type EventSignal,
  type OneSignalState,
} from './contract.ts';
import { SignalEach } from './signal-each.ts';

const groupId = 'bench-one-signal';
/** As many as the journey lane has. */
const mostInFlight = 24;

export interface OneSignalRate {
  readonly perSecond: number;
  readonly temporalSecondsPerEvent: number | null;
}

/**
 * Reads the topic again and signals a workflow for each event, with a worker process of its own: what the same servers
 * reach that way. The users' workflows are started before the clock runs. Bridge and worker must have been stopped.
 */
export async function measureOneSignalPerEvent(
  bench: Bench,
  system: FreshSystem,
  { warmUpEvents, events }: { readonly warmUpEvents: number; readonly events: number },
): Promise<OneSignalRate> {
  const worker = {
    name: 'one-signal-worker',
    arguments: ['bench-one-signal-worker'],
    environment: system.running.environment,
  };
  return withProcessBeside(system.running, worker, () => signalAll(bench, system, { warmUpEvents, events }));
}

async function signalAll(
  { signal, tell }: Bench,
  { running, settings, stores, kafka }: FreshSystem,
  { warmUpEvents, events }: { readonly warmUpEvents: number; readonly events: number },
): Promise<OneSignalRate> {
  const temporal = () => processorSeconds(running.serverProcessIds['Temporal']);
  const taskQueue = oneSignalTaskQueue(settings.TEMPORAL_TASK_QUEUE);
  const parse = createParser(createPseudonyms({ version: 1, key: settings.PSEUDONYM_KEY ?? '' }), {
    maxEventBytes: settings.MAX_EVENT_BYTES,
    clockSkewLimitMs: settings.CLOCK_SKEW_LIMIT,
  });
  const workflowIds = new Set<string>();
  const each = new SignalEach<ShopEvent>({
    read: (message) => {
      const parsed = parse(message);
      return parsed.usable ? parsed.event : null;
    },
    userOf: ({ journeyId }) => journeyId,
    signal: async (event) => {
      const workflowId = oneSignalWorkflowId(event.journeyId);
      workflowIds.add(workflowId);
      const start: OneSignalState = { userId: event.journeyId, events: 0, step: 'browse' };
      await stores.temporal.workflow.signalWithStart(oneSignalWorkflowType, {
        workflowId,
        taskQueue,
        args: [start],
        signal: eventSignalName,
        signalArgs: [signalOf(event)],
      });
    },
    mostInFlight,
    warmUpEvents,
    events,
    stopping: signal,
  });
  const topic = stores.topics.rawEvents.name;
  const consumer = await kafka.consumer({ topic, groupId, from: 'earliest', partitionsAtOnce: 3 });
  try {
    const failing = consumer
      .run((batch) => each.handle(batch))
      .then(() => {
        throw new Error('The consumer of the compared way ended before it had read all of its events.');
      });
    tell(`One signal an event: ${warmUpEvents} events to start the workflows.`);
    await Promise.race([each.warm, failing]);
    await untilIdle(temporal, signal);
    const before = await temporal();
    const startedAt = Date.now();
    tell(`One signal an event: measuring ${events} events.`);
    each.goOn();
    await Promise.race([each.done, failing]);
    failing.catch(() => undefined);
    await untilIdle(temporal, signal);
    const temporalSeconds = spent(before, await temporal());
    const takenAt = await settledLastTask(stores.temporal, [...workflowIds], signal);
    return {
      perSecond: ratePerSecond(events, startedAt, takenAt),
      temporalSecondsPerEvent: temporalSeconds === null ? null : temporalSeconds / events,
    };
  } finally {
    await consumer.stop();
  }
}

function signalOf({ time, eventId, action, page }: ShopEvent): EventSignal {
  return { time, eventId, action, page, step: actionOf(action).step(pathOf(page)) };
}
