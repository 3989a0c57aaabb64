// The audit log only grows, whoever asks: the owner and a superuser included. An entry that is told again is one entry,
// one with a pseudonym in it is none, and a role that may do nothing else can still write one.
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { subjectReference } from '../../activities/subject-reference.ts';
import { writeAuditEntry } from '../../activities/write-audit-entry.ts';
import { aisleWith } from '../support/aisle-command.ts';
import { deploy, type Deployment } from '../support/deployment.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await deploy();
  await deployment.migrate();
});

afterAll(() => deployment.close());

const entries = async (subject: string) => {
  const { rows } = await deployment.owner.query<{ actor: string; details: object }>(
    'SELECT actor, details FROM audit_log WHERE subject = $1',
    [subject],
  );
  return rows;
};

test.for([
  'UPDATE audit_log SET actor = actor',
  'DELETE FROM audit_log',
  'DELETE FROM audit_log WHERE false',
  'TRUNCATE audit_log',
  "SET session_replication_role = 'replica'; DELETE FROM audit_log",
])('%s is refused, to a superuser as well', async (statement) => {
  const { database, administrator } = deployment;
  await writeAuditEntry(database, { actor: 'test', action: 'rule.changed', subject: `kept ${statement}` });
  const session = await administrator.connect();
  try {
    await expect(session.query(statement)).rejects.toMatchObject({
      code: '42501',
      message: expect.stringMatching('append-only') as string,
    });
  } finally {
    session.release(true);
  }
  expect(await entries(`kept ${statement}`)).toHaveLength(1);
});

test('is refused to a role with every right on the table', async () => {
  const { administrator, settings } = deployment;
  const role = `aisle_test_${settings.DB_NAME.slice(-10)}`;
  await administrator.query(`CREATE ROLE ${role} LOGIN PASSWORD 'only-for-this-test'`);
  const client = new pg.Client({
    ...inject('postgres'),
    database: settings.DB_NAME,
    user: role,
    password: 'only-for-this-test',
  });
  try {
    await administrator.query(`GRANT ALL ON audit_log TO ${role}`);
    await client.connect();
    await expect(client.query('DELETE FROM audit_log')).rejects.toMatchObject({ code: '42501' });
    await administrator.query(`REVOKE ALL ON audit_log FROM ${role}`);
    await expect(client.query('SELECT FROM audit_log')).rejects.toMatchObject({ code: '42501' });
    await administrator.query(`GRANT EXECUTE ON FUNCTION write_audit_entry TO ${role}`);
    await client.query(`SELECT write_audit_entry('a process', 'rule.changed', 'by a bare role', '{}', NULL)`);
    const { rows } = await administrator.query(
      `SELECT database_role FROM audit_log WHERE subject = 'by a bare role'`,
    );
    expect(rows).toEqual([{ database_role: role }]);
  } finally {
    await client.end();
    await administrator.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test('an operation that is told again is one entry', async () => {
  const entry = {
    actor: 'test',
    action: 'rule.changed',
    subject: 'twice',
    operationId: 'operation-1',
  } as const;
  await writeAuditEntry(deployment.database, entry);
  await writeAuditEntry(deployment.database, entry);
  expect(await entries('twice')).toHaveLength(1);
});

test.for(['subject', 'details', 'actor', 'operationId'])('a pseudonym as %s is refused', async (place) => {
  const pseudonym = deployment.pseudonyms.ofUser('ada');
  const entry = { actor: 'test', action: 'rule.changed', subject: 'none', details: { n: 1 } } as const;
  const value = place === 'details' ? { whose: pseudonym } : `of ${pseudonym}`;
  await expect(writeAuditEntry(deployment.database, { ...entry, [place]: value })).rejects.toMatchObject({
    constraint: 'audit_log_holds_no_pseudonym',
  });
});

test('aisle audit prints entries, by action and by user, without the id that was asked for', async () => {
  const { database, environment, pseudonyms } = deployment;
  const subject = subjectReference(pseudonyms.ofUser('grace-of-the-audit'));
  await writeAuditEntry(database, {
    actor: 'officer',
    action: 'export.written',
    subject,
    details: { rows: 3 },
  });
  const { stdout } = await aisleWith(environment, 'audit', '--user', 'grace-of-the-audit');
  expect(stdout).toContain(
    `officer (as ${deployment.settings.DB_USER})  export.written  ${subject}  {"rows":3}`,
  );
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(stdout).not.toContain('grace');
  const byAction = await aisleWith(environment, 'audit', '--action', 'export', '--json');
  expect(
    byAction.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  ).toEqual([expect.objectContaining({ action: 'export.written', subject, details: { rows: 3 } })]);
  const none = await aisleWith(environment, 'audit', '--action', 'nothing');
  expect(none.stdout).toBe('No entry is like this.\n');
});
