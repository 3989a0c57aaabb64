import type { Database } from '../connections/postgres.ts';
import type { UsualLoadTime } from '../events/checkout-trouble.ts';
import type { JourneyActivities } from './activities.ts';
import { GroupCommit } from './group-commit.ts';
import { allCheckoutPages } from './measure-load-times.ts';

const mostPagesInAQuery = 500;

interface Question {
  readonly page: string;
  usual: UsualLoadTime | null;
}

interface UsualRow extends UsualLoadTime {
  readonly page: string;
}

/**
 * Says how long a checkout page usually takes to load; where the page itself has too few views, as one with an order's
 * number in its path, how long checkout pages take together. One query answers all who ask while the last is under way.
 */
export function createAskUsualLoadTime(database: Database): JourneyActivities['askUsualLoadTime'] {
  const questions = new GroupCommit<Question>(
    async (asked) => {
      const usual = await read(asked.map(({ page }) => page));
      for (const question of asked)
        question.usual = usual.get(question.page) ?? usual.get(allCheckoutPages) ?? null;
    },
    { mostEntries: mostPagesInAQuery, concernsEverybody: () => true },
  );

  return async (page) => {
    const question: Question = { page, usual: null };
    await questions.commit(question);
    return question.usual;
  };

  async function read(pages: readonly string[]): Promise<Map<string, UsualLoadTime>> {
    const { rows } = await database.query<UsualRow>({
      name: 'ask-usual-load-time',
      text: 'SELECT page, median, p95 FROM usual_load_times WHERE page = ANY ($1)',
      values: [[...new Set([...pages, allCheckoutPages])]],
    });
    return new Map(rows.map(({ page, median, p95 }) => [page, { median, p95 }]));
  }
}
