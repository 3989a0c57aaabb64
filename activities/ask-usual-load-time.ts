import type { Database } from '../connections/postgres.ts';
import type { UsualLoadTime } from '../events/checkout-trouble.ts';
import type { JourneyActivities } from './activities.ts';
import { allCheckoutPages } from './measure-load-times.ts';

interface Waiting {
  readonly page: string;
  readonly resolve: (answer: UsualLoadTime | null) => void;
  readonly reject: (error: unknown) => void;
}

interface UsualRow extends UsualLoadTime {
  readonly page: string;
}

/**
 * Says how long a checkout page usually takes to load; where the page itself has too few views, as one with an order's
 * number in its path, how long checkout pages take together. One query answers all who ask while the last is under way.
 */
export function createAskUsualLoadTime(database: Database): JourneyActivities['askUsualLoadTime'] {
  let waiting: Waiting[] = [];
  let isAsking = false;

  return (page) =>
    new Promise((resolve, reject) => {
      waiting.push({ page, resolve, reject });
      if (!isAsking) void answerAll();
    });

  async function answerAll(): Promise<void> {
    isAsking = true;
    // Lets those of this turn of the event loop ask together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const round = waiting;
      waiting = [];
      try {
        const usual = await read(round.map(({ page }) => page));
        for (const { page, resolve } of round)
          resolve(usual.get(page) ?? usual.get(allCheckoutPages) ?? null);
      } catch (error) {
        for (const { reject } of round) reject(error);
      }
    }
    isAsking = false;
  }

  async function read(pages: readonly string[]): Promise<Map<string, UsualLoadTime>> {
    const { rows } = await database.query<UsualRow>({
      name: 'ask-usual-load-time',
      text: 'SELECT page, median, p95 FROM usual_load_times WHERE page = ANY ($1)',
      values: [[...new Set([...pages, allCheckoutPages])]],
    });
    return new Map(rows.map(({ page, median, p95 }) => [page, { median, p95 }]));
  }
}
