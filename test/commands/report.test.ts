// `npx aisle report` as an analyst meets it, on a real database: it lists, prints in every format, and says in one sentence
// what is the matter where it cannot.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { deploy, type Deployment } from '../support/deployment.ts';

const program = join(import.meta.dirname, '../../cli/aisle.mjs');
const march = ['--since', '2026-03-01', '--until', '2026-04-01'];

let deployment: Deployment;

beforeAll(async () => {
  deployment = await deploy();
  await deployment.migrate();
  await deployment.database.query(
    `INSERT INTO abandonments (journey_id, cart_id, kind, abandoned_at, value, currency, items, suppressed, alert)
     SELECT 'u1_' || n, 'c' || n, 'cart', '2026-03-02T10:00Z'::timestamptz + n * interval '1 day', 0.10, 'EUR', '[]', false, 'said'
     FROM generate_series(1, 3) AS n`,
  );
});

afterAll(() => deployment.close());

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function report(words: readonly string[], changes: Record<string, string> = {}): Promise<Result> {
  const child = spawn(process.execPath, [program, 'report', ...words], {
    env: { ...deployment.environment, ...changes, AISLE_SKIP_INSTALL: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

const failed = (sentence: RegExp) => ({
  code: 1,
  stdout: '',
  stderr: expect.stringMatching(sentence) as string,
});

test('without a name it lists the reports, a line each', async () => {
  const { code, stdout, stderr } = await report([]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^recovered-revenue +Abandoned and recovered revenue: /m);
  expect(
    stdout
      .trim()
      .split('\n')
      .every((line) => /^[a-z-]+ {2,}[A-Z].+\.$/.test(line)),
  ).toBe(true);
});

test('every format holds the same rows, decimals and times', async () => {
  const words = ['recovered-revenue', '--since', '2026-03-04', '--until', '2026-03-05', '--set', 'by=week'];
  const [csv, json, table] = await Promise.all([
    report([...words, '--format', 'csv']),
    report([...words, '--format', 'json']),
    report(words),
  ]);
  expect(csv).toMatchObject({ code: 0, stderr: '' });
  expect(csv.stdout).toMatch(
    /^begins,currency,abandoned_carts,.*\n2026-03-02T00:00:00\.000Z,EUR,1,0,0\.10,.*\n$/,
  );
  expect(JSON.parse(json.stdout)).toMatchObject({
    begins: '2026-03-02T00:00:00.000Z',
    currency: 'EUR',
    abandoned_value: 0.1,
    recovered: 0,
    average_hours_to_recover: null,
  });
  expect(json.stdout).toContain('"abandoned_value":0.10,');
  expect(table.stdout).toMatch(/│ begins +│ currency │/);
  expect(table.stdout).toMatch(/│ 2026-03-02T00:00:00\.000Z │ EUR +│ +1 │ +0 │ +0\.10 │/);
});

test('an empty report says so on stderr, and is no failure', async () => {
  const empty = await report([
    'recovered-revenue',
    '--until',
    '2026-01-01',
    '--since',
    '2025-01-01',
    '--format',
    'csv',
  ]);
  expect(empty).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^begins,[\w,]+\n$/) as string,
    stderr:
      'The report recovered-revenue is empty: there is nothing from 2025-01-01T00:00:00.000Z to 2026-01-01T00:00:00.000Z.\n',
  });
});

test('a reader that leaves early is no error', async () => {
  const child = spawn(
    'bash',
    [
      '-c',
      `set -o pipefail; "$0" "$1" report ${march.join(' ')} recovered-revenue | true`,
      process.execPath,
      program,
    ],
    {
      env: { ...deployment.environment, AISLE_SKIP_INSTALL: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  expect({ stderr: await text(child.stderr), code: await ended }).toEqual({ stderr: '', code: 0 });
});

test('what cannot be printed is said in one sentence', async () => {
  const { settings, owner, administrator } = deployment;
  const role = `test_${settings.DB_NAME}_nobody`;
  await administrator.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
  try {
    const one = ['recovered-revenue', ...march];
    const nobody = { DB_REPORTER_USER: role, DB_REPORTER_PASSWORD: 'x' };
    expect(await report(['recoverd-revenue'])).toEqual(
      failed(/^There is no report "recoverd-revenue": did you mean recovered-revenue or revenue\?\n$/),
    );
    expect(await report([...one, '--set', 'buy=week'])).toEqual(
      failed(/^The report \S+ has no "buy"\. It has since .*\n$/),
    );
    expect(await report([...one, '--until', '2026-02-01'])).toEqual(
      failed(/^The time ends before it begins: .*\n$/),
    );
    expect(await report(one, { DB_PORT: '1' })).toEqual(
      failed(/^PostgreSQL at \S+:1 cannot be reached .*\n$/),
    );
    expect(await report(one, { DB_NAME: 'test_none' })).toEqual(
      failed(/^Wrong settings:\nDB_NAME: PostgreSQL at \S+ has no database test_none\.\n$/),
    );
    expect(await report(one, { ...nobody, DB_REPORTER_PASSWORD: 'y' })).toEqual(
      failed(
        /^Wrong settings:\nDB_REPORTER_USER and DB_REPORTER_PASSWORD: PostgreSQL at \S+ refuses the login of \S+_nobody to \S+\.\n$/,
      ),
    );
    expect(await report(one, nobody)).toEqual(failed(/^The role \S+_nobody may not do that: .*\n$/));
    const lock = await owner.connect();
    await lock.query('BEGIN; LOCK TABLE abandonments');
    expect(await report(one, { DB_REPORTER_TIMEOUT: '300ms' })).toEqual(
      failed(/^The report \S+ was called off, .*\n$/),
    );
    await lock.query('ROLLBACK');
    lock.release();
  } finally {
    await administrator.query(`DROP ROLE ${role}`);
  }
});
