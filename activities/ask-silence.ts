import type { Database } from '../connections/postgres.ts';
import type { JourneyActivities, SilenceAnswer } from './activities.ts';

const mostQuestionsInAQuery = 500;
const progressPollMs = 50;
/** A caller holds a workflow task open while it waits, so it waits only as long as a healthy record lane needs. */
const longestWaitMs = 2_000;

interface Waiting {
  readonly question: Parameters<JourneyActivities['askSilence']>[0];
  readonly askedAt: number;
  readonly resolve: (answer: SilenceAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks the event record whether users were silent. One query answers for all who ask at the time. A question is answered
 * only once the record holds everything that the broker took before the question's instant: until then there may be an
 * event that nobody here has seen. A bot's event is nobody's sign of life unless bots have journeys: its letter never comes.
 */
export function createAskSilence(
  database: Database,
  rawEventsTopic: string,
  botsInFunnels = false,
): JourneyActivities['askSilence'] {
  const waiting: Waiting[] = [];
  let isAsking = false;

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, askedAt: Date.now(), resolve, reject });
      if (!isAsking) void answerAll();
    });

  async function answerAll(): Promise<void> {
    isAsking = true;
    while (waiting.length > 0) {
      const round = waiting.splice(0, mostQuestionsInAQuery);
      try {
        await answer(round);
      } catch (error) {
        for (const { reject } of round) reject(error);
      }
      if (waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, progressPollMs));
    }
    isAsking = false;
  }

  async function answer(round: readonly Waiting[]): Promise<void> {
    const { rows } = await database.query<{ n: number; complete: boolean; last: Date | null }>({
      name: 'ask-silence',
      text: askSilence,
      values: [
        JSON.stringify(round.map(({ question }, n) => ({ n, ...question }))),
        rawEventsTopic,
        botsInFunnels,
      ],
    });
    for (const { n, complete, last } of rows) {
      const asked = round[n];
      if (!asked) continue;
      if (last) asked.resolve({ silent: false, lastEventAt: last.getTime() });
      else if (complete) asked.resolve({ silent: true });
      else if (Date.now() - asked.askedAt > longestWaitMs) asked.resolve({ silent: 'unknown' });
      else waiting.push(asked);
    }
  }
}

const askSilence = `
  WITH progress AS (
    SELECT min(read_until) AS read_until FROM record_progress WHERE topic = $2
  )
  SELECT q.n, coalesce(progress.read_until >= to_timestamp(q."completeUntil" / 1000.0), false) AS complete,
    (SELECT max(e."timestamp")
     FROM events e
     WHERE e.journey_id = q."journeyId"
       AND e."timestamp" > to_timestamp(q.after / 1000.0)
       AND e."timestamp" <= to_timestamp(q.until / 1000.0)
       AND ($3::boolean OR NOT e.bot)) AS last
  FROM jsonb_to_recordset($1::jsonb) AS q(
    n integer, "journeyId" text, after float8, until float8, "completeUntil" float8)
  CROSS JOIN progress`;
