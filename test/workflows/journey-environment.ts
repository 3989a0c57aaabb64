import type { WorkflowHandle, WorkflowHandleWithSignaledRunId } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Runtime, DefaultLogger, type Worker } from '@temporalio/worker';

import type {
  JourneyActivities,
  Recalled,
  RecallQuestion,
  SilenceAnswer,
} from '../../activities/activities.ts';
import type { QuietUntil } from '../../activities/quiet-until.ts';
import type { UsualLoadTime } from '../../events/checkout-trouble.ts';
import type { JourneyRecord } from '../../events/journey-record.ts';
import { journeyWorkflowId, type JourneyRules, type Letter } from '../../events/letter.ts';
import { searchAttributes } from '../../connections/search-attributes.ts';
import type { userJourney } from '../../workflows/index.ts';
import { LeanWorker } from '../../workers/lean-worker.ts';
import { reuseBundle } from '../../workers/bundle-cache.ts';
import { workflowCode } from '../../workers/workflow-source.ts';
import { journeyQuery, letterSignal } from '../../workflows/user-journey.ts';
import type { JourneyView } from '../../workflows/journey/view.ts';
import { rules } from '../support/letters.ts';
import { waitUntil } from '../support/wait-until.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Stands in for the stores: keeps what a journey writes, and answers for the record as a test says. */
export class Ledger implements JourneyActivities {
  readonly written: JourneyRecord[] = [];
  readonly questions: Parameters<JourneyActivities['askSilence']>[0][] = [];
  /** Answers in the order of the questions; silent once they are used up. */
  answers: SilenceAnswer[] = [];
  readonly recalls: RecallQuestion[] = [];
  /** What the record tells of visitors, in the order of the questions; nothing once it is used up. */
  recalled: (Recalled | null)[] = [];
  failures = 0;
  /** The end of the quiet hours, for the answers that say silent. */
  quietUntil: QuietUntil = () => null;
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
    const quietUntil = this.quietUntil(question.until);
    return this.answers.shift() ?? { silent: true, ...(quietUntil === null ? {} : { quietUntil }) };
  };

  recallEvents = async (question: RecallQuestion): Promise<Recalled | null> => {
    this.recalls.push(question);
    const answer = this.recalled.shift();
    return answer === undefined ? { identity: null, lines: [], recordedUpTo: 0, hasMore: false } : answer;
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
  /** Stops the worker, and starts another one on the same queue when `during` is over. */
  readonly withoutWorker: (during: () => Promise<void>) => Promise<void>;
}

export interface JourneyOptions {
  readonly cached: boolean;
  readonly rules?: Partial<JourneyRules>;
  readonly lettersPerRun?: number;
  readonly ledger?: Ledger;
}

let bundle: ReturnType<typeof reuseBundle> | undefined;
export const workflowBundle = () => (bundle ??= reuseBundle(workflowCode('off'), new DefaultLogger('ERROR')));

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
  const createWorker = async () =>
    LeanWorker.create({
      connection: environment.nativeConnection,
      namespace: environment.client.options.namespace,
      taskQueue,
      workflowBundle: await workflowBundle(),
      activities: {
        recordJourney: ledger.recordJourney,
        askSilence: ledger.askSilence,
        recallEvents: ledger.recallEvents,
        askUsualLoadTime: ledger.askUsualLoadTime,
      },
      // Without a cache every workflow task replays the history from its start: what is not deterministic fails.
      ...(options.cached ? {} : { maxCachedWorkflows: 0 }),
    });
  const journeyId = `u1_test${journeys}`;
  const running = await RunningWorker.start(createWorker);
  try {
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
        view: async () => {
          await untilAtRest(latest);
          return latest.query(journeyQuery);
        },
        now: () => environment.currentTimeMs(),
        withoutWorker: (during) => running.pause(during),
      });
    } finally {
      // A journey without a worker would hold up the clock of the tests that follow.
      const { status } = await latest.describe();
      if (status.name === 'RUNNING') await latest.terminate('the test is over');
    }
  } finally {
    await running.stop();
  }
}

/** A worker that can be stopped and followed by another one. An error of its run is thrown where it is stopped. */
class RunningWorker {
  private current: { readonly worker: Worker; readonly run: Promise<void> } | null = null;
  private readonly create: () => Promise<Worker>;

  private constructor(create: () => Promise<Worker>) {
    this.create = create;
  }

  static async start(create: () => Promise<Worker>): Promise<RunningWorker> {
    const running = new RunningWorker(create);
    await running.resume();
    return running;
  }

  async pause(during: () => Promise<void>): Promise<void> {
    await this.stop();
    await during();
    await this.resume();
  }

  async stop(): Promise<void> {
    const { current } = this;
    if (!current) return;
    this.current = null;
    if (current.worker.getState() === 'RUNNING') current.worker.shutdown();
    await current.run;
  }

  private async resume(): Promise<void> {
    const worker = await this.create();
    const run = worker.run();
    // Whoever stops it waits for it and sees its error.
    run.catch(() => undefined);
    this.current = { worker, run };
  }
}

/**
 * The test server loses the signals of a run that continues as new while a query waits for the same workflow task: a query
 * is asked once no task is under way.
 */
async function untilAtRest(journey: WorkflowHandle): Promise<void> {
  await waitUntil(
    'the journey rests',
    async () => (await journey.fetchHistory()).events?.at(-1),
    (last) =>
      !last?.workflowExecutionSignaledEventAttributes &&
      !last?.workflowTaskScheduledEventAttributes &&
      !last?.workflowTaskStartedEventAttributes &&
      !last?.workflowExecutionContinuedAsNewEventAttributes,
    { longestMs: 10_000, everyMs: 20 },
  );
}
