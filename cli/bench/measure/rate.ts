/**
 * Events a second between two instants, milliseconds since 1970. Throws when the end is not after the start: then
 * something else was measured than was meant, and no figure is better than a wrong one.
 */
export function ratePerSecond(events: number, startedAt: number, endedAt: number): number {
  if (!(endedAt > startedAt)) {
    throw new Error(`The last of ${events} events was taken before the clock ran: nothing was measured.`);
  }
  return (events * 1_000) / (endedAt - startedAt);
}
