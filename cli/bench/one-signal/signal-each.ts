import type { MessageBatch } from '../../../connections/kafka.ts';
import { keepingMembership } from '../../../bridge/keep-membership.ts';

export interface SignalEachPlan<Event> {
  /** `null` for a message that cannot be used. */
  readonly read: (message: MessageBatch['messages'][number]) => Event | null;
  readonly userOf: (event: Event) => string;
  readonly signal: (event: Event) => Promise<void>;
  readonly mostInFlight: number;
  /** Delivered first and not measured: they start the users' workflows. */
  readonly warmUpEvents: number;
  readonly events: number;
  readonly stopping: AbortSignal;
}

/**
 * One signal for each event, so many in flight and one of each user, so that a user's events keep their order.
 * It takes a fixed number of events and leaves the rest.
 */
export class SignalEach<Event> {
  /** Resolves when the warm-up is delivered; the rest waits for `goOn`. */
  readonly warm: Promise<void>;
  /** Resolves when all are delivered. */
  readonly done: Promise<void>;
  private readonly plan: SignalEachPlan<Event>;
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly mayGoOn: Promise<void>;
  private tellWarm: () => void = () => undefined;
  private tellDone: () => void = () => undefined;
  private letGoOn: () => void = () => undefined;
  private goesOn = false;
  private begun = 0;
  private delivered = 0;

  constructor(plan: SignalEachPlan<Event>) {
    this.plan = plan;
    this.warm = new Promise((resolve) => (this.tellWarm = resolve));
    this.done = new Promise((resolve) => (this.tellDone = resolve));
    this.mayGoOn = new Promise((resolve) => (this.letGoOn = resolve));
  }

  goOn(): void {
    this.goesOn = true;
    this.letGoOn();
  }

  /** Rejects with the first error of `signal`. */
  async handle(batch: MessageBatch): Promise<void> {
    const { read, stopping } = this.plan;
    await keepingMembership(batch, stopping, async (signal) => {
      const own: Promise<void>[] = [];
      for (const message of batch.messages) {
        const event = read(message);
        if (event === null) continue;
        const sending = await this.begin(event, signal);
        if (sending === null) break;
        own.push(sending.delivered);
      }
      await Promise.all(own);
    });
  }

  /**
   * Waits for room and sends; `null` when enough were sent. Nothing is awaited between the last look and the sending: the
   * partitions are read side by side, and two that saw the same room would both take it.
   */
  private async begin(event: Event, stopping: AbortSignal): Promise<{ delivered: Promise<void> } | null> {
    const { userOf, mostInFlight, warmUpEvents, events } = this.plan;
    const user = userOf(event);
    for (;;) {
      const before = this.underWay.get(user);
      if (stopping.aborted || this.begun >= warmUpEvents + events) return null;
      if (before) await before;
      else if (this.underWay.size >= mostInFlight) await Promise.race(this.underWay.values());
      else if (this.begun >= warmUpEvents && !this.goesOn) await this.mayGoOn;
      else return { delivered: this.send(user, event) };
    }
  }

  private send(user: string, event: Event): Promise<void> {
    const { signal, warmUpEvents, events } = this.plan;
    this.begun += 1;
    const sending = signal(event).then(() => {
      this.underWay.delete(user);
      this.delivered += 1;
      if (this.delivered === warmUpEvents) this.tellWarm();
      if (this.delivered === warmUpEvents + events) this.tellDone();
    });
    this.underWay.set(user, sending);
    // The batch rejects with it; nobody else has to.
    sending.catch(() => undefined);
    return sending;
  }
}
