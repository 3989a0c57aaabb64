import { untilItWorks } from '../../connections/back-off.ts';
import type { Closing } from '../../connections/closing.ts';
import type { Log } from '../../connections/log.ts';
import { outageNotice } from '../../connections/outage-notice.ts';
import { connectPostgres, isDatabaseUnavailable, tryLogin } from '../../connections/postgres.ts';
import type { Settings } from '../../settings/settings.ts';
import { Suppressions } from './suppressions.ts';

/** One question at a time. */
const poolSize = 1;

/** Resolves once it is known who may not come back: nothing is read before. Waits for the database as long as it takes. */
export async function openSuppressions(
  settings: Settings,
  log: Log,
  closing: Closing,
  stopping: AbortSignal,
): Promise<Suppressions> {
  const database = connectPostgres({ ...settings, DB_POOL_SIZE: poolSize }, log, 'aisle-bridge-suppressions');
  closing.add(() => database.end());
  await tryLogin(database, settings, 'writer');
  const suppressions = new Suppressions(database);
  await untilItWorks(() => suppressions.refresh(), {
    mayRetry: isDatabaseUnavailable,
    ...outageNotice(log, {
      away: 'PostgreSQL is not available; the bridge waits to hear who has been erased',
      back: 'PostgreSQL is available; the bridge has heard who has been erased',
    }),
    signal: stopping,
  });
  return suppressions;
}
