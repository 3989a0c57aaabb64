import type { Identity, Recalled, RecallQuestion } from '../../activities/activities.ts';
import type { LetterLine } from '../../events/letter.ts';

/** A stand-in for the event record: what it holds of users and visitors at the time, in the order of the log. */
export class RecordedVisits {
  private readonly lines = new Map<string, LetterLine[]>();
  private readonly identities = new Map<string, Identity>();

  /** `recordedFor`: the user of the event, or the visitor where it shows none. */
  hold(recordedFor: string, line: LetterLine): void {
    this.lines.set(recordedFor, [...(this.lines.get(recordedFor) ?? []), line]);
  }

  shows(visitorId: string, userId: string, at: number): void {
    const known = this.identities.get(visitorId);
    if (!known) this.identities.set(visitorId, { userId, until: null });
    else if (known.userId !== userId && known.until === null)
      this.identities.set(visitorId, { ...known, until: at });
  }

  /** Answers a few lines at a time, so that asking again is always tried. */
  recall({ journeyId: visitorId, userId, marks }: RecallQuestion, most = 3): Recalled {
    const identity = this.identities.get(visitorId) ?? null;
    const wanted = (this.lines.get(visitorId) ?? [])
      .filter(([partition, offset]) => offset > (marks[partition] ?? -1))
      .filter(([, , time]) => {
        const isUsers = identity !== null && (identity.until === null || time < identity.until);
        return userId === null ? !isUsers : isUsers && identity.userId === userId;
      })
      .sort((left, right) => left[0] - right[0] || left[1] - right[1]);
    const lines = wanted.slice(0, most);
    const recordedUpTo = lines.reduce((latest, [, , time]) => Math.max(latest, time), 0);
    return { identity, lines, recordedUpTo, hasMore: wanted.length > most };
  }

  /** The latest event of an actor in a time, visitors who are that user included. */
  latest(actorId: string, after: number, until: number): { at: number; recordedFor: string } | null {
    const found = [...this.lines].flatMap(([recordedFor, lines]) =>
      lines
        .map(([, , at]) => ({ at, recordedFor }))
        .filter(({ at }) => at > after && at <= until && this.actorOf(recordedFor, at) === actorId),
    );
    // Of two at once the actor's own.
    const isLater = (one: { at: number; recordedFor: string }, than: { at: number }): boolean =>
      one.at > than.at || (one.at === than.at && one.recordedFor === actorId);
    return found.reduce<(typeof found)[number] | null>(
      (latest, one) => (latest === null || isLater(one, latest) ? one : latest),
      null,
    );
  }

  private actorOf(recordedFor: string, at: number): string {
    const identity = this.identities.get(recordedFor);
    const isUsers = identity !== undefined && (identity.until === null || at < identity.until);
    return isUsers ? identity.userId : recordedFor;
  }
}
