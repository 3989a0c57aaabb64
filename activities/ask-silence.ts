import type { Database } from '../connections/postgres.ts';
import type { JourneyActivities, SilenceAnswer, SilenceQuestion } from './activities.ts';
import type { QuietUntil } from './quiet-until.ts';

const mostQuestionsInAQuery = 500;
const progressPollMs = 50;
/** A caller holds a workflow task open while it waits, so it waits only as long as a healthy record lane needs. */
const longestWaitMs = 2_000;

interface Waiting {
  readonly question: SilenceQuestion;
  readonly askedAt: number;
  readonly resolve: (answer: SilenceAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export interface SilenceOptions {
  readonly quietUntil?: QuietUntil;
  readonly botsInFunnels?: boolean;
}

/**
 * Asks the event record whether users were silent. One query answers for all who ask at the time. A question is answered
 * only once the record holds everything that the broker took before the question's instant: until then there may be an
 * event that nobody here has seen. A bot's event is nobody's sign of life unless bots have journeys: its letter never comes.
 * Nor does a backfilled event's.
 * The answer also says whether quiet hours hold an alert back: the workflow must decide the same in every replay, and time
 * zones change between releases of Node.
 */
export function createAskSilence(
  database: Database,
  rawEventsTopic: string,
  { quietUntil = () => null, botsInFunnels = false }: SilenceOptions = {},
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
    const { rows } = await database.query<AnswerRow>({
      name: 'ask-silence',
      text: askSilence,
      values: [
        JSON.stringify(round.map(({ question }, n) => ({ n, ...question }))),
        rawEventsTopic,
        botsInFunnels,
        Math.min(...round.map(({ question }) => question.after)),
        Math.max(...round.map(({ question }) => question.until)),
      ],
    });
    for (const { n, complete, joined, last, visitor } of rows) {
      const asked = round[n];
      if (!asked) continue;
      if (joined && !asked.question.isHandedOver) asked.resolve({ silent: 'handed over' });
      else if (last) asked.resolve({ silent: false, lastEventAt: last.getTime(), visitorId: visitor });
      else if (complete) asked.resolve(silentUntil(asked.question.until));
      else if (Date.now() - asked.askedAt > longestWaitMs) asked.resolve({ silent: 'unknown' });
      else waiting.push(asked);
    }
  }

  function silentUntil(until: number): SilenceAnswer {
    const end = quietUntil(until) ?? quietUntil(Date.now());
    return end === null ? { silent: true } : { silent: true, quietUntil: end };
  }
}

interface AnswerRow {
  readonly n: number;
  readonly complete: boolean;
  readonly joined: boolean;
  readonly last: Date | null;
  readonly visitor: string | null;
}

/** $4 and $5 bound all questions together: by them the planner leaves out the days that none is about. */
const askSilence = `
  WITH progress AS (
    SELECT min(read_until) AS read_until FROM record_progress WHERE topic = $2
  )
  SELECT q.n, coalesce(progress.read_until >= to_timestamp(q."completeUntil" / 1000.0), false) AS complete,
    EXISTS (SELECT FROM identities i WHERE i.session_id = q."journeyId") AS joined,
    latest."timestamp" AS last, nullif(latest.journey_id, q."journeyId") AS visitor
  FROM jsonb_to_recordset($1::jsonb) AS q(
    n integer, "journeyId" text, after float8, until float8, "completeUntil" float8)
  CROSS JOIN progress
  LEFT JOIN LATERAL (
    SELECT e."timestamp", e.journey_id
    FROM actor_events e
    WHERE e.actor_id = q."journeyId"
      AND e."timestamp" > to_timestamp(q.after / 1000.0)
      AND e."timestamp" <= to_timestamp(q.until / 1000.0)
      AND e."timestamp" > to_timestamp($4::float8 / 1000.0)
      AND e."timestamp" <= to_timestamp($5::float8 / 1000.0)
      AND ($3::boolean OR NOT e.bot)
      AND NOT e.backfilled
    ORDER BY e."timestamp" DESC
    LIMIT 1
  ) AS latest ON true`;
