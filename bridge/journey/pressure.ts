import type { Mailbox } from './mailbox.ts';

/** Of the events that may wait: from here on the mailbox is about to stop the reading for everybody. */
export const crowdedShare = 0.9;
/** Of the same: with so few left on the topic, the lane has caught up with it. */
const caughtUpShare = 0.01;

/**
 * Says while letters must not wait for their pace: from when the mailbox is nearly full, as in a backlog, until the lane has
 * caught up with the topic and everybody who waited then has had a letter. What is left of a backlog is late already, and
 * would keep the urgent letters of others company for as long as it is handed out at the pace of a calm day.
 */
export class Pressure {
  private readonly mailbox: Pick<Mailbox, 'size' | 'latestPlace' | 'earliestPlace'>;
  private readonly mostPendingEvents: number;
  private readonly unread: () => number;
  private lastPlace: number | null = null;

  /** `unread` says how many events are on the topic behind the last one that was read. */
  constructor(
    mailbox: Pick<Mailbox, 'size' | 'latestPlace' | 'earliestPlace'>,
    mostPendingEvents: number,
    unread: () => number,
  ) {
    this.mailbox = mailbox;
    this.mostPendingEvents = mostPendingEvents;
    this.unread = unread;
  }

  /** Of the events that may wait. */
  get share(): number {
    return this.mailbox.size / this.mostPendingEvents;
  }

  get isOn(): boolean {
    const { mailbox, mostPendingEvents } = this;
    const isBehind = this.lastPlace !== null && this.unread() > mostPendingEvents * caughtUpShare;
    if (isBehind || this.share >= crowdedShare) this.lastPlace = mailbox.latestPlace;
    else if (this.lastPlace !== null && mailbox.earliestPlace > this.lastPlace) this.lastPlace = null;
    return this.lastPlace !== null;
  }
}
