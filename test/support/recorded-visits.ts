import type { Identity, Recalled, RecallQuestion } from '../../activities/activities.ts';
import type { LetterLine } from '../../events/letter.ts';

/** A stand-in for the event record, as far as it knows visitors: what it holds at the time, in the order of the log. */
export class RecordedVisits {
  private readonly lines = new Map<string, LetterLine[]>();
  private readonly identities = new Map<string, Identity>();

  hold(visitorId: string, line: LetterLine): void {
    this.lines.set(visitorId, [...(this.lines.get(visitorId) ?? []), line]);
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
  latest(actorId: string, after: number, until: number): { at: number; visitorId: string } | null {
    let latest: { at: number; visitorId: string } | null = null;
    for (const [visitorId, lines] of this.lines) {
      for (const [, , at] of lines) {
        const identity = this.identities.get(visitorId);
        const isUsers = identity !== undefined && (identity.until === null || at < identity.until);
        const actor = isUsers ? identity.userId : visitorId;
        if (actor === actorId && at > after && at <= until && at > (latest?.at ?? 0))
          latest = { at, visitorId };
      }
    }
    return latest;
  }
}
