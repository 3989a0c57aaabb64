import { createTakeNews, type TakeNews } from '../../../activities/roll-ups/take-news.ts';
import type { Database } from '../../../connections/postgres.ts';
import { median } from '../measure/median.ts';
import { onFreshPostgres } from '../on-postgres.ts';
import { recordPastVisits, recordSecond } from '../recorded-visits.ts';
import { ratioAtMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const name = 'roll-ups';
const sessionGapMs = 30 * 60_000;
/** Ten events each a second. */
const users = 1_000;
const eventsInSlice = users * 10;
const growth = 20;

export const rollUps: Scenario = {
  name,
  shows: 'a roll-up of 10,000 new events costs the same with 20 × as much stored: ratio ≤ 1.5',
  method:
    'PostgreSQL alone. A thousand users are in the midst of long sessions; each second brings ten events of each, and is rolled up: ' +
    'sessions, minutes and all sums, one transaction. The median time of a roll-up with 20 × as much stored is compared with that of ' +
    'one in turn with it on another server, and a roll-up that adds to the sessions with one that recomputes them.',
  longestMs: 20 * 60_000,
  run,
};

function run(bench: Bench): Promise<Figure[]> {
  const { quick, signal, tell } = bench;
  const stored = quick ? 20_000 : 100_000;
  const rounds = quick ? 5 : 15;
  const start = new Date(Date.now() - 60 * 60_000);

  return onFreshPostgres(bench, ({ database: small }) =>
    onFreshPostgres(bench, async ({ database: large }) => {
      const few = new Load(small, start);
      const many = new Load(large, start);
      tell(`Recording and rolling up ${stored} events of the past, and ${growth} × as many.`);
      await few.past(stored, signal);
      const seconds = await many.past(stored * growth, signal);
      for (let second = 0; second < rounds; second += 1) {
        await few.second('adding');
        await many.second('adding');
      }
      tell('Measuring roll-ups, of the two and of both ways in turn.');
      const took = { few: [] as number[], many: [] as number[], recomputing: [] as number[] };
      for (let round = 0; round < rounds; round += 1) {
        signal.throwIfAborted();
        took.few.push(await few.second('adding'));
        took.many.push(await many.second('adding'));
        took.recomputing.push(await few.second('recomputing'));
        await many.second('recomputing');
      }
      const value = median(took.few);
      return [
        {
          name: `${name}/with-20-times-as-much`,
          value: median(took.many),
          unit: 'ms',
          baseline: value,
          goal: ratioAtMost(1.5),
        },
        {
          name: `${name}/adding`,
          value,
          unit: 'ms',
          baseline: median(took.recomputing),
          goal: ratioAtMost(0.6),
        },
        { name: `${name}/backlog`, value: (stored * growth) / seconds, unit: 'events/s' },
      ];
    }),
  );
}

type Way = 'adding' | 'recomputing';

/** The events of a shop, on a database of its own. */
class Load {
  private readonly database: Database;
  private readonly start: Date;
  private readonly takers: Readonly<Record<Way, TakeNews>>;
  private seconds = 0;

  constructor(database: Database, start: Date) {
    this.database = database;
    this.start = start;
    this.takers = {
      adding: createTakeNews(database, { sessionGapMs, continues: true }),
      recomputing: createTakeNews(database, { sessionGapMs, continues: false }),
    };
  }

  /** Records and rolls up so many events of the past, and gives the seconds that the roll-ups took. */
  async past(events: number, signal: AbortSignal): Promise<number> {
    await recordPastVisits(this.database, { events, end: this.start }, signal);
    const from = performance.now();
    while ((await this.takers.adding(eventsInSlice)).hasMore) signal.throwIfAborted();
    return (performance.now() - from) / 1000;
  }

  /** Records the next second of the users' events and gives how long its roll-up took, milliseconds. */
  async second(way: Way): Promise<number> {
    await recordSecond(this.database, { users, start: this.start, second: this.seconds });
    this.seconds += 1;
    const from = performance.now();
    const { events } = await this.takers[way](eventsInSlice);
    if (events !== eventsInSlice)
      throw new Error(`${events} events were rolled up instead of ${eventsInSlice}`);
    return performance.now() - from;
  }
}
