import Postgrator from 'postgrator';

import type { Settings } from '../settings/settings.ts';
import { applyAccess, asMissingRight } from './apply-access.ts';
import { databaseLogin } from './database-login.ts';
import { migrationsDirectory } from './sql-file.ts';
import { connectPostgres, reachingPostgres } from './postgres.ts';
import { writeRetentionDays } from './retention-days.ts';
import type { Log } from './log.ts';

/** Any number that nobody else locks in this database; two migrations at once wait for one another. */
const migrationLock = 7_411_001;

/**
 * Brings the schema to the newest numbered file, and then decides who may do what in it. Applied files are checked against
 * their checksums; none is ever undone. Throws a `SettingsError` where the owner's login lacks a right.
 */
export async function migrate(settings: Settings, log: Log): Promise<void> {
  const pool = connectPostgres(settings, log, 'aisle-migrate', 'owner');
  const session = await reachingPostgres(settings, () => pool.connect(), 'owner');
  try {
    // A migration that rewrites a large table takes its time, and so does the one that waits for it.
    await session.query('SET statement_timeout = 0');
    await session.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const postgrator = new Postgrator({
      migrationPattern: `${migrationsDirectory}/*.sql`,
      driver: 'pg',
      database: settings.DB_NAME,
      schemaTable: 'public.schema_migrations',
      // Several statements in one simple query are one transaction: a file is applied whole or not at all.
      execQuery: (query) => session.query(query),
    });
    // The reporter's views would hold on to the columns that a migration changes. They are made anew after it.
    if ((await postgrator.getDatabaseVersion()) < (await postgrator.getMaxVersion()))
      await session.query('DROP SCHEMA IF EXISTS reporting CASCADE');
    const applied = await postgrator.migrate();
    for (const migration of applied)
      log.info({ version: migration.version, name: migration.name }, 'applied a migration');
    await writeRetentionDays(session, settings.RETENTION_DAYS);
    await applyAccess(session, settings, log);
  } catch (error) {
    throw asMissingRight(error, databaseLogin(settings, 'owner').user);
  } finally {
    session.release(true);
    await pool.end();
  }
}
