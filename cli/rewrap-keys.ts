import { countByMasterKey, rewrapKeys } from '../activities/encryption/rewrap-keys.ts';
import { writeAuditEntry } from '../activities/write-audit-entry.ts';
import { UnreadablePayloadError } from '../connections/encryption/unreadable-payload-error.ts';
import type { Database } from '../connections/postgres.ts';
import type { MasterKey } from '../settings/master-keys.ts';
import { SetupError } from '../stack/setup-error.ts';
import { onStopRequest } from '../stack/stop-request.ts';
import { askDatabase } from './ask-database.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';
import { operatorName } from './operator-name.ts';
import { createProgressLine } from './progress-line.ts';

const brokenOffExitCode = 130;

/**
 * `npx aisle rewrap-keys`: wraps the keys of all journeys by the newest master key, so that older ones can go. Ctrl-C breaks
 * it off between two batches; the next call goes on. Throws a `SetupError` with one sentence where a master key is missing or
 * another one.
 */
export async function runRewrapKeys({ dryRun }: { readonly dryRun: boolean }): Promise<void> {
  const settings = await settingsOfRunningSystem('DB_HOST');
  const masterKeys = settings.PAYLOAD_MASTER_KEY;
  if (masterKeys === undefined)
    throw new SetupError('There is no master key: set PAYLOAD_MASTER_KEY, the newest key first.');
  await askDatabase(settings, (database) =>
    dryRun ? say(database, masterKeys) : rotate(database, masterKeys, operatorName(settings)),
  );
}

async function say(database: Database, masterKeys: readonly MasterKey[]): Promise<void> {
  const counts = new Map([
    ...masterKeys.map(({ id }) => [id, 0] as const),
    ...(await countByMasterKey(database)),
  ]);
  for (const [id, count] of counts) {
    const isHere = masterKeys.some((key) => key.id === id);
    process.stdout.write(
      `${id} wraps ${keys(count)}${isHere ? '' : '; PAYLOAD_MASTER_KEY does not have it'}\n`,
    );
  }
}

async function rotate(database: Database, masterKeys: readonly MasterKey[], actor: string): Promise<void> {
  const [newest] = masterKeys;
  if (!newest) throw new Error('there is no master key');
  const older = await countOlder(database, newest);
  const missing = [...older].find(([id]) => masterKeys.every((key) => key.id !== id));
  if (missing) {
    const [id, count] = missing;
    throw new SetupError(
      `PAYLOAD_MASTER_KEY does not have ${id}, which wraps ${keys(count)}: add it behind ${newest.id} and run this again. Nothing was changed.`,
    );
  }
  if (older.size === 0) {
    process.stdout.write(`Every key is wrapped by ${newest.id}: there is nothing to do.\n`);
    return;
  }
  const audit = (action: 'master-key.rotation-begun' | 'master-key.rotated', details: object) =>
    writeAuditEntry(database, { actor, action, subject: newest.id, details: { ...details } });
  await audit('master-key.rotation-begun', { keys: Object.fromEntries(older) });
  const rewrapped = await rewrapAll(database, masterKeys);
  if (rewrapped === 'broken off') return;
  const since = [...(await countOlder(database, newest)).keys()];
  if (since.length > 0) {
    throw new SetupError(
      `Wrapped by ${newest.id} now: ${keys(rewrapped)}. Meanwhile a process has wrapped new ones by ${since.join(', ')}: start every process with ${newest.id} in front, then run this again.`,
    );
  }
  await audit('master-key.rotated', { keys: rewrapped, from: [...older.keys()] });
  process.stdout.write(
    `Wrapped by ${newest.id} now: ${keys(rewrapped)}. Nothing is left under ${[...older.keys()].join(', ')}.\n`,
  );
}

async function rewrapAll(
  database: Database,
  masterKeys: readonly MasterKey[],
): Promise<number | 'broken off'> {
  const stop = onStopRequest();
  const line = createProgressLine();
  let rewrapped = 0;
  try {
    for await (rewrapped of rewrapKeys(database, masterKeys)) {
      line.update(`${keys(rewrapped)} wrapped anew`);
      if (!stop.signal.aborted) continue;
      line.end(`Broken off after ${keys(rewrapped)}: the next call goes on.`);
      process.exitCode = brokenOffExitCode;
      return 'broken off';
    }
    return rewrapped;
  } catch (error) {
    if (!(error instanceof UnreadablePayloadError)) throw error;
    throw new SetupError(
      `${error.message}. Wrapped anew before it: ${keys(rewrapped)}; all others stay as they were.`,
    );
  } finally {
    line.clear();
    stop.dispose();
  }
}

async function countOlder(database: Database, newest: MasterKey): Promise<ReadonlyMap<string, number>> {
  return new Map([...(await countByMasterKey(database))].filter(([id]) => id !== newest.id));
}

const keys = (count: number): string => (count === 1 ? '1 key' : `${count} keys`);
