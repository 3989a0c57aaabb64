import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { concat, defer, map, mergeMap, type Observable } from 'rxjs';

type Handle = Worker['handleActivation'];
type Activation = Parameters<Handle>[1];

interface CachedRun {
  workflow: Parameters<Handle>[0];
  /** Ends with the activation that came last: the next one waits for it. */
  turn: Promise<void>;
}

const { WorkflowActivation, RemoveFromCache } = proto.coresdk.workflow_activation;
const stopping = { message: 'Shutting down', reason: RemoveFromCache.EvictionReason.FATAL };

/**
 * The SDK's worker for thousands of cached runs. The SDK keeps a chain of rxjs operators for each run, four hundred objects of
 * 30 KB that V8 marks each time it collects the whole heap: with eight thousand of them a second of work, for which steps
 * wait. Here a run is an entry of a map.
 */
export class LeanWorker extends Worker {
  private readonly runs = new Map<string, CachedRun>();

  protected override workflow$(): Observable<void> {
    if (this.workflowCreator === undefined) return super.workflow$();
    const arriving = this.workflowPoll$().pipe(map((activation) => ({ activation, synthetic: false })));
    // The server's side has nothing more to say of the runs that are left then.
    const evictions = defer(() => [...this.runs.keys()].map(evictionOf));
    return concat(arriving, evictions).pipe(mergeMap((activation) => this.takeInTurn(activation)));
  }

  /** One activation of a run after the other, those of different runs side by side. */
  private takeInTurn(activation: Activation): Promise<void> {
    const run = this.runOf(activation.activation.runId);
    run.turn = run.turn.then(() => this.take(run, activation));
    return run.turn;
  }

  private runOf(runId: string): CachedRun {
    let run = this.runs.get(runId);
    if (!run) {
      run = { workflow: undefined, turn: Promise.resolve() };
      this.runs.set(runId, run);
    }
    return run;
  }

  private async take(run: CachedRun, activation: Activation): Promise<void> {
    const { numInFlightActivationsSubject: inFlight, numCachedWorkflowsSubject: cached } = this;
    inFlight.next(inFlight.value + 1);
    const { state, output } = await this.handleActivation(run.workflow, activation);
    inFlight.next(inFlight.value - 1);
    run.workflow = state;
    if (output.close) {
      cached.next(cached.value - 1);
      this.runs.delete(activation.activation.runId);
    }
    if (output.completion) await this.complete(output.completion);
  }

  private async complete(completion: Uint8Array): Promise<void> {
    try {
      await this.nativeWorker.completeWorkflowActivation(
        Buffer.from(completion.buffer, completion.byteOffset, completion.byteLength),
      );
    } catch (error) {
      this.logger.error('the core did not take what a workflow did: the worker stops', { error });
      this.unexpectedErrorSubject.error(error);
    }
  }
}

const evictionOf = (runId: string): Activation => ({
  activation: WorkflowActivation.create({ runId, jobs: [{ removeFromCache: stopping }] }),
  synthetic: true,
});
