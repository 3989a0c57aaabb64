import type { Mailbox, OutgoingLetter } from './mailbox.ts';
import type { Pace } from './pace.ts';
import type { Pressure } from './pressure.ts';

export interface DispatcherLimits {
  /** Letters under way at once. Calm ones leave a part of them free for urgent ones. */
  readonly mostInFlight: number;
  readonly mostCalmInFlight: number;
  /** Under pressure letters go without regard to the pace while no more than so many calm ones are under way. */
  readonly mostPressedInFlight: number;
}

/** Sends what the mailbox holds: urgent letters at once, the rest at the pace. Stops at the first error of `send`. */
export class Dispatcher {
  private readonly mailbox: Mailbox;
  private readonly pace: Pace;
  private readonly send: (letter: OutgoingLetter) => Promise<void>;
  private readonly limits: DispatcherLimits;
  private readonly pressure: Pick<Pressure, 'isOn' | 'share'>;
  private inFlight = 0;
  private calmInFlight = 0;
  private wake: (() => void) | null = null;
  private failure: { readonly error: unknown } | null = null;

  constructor(
    mailbox: Mailbox,
    pace: Pace,
    send: (letter: OutgoingLetter) => Promise<void>,
    limits: DispatcherLimits,
    pressure: Pick<Pressure, 'isOn' | 'share'>,
  ) {
    this.mailbox = mailbox;
    this.pace = pace;
    this.send = send;
    this.limits = limits;
    this.pressure = pressure;
  }

  /** Tells the dispatcher that the mailbox has something new. */
  notice(): void {
    this.wake?.();
  }

  /** Runs until `stopping`, then waits for the letters under way. Rejects with the first error of `send`. */
  async run(stopping: AbortSignal): Promise<void> {
    const wake = () => this.wake?.();
    stopping.addEventListener('abort', wake);
    try {
      while (!stopping.aborted || this.inFlight > 0) {
        if (this.failure) throw this.failure.error;
        const waitMs = stopping.aborted ? Number.POSITIVE_INFINITY : this.sendWhatMayGo();
        await this.nextChange(waitMs);
      }
      if (this.failure) throw this.failure.error;
    } finally {
      stopping.removeEventListener('abort', wake);
    }
  }

  /** Starts all letters that may go now; says how long until the pace allows the next, in milliseconds. */
  private sendWhatMayGo(): number {
    const { mostInFlight, mostCalmInFlight, mostPressedInFlight } = this.limits;
    while (this.inFlight < mostInFlight) {
      const urgent = this.mailbox.takeUrgent();
      if (!urgent) break;
      void this.start(urgent);
    }
    // A mailbox that is about to stop the reading for everybody holds nothing back: the fullest letters go first.
    while (this.pressure.isOn && this.inFlight < mostInFlight && this.calmInFlight < mostPressedInFlight) {
      const letter = this.mailbox.takeFull() ?? this.mailbox.takeCalm();
      if (!letter) break;
      void this.start(letter);
    }
    while (this.inFlight < mostInFlight && this.calmInFlight < mostCalmInFlight) {
      if (!this.pace.tryTake(performance.now())) return this.pace.waitMs;
      const calm = this.mailbox.takeCalm();
      if (!calm) {
        this.pace.giveBack();
        break;
      }
      void this.start(calm);
    }
    return Number.POSITIVE_INFINITY;
  }

  private async start(letter: OutgoingLetter): Promise<void> {
    this.inFlight += 1;
    if (!letter.urgent) this.calmInFlight += 1;
    const startedAt = performance.now();
    try {
      await this.send(letter);
      this.mailbox.arrived(letter.journeyId);
    } catch (error) {
      this.failure ??= { error };
    } finally {
      const now = performance.now();
      // How long letters take that did not wait for their pace says nothing about it.
      if (this.pressure.isOn) this.pace.observeUnpaced(now);
      else this.pace.observe(now - startedAt, { users: this.mailbox.users, share: this.pressure.share }, now);
      this.inFlight -= 1;
      if (!letter.urgent) this.calmInFlight -= 1;
      this.wake?.();
    }
  }

  private nextChange(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(waitMs) ? setTimeout(() => this.wake?.(), waitMs) : undefined;
      this.wake = () => {
        clearTimeout(timer);
        this.wake = null;
        resolve();
      };
    });
  }
}
