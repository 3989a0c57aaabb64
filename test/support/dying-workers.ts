import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';

import { workflowBundle } from '../workflows/journey-environment.ts';

type Activity = (...given: never[]) => Promise<unknown>;

/** Workers that follow one another: each dies in an activity, of every activity once before its effect and once after it. */
export class DyingWorkers {
  /** Such as `suppress before` and `suppress after`, in their order. */
  readonly deaths: string[] = [];
  private readonly environment: TestWorkflowEnvironment;
  private readonly taskQueue: string;
  private readonly activities: Readonly<Record<string, Activity>>;
  private kill: () => void = () => undefined;

  constructor(
    environment: TestWorkflowEnvironment,
    taskQueue: string,
    activities: Readonly<Record<string, Activity>>,
  ) {
    this.environment = environment;
    this.taskQueue = taskQueue;
    this.activities = Object.fromEntries(
      Object.entries(activities).map(([name, activity]) => [name, this.deadly(name, activity)]),
    );
  }

  /** Lets worker follow worker, none of them with a cache, until `work` is over. */
  async runUntil<Result>(work: Promise<Result>): Promise<Result> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    while (!isOver) {
      const died = new Promise<void>((resolve) => {
        this.kill = resolve;
      });
      const worker = await Worker.create({
        connection: this.environment.nativeConnection,
        namespace: this.environment.client.options.namespace,
        taskQueue: this.taskQueue,
        workflowBundle: await workflowBundle(),
        activities: this.activities,
        maxCachedWorkflows: 0,
      });
      await worker.runUntil(Promise.race([died, over]));
    }
    return over;
  }

  private deadly(name: string, activity: Activity): Activity {
    return async (...given) => {
      await this.dieOnce(`${name} before`);
      const result = await activity(...given);
      await this.dieOnce(`${name} after`);
      return result;
    };
  }

  /** The worker stops, and what its activity was about to do or to answer is lost. */
  private async dieOnce(death: string): Promise<void> {
    if (this.deaths.includes(death)) return;
    this.deaths.push(death);
    this.kill();
    await Context.current().cancelled;
  }
}
