// `npx aisle rebuild-reports` as an operator runs it: whatever was damaged by hand is as before, two at once do no harm, and
// without a database it says so in one sentence.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { recordEvents } from '../../activities/record-events.ts';
import { createTakeNews } from '../../activities/roll-ups/take-news.ts';
import { createRandomness } from '../../simulator/randomness.ts';
import { aisleWith, type CommandResult } from '../support/aisle-command.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { derivedRows, derivedTables } from '../support/derived-rows.ts';
import { randomVisits } from '../support/random-visits.ts';

const start = Date.UTC(2026, 3, 1, 9);

let deployment: Deployment;
let asRolledUp: Record<string, unknown>;

beforeAll(async () => {
  deployment = await deploy();
  await deployment.migrate();
  const plan = { start, events: 300, late: 0, visitors: false };
  await recordEvents(deployment.database, randomVisits(plan, createRandomness(21)));
  const { SESSION_GAP: sessionGapMs } = deployment.settings;
  const take = createTakeNews(deployment.database, { sessionGapMs, continues: true });
  while ((await take(100)).hasMore);
  asRolledUp = await everything();
});

afterAll(() => deployment.close());

/** Rows are compared as a set: a repaired one lies elsewhere in its table. */
async function everything(): Promise<Record<string, unknown>> {
  const tables: Record<string, unknown> = {};
  for (const table of derivedTables) {
    const rows = await derivedRows(deployment.database, table);
    tables[table] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return tables;
}

const rebuildReports = (changes: Record<string, string> = {}): Promise<CommandResult> =>
  aisleWith({ ...deployment.environment, ...changes }, 'rebuild-reports');

const rebuilt = { code: 0, stdout: 'The reports are rebuilt.\n' };

beforeEach(async () => {
  await deployment.database.query(`
    DELETE FROM user_sessions WHERE journey_id = 'u1_3';
    UPDATE user_activity SET pageviews = 99;
    UPDATE hourly_funnel SET sessions = sessions + 5, source = source || 'x';
    DELETE FROM hourly_pages;
    UPDATE hourly_products SET revenue = -1;
    UPDATE orders SET value = 0;
    DELETE FROM daily_load_times;`);
  const damaged = await everything();
  for (const table of derivedTables) expect(damaged[table]).not.toEqual(asRolledUp[table]);
});

test('what was damaged by hand is as before', async () => {
  expect(await rebuildReports()).toMatchObject(rebuilt);
  expect(await everything()).toEqual(asRolledUp);
});

test('two at once, and one after them, do no harm', async () => {
  expect(await Promise.all([rebuildReports(), rebuildReports()])).toMatchObject([rebuilt, rebuilt]);
  expect(await everything()).toEqual(asRolledUp);
  expect(await rebuildReports()).toMatchObject(rebuilt);
  expect(await everything()).toEqual(asRolledUp);
});

test('without a database it says where it has looked, in one sentence', async () => {
  const { code, stdout, stderr } = await rebuildReports({ DB_PORT: '1' });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^[^\n]*PostgreSQL[^\n]*:1[^\n]*DB_HOST and DB_PORT[^\n]*\n$/);
});
