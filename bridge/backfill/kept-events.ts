import type { Database } from '../../connections/postgres.ts';
import type { Parsed, RawMessage } from '../parse/parse-event.ts';

interface Kept {
  readonly days: number;
  readonly since: Date;
}

/**
 * The parser, which also turns away events older than what is kept: they would be dropped again by the next retention,
 * and no session would be made of them.
 */
export async function onlyKept(
  parse: (message: RawMessage) => Parsed,
  database: Database,
): Promise<(message: RawMessage) => Parsed> {
  const { rows } = await database.query<Kept>(readKept);
  const [kept] = rows;
  if (!kept) throw new Error('there is no retention of events');
  const since = kept.since.getTime();
  const reason = `older than what is kept: events of the last ${kept.days} days (RETENTION_DAYS)`;
  return (message) => {
    const parsed = parse(message);
    if (!parsed.usable || parsed.event.time >= since) return parsed;
    return { usable: false, reason, eventId: null };
  };
}

const readKept = `
  SELECT days, greatest(kept_since, now() - make_interval(days => days)) AS since
  FROM retention
  WHERE table_name = 'events'`;
