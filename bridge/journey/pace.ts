import { crowdedShare } from './pressure.ts';

export interface PaceBounds {
  readonly leastPerSecond: number;
  readonly mostPerSecond: number;
}

/** What waits for its letters. */
export interface Waiting {
  readonly users: number;
  /** Of the room that there is for events, from 0 to 1. */
  readonly share: number;
}

/** A signal that takes no longer than this found the server with room to spare. */
const comfortableMs = 10;
/** One that takes longer than this had to wait for others … */
const busyMs = 15;
/** … and longer than this, to queue. */
const crowdedMs = 30;
/** A workflow task that its worker takes up within this finds the worker with room to spare; one that waits longer queues. */
const comfortableLagMs = 60;
const crowdedLagMs = 250;
/** A letter that waits no longer than this is early enough: an earlier one takes the room that urgent ones go in. */
const earlyEnoughMs = 14_000;
/** So much above what would be early enough, the pace comes down. */
const tooFast = 1.25;
/**
 * No letter waits for longer than this because of its pace: a journey that waits longer than its worker keeps it in memory is
 * replayed, which costs more than the wait has spared.
 */
const latestMs = 60_000;
const adjustEveryMs = 1_000;
const longestBurstSeconds = 0.25;

/**
 * The pace of letters that are not urgent, found by feedback: the latency of signals and the worker's lag are the sensors.
 * Additive increase while both are at ease, multiplicative decrease when one is not (as TCP does it: Chiu & Jain, 1989),
 * within bounds, and no further than letters need it to be early enough. Time is handed in, so that the policy can be tested
 * without a clock.
 */
export class Pace {
  private perSecond: number;
  private readonly bounds: PaceBounds;
  private tokens = 0;
  private refilledAt: number;
  private adjustedAt: number;
  private latencies: number[] = [];
  private unpaced = 0;
  private lagMs = 0;

  constructor(bounds: PaceBounds, now: number) {
    this.bounds = bounds;
    this.perSecond = bounds.leastPerSecond;
    this.refilledAt = now;
    this.adjustedAt = now;
  }

  get lettersPerSecond(): number {
    return this.perSecond;
  }

  /** True while the worker is behind: whatever can wait must not be added to its queue. */
  get isWorkerBehind(): boolean {
    return this.lagMs > crowdedLagMs;
  }

  /** Takes leave for one letter, if the pace allows one at `now` (ms). */
  tryTake(now: number): boolean {
    const most = Math.max(1, this.perSecond * longestBurstSeconds);
    this.tokens = Math.min(most, this.tokens + ((now - this.refilledAt) / 1000) * this.perSecond);
    this.refilledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Returns a leave that was not needed. */
  giveBack(): void {
    this.tokens += 1;
  }

  /** How long until the pace allows the next letter, milliseconds. */
  get waitMs(): number {
    return Math.max(1, ((1 - this.tokens) / this.perSecond) * 1000);
  }

  /** Notes how long workflow tasks wait for their worker. */
  observeLag(lagMs: number): void {
    this.lagMs = lagMs;
  }

  /** Notes how long a signal took, and what waits; failures to deliver count as slow. */
  observe(latencyMs: number, waiting: Waiting, now: number): void {
    this.latencies.push(latencyMs);
    if (now - this.adjustedAt < adjustEveryMs) return;
    const sorted = this.latencies.sort((left, right) => left - right);
    const needed = (waiting.users * 1_000) / earlyEnoughMs;
    const typical = sorted[Math.floor(sorted.length / 2)] ?? 0;
    if (typical > crowdedMs || this.isWorkerBehind) this.perSecond *= 0.8;
    else if (typical > busyMs || this.perSecond > needed * tooFast) this.perSecond *= 0.97;
    else if (this.perSecond < needed && typical < comfortableMs && this.lagMs < comfortableLagMs)
      this.perSecond += Math.max(1, this.bounds.mostPerSecond * 0.01);
    this.settle(this.perSecond, now, leastFor(waiting));
  }

  /**
   * Notes a letter that went without regard to the pace, as those of a backlog do. As many a second as went so, the server takes:
   * the pace goes on from there, and what is left behind a backlog does not trickle in for many seconds.
   */
  observeUnpaced(now: number): void {
    this.unpaced += 1;
    const elapsedMs = now - this.adjustedAt;
    if (elapsedMs >= adjustEveryMs) this.settle((this.unpaced * 1_000) / elapsedMs, now);
  }

  private settle(perSecond: number, now: number, least = 0): void {
    const { leastPerSecond, mostPerSecond } = this.bounds;
    this.perSecond = Math.min(mostPerSecond, Math.max(leastPerSecond, least, perSecond));
    this.latencies = [];
    this.unpaced = 0;
    this.adjustedAt = now;
  }
}

/**
 * The fuller the room, the sooner everybody must have a letter. So at a steady rate it fills to where as many events go as
 * come, however crowded the server is, and not to where it has to be emptied at once, when there is least to spare.
 */
const leastFor = ({ users, share }: Waiting): number =>
  (users * 1_000) / (latestMs * (1 - Math.min(share, crowdedShare)));
