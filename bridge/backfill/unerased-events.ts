import type { Database } from '../../connections/postgres.ts';
import type { Parsed, RawMessage } from '../parse/parse-event.ts';
import { Suppressions } from '../suppression/suppressions.ts';

const reason = 'of somebody who was erased';

/**
 * The parser, which also turns away events of people who were erased before the pseudonym key was changed: the database
 * knows them by their earlier pseudonyms alone. Whoever is erased meanwhile is refused by the database.
 */
export async function onlyUnerased(
  parse: (message: RawMessage) => Parsed,
  database: Database,
): Promise<(message: RawMessage) => Parsed> {
  const suppressions = new Suppressions(database);
  await suppressions.refresh();
  return (message) => {
    const parsed = parse(message);
    if (!parsed.usable || !suppressions.refuses(parsed.event, parsed.earlierJourneyIds)) return parsed;
    return { usable: false, reason, eventId: null };
  };
}
