import { placeOf, type StoredDeadLetter } from '../../bridge/dead-letters/dead-letter.ts';

export interface Selection {
  /** How far back, in milliseconds, by when they were rejected. */
  readonly since?: number | undefined;
  /** A part of the reason. */
  readonly reason?: string | undefined;
  readonly places?: ReadonlySet<string> | undefined;
}

export function selects(
  { since, reason, places }: Selection,
  now: number,
): (letter: StoredDeadLetter) => boolean {
  return (letter) =>
    (since === undefined || letter.rejectedAt >= now - since) &&
    (reason === undefined || letter.reason.toLowerCase().includes(reason.toLowerCase())) &&
    (places === undefined || places.has(placeOf(letter)));
}
