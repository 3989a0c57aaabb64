import { resolve } from 'node:path';

import type { Client } from '@temporalio/client';

import { findSubjects, readHeld } from '../activities/erasure/read-held.ts';
import { subjectReference } from '../activities/subject-reference.ts';
import { writeAuditEntry } from '../activities/write-audit-entry.ts';
import type { Database } from '../connections/postgres.ts';
import { pseudonymKeysOf } from '../settings/pseudonym-keys.ts';
import type { Settings } from '../settings/settings.ts';
import { SetupError } from '../stack/setup-error.ts';
import type { JourneyView } from '../workflows/journey/view.ts';
import { askDatabase } from './ask-database.ts';
import { openExportFolder, writeJson, writeRows } from './export/export-folder.ts';
import { readJourney, readRuns, type ExportedRun } from './export/read-workflows.ts';
import { askTemporal } from './journey/ask-temporal.ts';
import { journeyIdsOf, type Shopper } from './journey/journey-id.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';
import { operatorName } from './operator-name.ts';

export type ExportOptions = Shopper & { readonly out?: string | undefined };

const longestMs = 300_000;

/**
 * Writes everything that is held about a person to a folder, each table as JSON and CSV. Throws a `SetupError` with one
 * sentence when nothing is held, or the folder cannot be used; no output holds the id that was given.
 */
export async function runExport({ out, ...shopper }: ExportOptions): Promise<void> {
  const settings = await settingsOfRunningSystem();
  const pseudonyms = journeyIdsOf(shopper, pseudonymKeysOf(settings));
  const folder = resolve(out ?? `aisle-export-${pseudonyms[0]}`);
  const exportAll = (database: Database) =>
    askTemporal(
      settings,
      (client) => exportPerson({ settings, database, client, pseudonyms, folder }),
      longestMs,
    );
  const counts = await askDatabase(settings, exportAll, 'eraser');
  const words = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  process.stdout.write(`${folder}: ${words.join(', ')}\n`);
}

interface Exporting {
  readonly settings: Settings;
  readonly database: Database;
  readonly client: Client;
  readonly pseudonyms: readonly string[];
  readonly folder: string;
}

async function exportPerson(exporting: Exporting): Promise<Record<string, number>> {
  const { settings, database, client, pseudonyms, folder } = exporting;
  const subjects = await findSubjects(database, pseudonyms);
  const journeyIds = subjects.flatMap((some) => some.journeyIds);
  const journeys: JourneyView[] = [];
  const runs: ExportedRun[] = [];
  for (const journeyId of journeyIds) {
    runs.push(...(await readRuns(client, journeyId)));
    const journey = await readJourney(client, journeyId);
    if (journey) journeys.push(journey);
  }
  const tables = await readHeld(database, subjects);
  const counts = {
    ...Object.fromEntries(tables.map(({ table, rows }) => [table, rows.length])),
    journeys: journeys.length,
    runs: runs.length,
  };
  if (Object.values(counts).every((count) => count === 0))
    throw new SetupError(`Nothing is held about ${pseudonyms.join(' or ')}: nothing was written.`);
  await openExportFolder(folder);
  for (const { table, rows } of tables) await writeRows(folder, table, rows);
  await writeRows(
    folder,
    'workflow_runs',
    runs.map((run) => ({ ...run })),
  );
  await writeJson(folder, 'journeys', journeys);
  await writeJson(folder, 'about', { exportedAt: new Date().toISOString(), pseudonyms, journeyIds, counts });
  await writeAuditEntry(database, {
    actor: operatorName(settings),
    action: 'export.written',
    subject: subjectReference(pseudonyms[0] ?? ''),
    details: counts,
  });
  return counts;
}
