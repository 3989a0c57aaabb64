import { Queue } from './queue.ts';

export interface Mail {
  readonly journeyId: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: number;
  readonly urgent: boolean;
  /** A line of a letter as JSON: a flat text waits at a fraction of what its objects cost in memory and its keeping. */
  readonly line: string;
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
  readonly mail: Queue<Mail>;
  /** How many of them are urgent, and the bytes of all: counted, as looking through a hot user's mail costs too much. */
  urgentMail: number;
  bytes: number;
  inFlight: boolean;
  /** The queue that the user waits in, and the user's place in it: a place in another queue, or an earlier one, is void. */
  queue: Queue<Place> | null;
  place: number;
}

interface Place {
  readonly journeyId: string;
  readonly place: number;
}

/**
 * Natural batching. Each user has at most one open letter and one letter in flight; while one is under way, the user's
 * next events gather in the next. A user with a step that is news is in the urgent queue, everybody else in the calm
 * one, each first come, first served; a calm user whose mail fills a letter, and so would soon fill the mailbox, is in
 * a queue that gets every second calm letter. Pure policy: it sends nothing and knows no clock.
 */
export class Mailbox {
  private boxes = new Map<string, Box>();
  private readonly urgentQueue = new Queue<Place>();
  private readonly calmQueue = new Queue<Place>();
  private readonly fullQueue = new Queue<Place>();
  private readonly limits: LetterLimits;
  private waiting = 0;
  private places = 0;
  private wasFull = false;

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

  /** Whoever begins to wait takes the next place: the last one that was taken. */
  get latestPlace(): number {
    return this.places;
  }

  /** The first of the places in which a calm user still waits; infinite where nobody does. */
  get earliestPlace(): number {
    const places = [this.calmQueue, this.fullQueue].map((queue) => this.firstIn(queue)?.place ?? Infinity);
    return Math.min(...places);
  }

  post(mail: Mail): void {
    const box = this.boxOf(mail.journeyId);
    box.mail.add(mail);
    box.bytes += mail.bytes;
    if (mail.urgent) box.urgentMail += 1;
    this.waiting += 1;
    if (!box.inFlight) this.enqueue(mail.journeyId, box);
  }

  /** The next letter of the asked kind, now in flight; `null` when there is none. */
  takeUrgent(): OutgoingLetter | null {
    return this.take(this.urgentQueue, true);
  }

  /** A calm letter that can get no larger. */
  takeFull(): OutgoingLetter | null {
    return this.take(this.fullQueue, false);
  }

  takeCalm(): OutgoingLetter | null {
    const [first, second] = this.wasFull
      ? [this.calmQueue, this.fullQueue]
      : [this.fullQueue, this.calmQueue];
    const letter = this.take(first, false);
    this.wasFull = (letter ? first : second) === this.fullQueue;
    return letter ?? this.take(second, false);
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
    this.fullQueue.clear();
    for (const [journeyId, box] of this.boxes) {
      if (box.inFlight) this.boxes.set(journeyId, emptyBox(true));
      else this.boxes.delete(journeyId);
    }
  }

  private boxOf(journeyId: string): Box {
    let box = this.boxes.get(journeyId);
    if (!box) {
      box = emptyBox(false);
      this.boxes.set(journeyId, box);
    }
    return box;
  }

  private enqueue(journeyId: string, box: Box): void {
    const queue = box.urgentMail > 0 ? this.urgentQueue : this.isFull(box) ? this.fullQueue : this.calmQueue;
    if (box.queue === queue) return;
    this.places += 1;
    box.queue = queue;
    box.place = this.places;
    queue.add({ journeyId, place: box.place });
  }

  private isFull({ mail, bytes }: Box): boolean {
    return mail.length >= this.limits.mostEvents || bytes >= this.limits.mostBytes;
  }

  private take(queue: Queue<Place>, urgent: boolean): OutgoingLetter | null {
    const first = this.firstIn(queue);
    if (!first) return null;
    queue.shift();
    const { journeyId } = first;
    const box = this.boxOf(journeyId);
    const mail = box.mail.take(this.lengthThatFits(box.mail));
    for (const { urgent: wasUrgent, bytes } of mail) {
      if (wasUrgent) box.urgentMail -= 1;
      box.bytes -= bytes;
    }
    this.waiting -= mail.length;
    box.queue = null;
    box.inFlight = true;
    return { journeyId, urgent, mail };
  }

  /** The first place of a queue in which somebody still waits; void ones before it are dropped. */
  private firstIn(queue: Queue<Place>): Place | undefined {
    for (let first = queue.at(0); first !== undefined; first = queue.at(0)) {
      const box = this.boxes.get(first.journeyId);
      if (box?.queue === queue && box.place === first.place) return first;
      queue.shift();
    }
    return undefined;
  }

  private lengthThatFits(mail: Queue<Mail>): number {
    let bytes = 0;
    for (let index = 0; index < mail.length; index += 1) {
      bytes += mail.at(index)?.bytes ?? 0;
      if (index > 0 && (index >= this.limits.mostEvents || bytes > this.limits.mostBytes)) return index;
    }
    return mail.length;
  }
}

const emptyBox = (inFlight: boolean): Box => ({
  mail: new Queue(),
  urgentMail: 0,
  bytes: 0,
  inFlight,
  queue: null,
  place: 0,
});
