import type { WorkflowHandleWithSignaledRunId } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  Runtime,
  DefaultLogger,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';

import type { JourneyActivities, SilenceAnswer } from '../../activities/activities.ts';
import type { UsualLoadTime } from '../../events/checkout-trouble.ts';
import type { JourneyRecord } from '../../events/journey-record.ts';
import { journeyWorkflowId, type JourneyRules, type Letter } from '../../events/letter.ts';
import { searchAttributes } from '../../connections/search-attributes.ts';
import { projectRoot } from '../../connections/sql-file.ts';
import type { userJourney } from '../../workflows/index.ts';
import { journeyQuery, letterSignal } from '../../workflows/user-journey.ts';
import type { JourneyView } from '../../workflows/journey/view.ts';
import { rules } from '../support/letters.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Stands in for the stores: keeps what a journey writes, and answers for the record as a test says. */
export class Ledger implements JourneyActivities {
  readonly written: JourneyRecord[] = [];
  readonly questions: Parameters<JourneyActivities['askSilence']>[0][] = [];
  /** Answers in the order of the questions; silent once they are used up. */
  answers: SilenceAnswer[] = [];
  failures = 0;
  /** What the record says is usual for any page; `away` when it does not answer. */
  usual: UsualLoadTime | null | 'away' = null;
  readonly pagesAsked: string[] = [];

  recordJourney = async (_journeyId: string, record: JourneyRecord): Promise<void> => {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('the store is away');
    }
    this.written.push(record);
  };

  askSilence = async (question: Parameters<JourneyActivities['askSilence']>[0]): Promise<SilenceAnswer> => {
    this.questions.push(question);
    return this.answers.shift() ?? { silent: true };
  };

  askUsualLoadTime = async (page: string): Promise<UsualLoadTime | null> => {
    this.pagesAsked.push(page);
    if (this.usual === 'away') throw new Error('the store is away');
    return this.usual;
  };

  /**
   * What the stores hold: a row that is written again is the same row. A local activity runs again when its workflow
   * task does, for example because a letter came in just as a run was to end.
   */
  rows<Key extends keyof JourneyRecord>(key: Key): JourneyRecord[Key][number][] {
    const all = this.written.flatMap((record) => record[key] as JourneyRecord[Key][number][]);
    return [...new Map(all.map((row) => [JSON.stringify(row), row])).values()];
  }

  alerts(): string[] {
    return this.rows('alerts').map(({ type }) => type);
  }
}

export interface RunningJourney {
  readonly handle: WorkflowHandleWithSignaledRunId<typeof userJourney>;
  readonly ledger: Ledger;
  readonly send: (letter: Letter) => Promise<void>;
  readonly view: () => Promise<JourneyView>;
  readonly now: () => Promise<number>;
}

export interface JourneyOptions {
  readonly cached: boolean;
  readonly rules?: Partial<JourneyRules>;
  readonly lettersPerRun?: number;
  readonly ledger?: Ledger;
}

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;
const workflowBundle = () =>
  (bundle ??= bundleWorkflowCode({
    workflowsPath: `${projectRoot}/workflows/index.ts`,
    logger: new DefaultLogger('ERROR'),
  }));

let journeys = 0;

/** A time-skipping server with the search attributes that journeys show themselves by. */
export async function createEnvironment(testServerPath: string): Promise<TestWorkflowEnvironment> {
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: testServerPath } },
  });
  await environment.connection.operatorService.addSearchAttributes({
    namespace: environment.client.options.namespace,
    searchAttributes,
  });
  return environment;
}

/** Starts a worker and one journey with its first letter, runs `test`, and ends both. */
export async function withJourney(
  environment: TestWorkflowEnvironment,
  options: JourneyOptions,
  first: (now: number) => Letter,
  test: (journey: RunningJourney) => Promise<void>,
): Promise<void> {
  const ledger = options.ledger ?? new Ledger();
  const taskQueue = `journeys-${++journeys}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.client.options.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: {
      recordJourney: ledger.recordJourney,
      askSilence: ledger.askSilence,
      askUsualLoadTime: ledger.askUsualLoadTime,
    },
    // Without a cache every workflow task replays the history from its start: what is not deterministic fails.
    ...(options.cached ? {} : { maxCachedWorkflows: 0 }),
  });
  const journeyId = `u1_test${journeys}`;
  await worker.runUntil(async () => {
    const workflowId = journeyWorkflowId(journeyId);
    const { lettersPerRun } = options;
    const handle = await environment.client.workflow.signalWithStart<typeof userJourney, [Letter]>(
      'userJourney',
      {
        workflowId,
        taskQueue,
        args: [
          { journeyId, rules: { ...rules, ...options.rules }, ...(lettersPerRun ? { lettersPerRun } : {}) },
        ],
        signal: letterSignal,
        signalArgs: [first(await environment.currentTimeMs())],
      },
    );
    // Signals and queries go to the latest run: a journey continues as new under the same id.
    const latest = environment.client.workflow.getHandle(workflowId);
    try {
      await test({
        handle,
        ledger,
        send: (letter) => latest.signal(letterSignal, letter),
        view: () => latest.query(journeyQuery),
        now: () => environment.currentTimeMs(),
      });
    } finally {
      // A journey without a worker would hold up the clock of the tests that follow.
      const { status } = await latest.describe();
      if (status.name === 'RUNNING') await latest.terminate('the test is over');
    }
  });
}
