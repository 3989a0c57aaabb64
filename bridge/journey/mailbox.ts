import type { LetterLine } from '../../events/letter.ts';

export interface Mail {
  readonly journeyId: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: number;
  readonly urgent: boolean;
  readonly line: LetterLine;
  readonly bytes: number;
  /** The client session of an event without a user that goes to the user who the visitor is. */
  readonly visitorId: string | null;
  /** The client session that the journey must ask the record about, and up to which instant that must be complete. */
  readonly joins: { readonly sessionId: string; readonly completeUntil: number } | null;
  readonly asks: boolean;
  /** Its offset counts as delivered already: a visitor's first event, held back until the second. */
  readonly isSettled: boolean;
}

/** What is sent to one user in one signal. */
export interface OutgoingLetter {
  readonly journeyId: string;
  readonly urgent: boolean;
  readonly mail: readonly Mail[];
}

export interface LetterLimits {
  readonly mostEvents: number;
  readonly mostBytes: number;
}

interface Box {
  mail: Mail[];
  urgent: boolean;
  queued: boolean;
  inFlight: boolean;
}

/**
 * Natural batching. Each user has at most one open letter and one letter in flight; while one is under way, the user's
 * next events gather in the next. A user with a step that is news is in the urgent queue, everybody else in the calm
 * one, each first come, first served. Pure policy: it sends nothing and knows no clock.
 */
export class Mailbox {
  private boxes = new Map<string, Box>();
  private readonly urgentQueue = new Queue();
  private readonly calmQueue = new Queue();
  private readonly limits: LetterLimits;
  private waiting = 0;

  constructor(limits: LetterLimits) {
    this.limits = limits;
  }

  /** Events that wait for their letter; those in flight are not counted. */
  get size(): number {
    return this.waiting;
  }

  get users(): number {
    return this.boxes.size;
  }

  post(mail: Mail): void {
    const box = this.boxOf(mail.journeyId);
    box.mail.push(mail);
    this.waiting += 1;
    const becameUrgent = mail.urgent && !box.urgent;
    box.urgent ||= mail.urgent;
    if (box.inFlight || (box.queued && !becameUrgent)) return;
    this.enqueue(mail.journeyId, box);
  }

  /** The next letter of the asked kind, now in flight; `null` when there is none. */
  takeUrgent(): OutgoingLetter | null {
    return this.take(this.urgentQueue, true);
  }

  takeCalm(): OutgoingLetter | null {
    return this.take(this.calmQueue, false);
  }

  /** The user's letter has arrived: the next may follow. */
  arrived(journeyId: string): void {
    const box = this.boxes.get(journeyId);
    if (!box) return;
    box.inFlight = false;
    if (box.mail.length > 0) this.enqueue(journeyId, box);
    else this.boxes.delete(journeyId);
  }

  /** Forgets all that waits: after a change in the group it is read again. Letters in flight still arrive. */
  clear(): void {
    this.waiting = 0;
    this.urgentQueue.clear();
    this.calmQueue.clear();
    for (const [journeyId, box] of this.boxes) {
      if (box.inFlight) this.boxes.set(journeyId, { mail: [], urgent: false, queued: false, inFlight: true });
      else this.boxes.delete(journeyId);
    }
  }

  private boxOf(journeyId: string): Box {
    let box = this.boxes.get(journeyId);
    if (!box) {
      box = { mail: [], urgent: false, queued: false, inFlight: false };
      this.boxes.set(journeyId, box);
    }
    return box;
  }

  private enqueue(journeyId: string, box: Box): void {
    box.queued = true;
    (box.urgent ? this.urgentQueue : this.calmQueue).add(journeyId);
  }

  private take(queue: Queue, urgent: boolean): OutgoingLetter | null {
    for (let journeyId = queue.shift(); journeyId !== undefined; journeyId = queue.shift()) {
      const box = this.boxes.get(journeyId);
      // A user who became urgent while in the calm queue is still named there.
      if (!box?.queued || box.inFlight || box.urgent !== urgent) continue;
      const mail = box.mail.splice(0, this.lengthThatFits(box.mail));
      this.waiting -= mail.length;
      box.queued = false;
      box.inFlight = true;
      box.urgent = box.mail.some((later) => later.urgent);
      return { journeyId, urgent, mail };
    }
    return null;
  }

  private lengthThatFits(mail: readonly Mail[]): number {
    let bytes = 0;
    for (const [index, { bytes: own }] of mail.entries()) {
      bytes += own;
      if (index > 0 && (index >= this.limits.mostEvents || bytes > this.limits.mostBytes)) return index;
    }
    return mail.length;
  }
}

/** First in, first out, without the cost of shifting an array. */
class Queue {
  private entries: string[] = [];
  private head = 0;

  add(entry: string): void {
    this.entries.push(entry);
  }

  shift(): string | undefined {
    const entry = this.entries[this.head];
    if (entry === undefined) return undefined;
    this.head += 1;
    if (this.head > 1024 && this.head * 2 > this.entries.length) {
      this.entries.splice(0, this.head);
      this.head = 0;
    }
    return entry;
  }

  clear(): void {
    this.entries = [];
    this.head = 0;
  }
}
