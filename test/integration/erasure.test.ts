// On real servers: who is erased is in no row and no workflow any more, whatever visitors, carts and alerts there were, and
// nothing brings them back: no late or replayed event, by either lane or into the database. Sums that must survive do.
// A second request gives the first receipt; a lift lets a new person come, without the old one.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { recordEvents } from '../../activities/record-events.ts';
import { heldTables } from '../../activities/erasure/held-tables.ts';
import { DataKeys } from '../../connections/encryption/data-keys.ts';
import { eraseSignalName, type ErasureReceipt } from '../../events/erasure.ts';
import { journeyWorkflowId } from '../../events/letter.ts';
import { aisleWith } from '../support/aisle-command.ts';
import type { AisleProcess } from '../support/aisle-process.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { untilBothLanesHaveRead } from '../support/lanes.ts';
import { searchLogs, searchTables } from '../support/personal-traces.ts';
import { shopEvent } from '../support/shop-event.ts';
import { openProducer } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const brokers = inject('kafka');

let deployment: Deployment;
let bridge: AisleProcess;
let producer: Awaited<ReturnType<typeof openProducer>>;

beforeAll(async () => {
  deployment = await deploy({ CART_ABANDON_AFTER: '1s', ROLL_UP_EVERY: '1s' });
  await deployment.migrate();
  bridge = deployment.start('bridge');
  await Promise.all([bridge.ready, deployment.start('worker').ready]);
  producer = await openProducer(brokers, deployment.topics.rawEvents.name);
  await shop('grace-hopper', 'bystander-1', 'late-comer', 'returning-1', 'by-signal-1');
});

afterAll(async () => {
  await producer.close();
  await deployment.close();
});

interface Deed {
  readonly id: string;
  readonly session: string;
  readonly user?: string;
  readonly action: string;
  readonly page?: string;
  readonly [field: string]: unknown;
}

const messagesOf = (deeds: readonly Deed[]) =>
  deeds.map(({ id, session, user, ...rest }, index) => ({
    key: user ?? session,
    value: JSON.stringify({
      event_id: id,
      timestamp: new Date(Date.now() + index).toISOString(),
      user_id: user ?? null,
      session_id: session,
      page: '/home',
      ...rest,
    }),
  }));

const cart = { action: 'add_to_cart', items: [{ product_id: 'p', quantity: 1, price: 40 }], currency: 'EUR' };

const told = new Map<string, ReturnType<typeof messagesOf>>();

/** Visitors who log in, leave a cart until it counts as abandoned, and buy: all at once, as a deadline takes its time. */
async function shop(...users: string[]): Promise<void> {
  const tell = async (deedsOf: (user: string, session: string) => Deed[]): Promise<void> => {
    for (const user of users) {
      const messages = messagesOf(deedsOf(user, `${user}-browser`));
      told.set(user, [...(told.get(user) ?? []), ...messages]);
      await producer.send(messages);
    }
  };
  const everyUser = (sentence: string, isEnough: (held: Record<string, number>) => boolean) =>
    waitUntil(
      sentence,
      () => Promise.all(users.map((user) => counts(deployment.pseudonyms.ofUser(user)))),
      (all) => all.every(isEnough),
    );
  await tell((user, session) => [
    { id: `${user}-1`, session, action: 'pageview', page: '/product/1' },
    { id: `${user}-2`, session, ...cart },
  ]);
  await waitUntil(
    'the visitors have journeys',
    () => Promise.all(users.map((user) => runsOf(deployment.pseudonyms.ofSession(`${user}-browser`)))),
    (all) => all.every((runs) => runs.length > 0),
  );
  await tell((user, session) => [{ id: `${user}-3`, session, user, action: 'login' }]);
  await everyUser(
    'the carts are abandoned and everything is in its table',
    ({ alerts, abandonments, identities, user_sessions: sessions, user_activity: minutes }) =>
      [alerts, abandonments, identities, sessions, minutes].every((count) => Number(count) > 0),
  );
  await tell((user, session) => [
    { id: `${user}-4`, session, user, action: 'purchase', order_id: `o-${user}`, value: 40, currency: 'EUR' },
  ]);
  await everyUser(
    'the purchases are in their table',
    ({ purchases, orders, events }) => purchases === 1 && orders === 1 && events === 2,
  );
}

async function counts(...journeyIds: string[]): Promise<Record<string, number>> {
  const columns = heldTables.map(
    ({ table, identities }) =>
      `(SELECT count(*) FROM ${table} WHERE ${identities.map((id) => `${id} = ANY($1)`).join(' OR ')}) AS ${table}`,
  );
  const { rows } = await deployment.database.query<Record<string, number>>(`SELECT ${columns.join(', ')}`, [
    journeyIds,
  ]);
  return rows[0] ?? {};
}

const nothing: Record<string, number> = Object.fromEntries(heldTables.map(({ table }) => [table, 0]));

async function runsOf(journeyId: string): Promise<string[]> {
  const runs: string[] = [];
  const query = `WorkflowId = '${journeyWorkflowId(journeyId)}'`;
  for await (const { runId } of deployment.temporal.workflow.list({ query })) runs.push(runId);
  return runs;
}

const nothingWaits = () => untilBothLanesHaveRead(deployment);

async function erase(...words: string[]): Promise<ErasureReceipt> {
  const { code, stdout, stderr } = await aisleWith(deployment.environment, 'erase', '--json', ...words);
  if (code !== 0) throw new Error(`aisle erase ended with ${code}:\n${stderr}`);
  return JSON.parse(stdout) as ErasureReceipt;
}

const revenue = async () =>
  (
    await deployment.database.query<{ hour: Date; value: number }>(
      `SELECT date_trunc('hour', purchased_at) AS hour, sum(value) AS value FROM purchases GROUP BY 1 ORDER BY 1`,
    )
  ).rows;

test('an export holds what is held about a person, the visitor included, and nobody else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aisle-export-'));
  try {
    const done = await aisleWith(deployment.environment, 'export', 'bystander-1', '--out', folder);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    const read = async (name: string) =>
      JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>[];
    const events = await read('events.json');
    expect(events.map(({ event_id: id }) => id).toSorted()).toEqual(
      [1, 2, 3, 4].map((number) => `bystander-1-${number}`),
    );
    const csv = (await readFile(join(folder, 'purchases.csv'), 'utf8')).trim().split('\n');
    expect(csv).toHaveLength(2);
    expect(csv[1]).toContain('o-bystander-1');
    const user = deployment.pseudonyms.ofUser('bystander-1');
    expect(await read('journeys.json')).toContainEqual(expect.objectContaining({ journeyId: user }));
    const again = await aisleWith(deployment.environment, 'export', 'bystander-1', '--out', folder);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty') as string });
    const audit = await aisleWith(deployment.environment, 'audit', '--user', 'bystander-1');
    expect(audit.stdout).toContain('export.written');
    const nobody = await aisleWith(deployment.environment, 'export', 'nobody-at-all');
    expect(nobody).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Nothing is held about u1_/) as string,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('everything goes, the sums stay, and a second request gives the first receipt', async () => {
  const ids = [
    deployment.pseudonyms.ofUser('grace-hopper'),
    deployment.pseudonyms.ofSession('grace-hopper-browser'),
  ];
  const sold = await revenue();
  const bystander = deployment.pseudonyms.ofUser('bystander-1');
  // The rebuild that the migrations asked for moves the cursor by itself.
  await waitUntil(
    'the first rebuild is over',
    () => deployment.owner.query('SELECT FROM report_rebuild WHERE finished_at IS NOT NULL'),
    ({ rowCount }) => rowCount === 1,
  );
  await deployment.owner.query('UPDATE report_rebuild SET journeys_after = $1, finished_at = now()', [
    ids[0],
  ]);
  const untouched = await counts(bystander);
  const masterKeys = [{ id: 'test', key: randomBytes(32) }];
  const keys = new DataKeys(masterKeys, deployment.database);
  for (const id of [...ids, bystander]) await keys.forJourney(id);

  const receipt = await erase('grace-hopper');
  expect(receipt).toMatchObject({
    pseudonyms: 2,
    erased: {
      events: 4,
      carts: 1,
      alerts: 2,
      purchases: 1,
      identities: 1,
      runs: 2,
      report_rebuild: 1,
      journey_keys: 2,
    },
    left: { ...nothing, runs: 0, journey_keys: 0 },
  });
  expect(await counts(...ids)).toEqual(nothing);
  for (const id of ids) {
    expect(await runsOf(id)).toEqual([]);
    const described = deployment.temporal.workflow.getHandle(journeyWorkflowId(id)).describe();
    await expect(described).rejects.toThrow(/not found/i);
  }
  expect(await revenue()).toEqual(sold);
  expect(await counts(bystander)).toEqual(untouched);
  expect(await runsOf(bystander)).toHaveLength(1);

  const traces = await searchTables(
    { ...deployment, database: deployment.owner },
    new RegExp([...ids, 'grace-hopper'].join('|')),
  );
  expect(traces.filter(({ traces: found }) => found > 0)).toEqual([]);
  const history = await deployment.temporal.workflow
    .getHandle(`erasure/${receipt.receiptNumber}`)
    .fetchHistory();
  expect(JSON.stringify(history)).not.toMatch(/[us]1_/);
  expect(searchLogs(deployment, /[us]1_[0-9a-f]{32}/).filter(({ traces: found }) => found > 0)).toEqual([]);

  // What an activity says after the end of its journey is encrypted for nobody.
  const [late] = ids as [string];
  expect((await new DataKeys(masterKeys, deployment.database).forJourney(late)).journeyId).toBe(late);
  const kept = await deployment.database.query('SELECT journey_id FROM journey_keys');
  expect(kept.rows).toEqual([{ journey_id: bystander }]);
  const early = await aisleWith(deployment.environment, 'lift', 'grace-hopper');
  expect(early.stderr).toMatch(/^u1_\w+ was erased a moment ago, .*: lift it after \d{4}-.*Z\.\n$/);

  const again = await aisleWith(deployment.environment, 'erase', 'grace-hopper');
  expect(again.stderr).toContain('Erased before: this is the first receipt.');
  expect(again.stdout).toContain(receipt.receiptNumber);
  const audit = await aisleWith(deployment.environment, 'audit', '--action', 'erasure');
  expect(audit.stdout.match(/erasure\.\w+ {2}\S+/g)).toEqual(
    ['requested', 'completed', 'repeated'].map((what) => `erasure.${what}  ${receipt.receiptNumber}`),
  );
});

test('nothing brings somebody back: not a late or replayed event, nor a row written past the bridge', async () => {
  const { pseudonyms, database } = deployment;
  const [user, visitor] = [pseudonyms.ofUser('late-comer'), pseudonyms.ofSession('late-comer-browser')];
  await erase('late-comer');

  await producer.send(told.get('late-comer') ?? []);
  await producer.send(
    messagesOf([
      { id: 'late-5', session: 'late-comer-browser', action: 'pageview', page: '/cart' },
      { id: 'late-6', session: 'late-comer-browser', ...cart },
      { id: 'late-7', session: 'late-comer-tablet', user: 'late-comer', ...cart },
      { id: 'after-all', session: 'somebody-else', ...cart },
    ]),
  );
  await nothingWaits();
  await waitUntil(
    'the event behind them is there',
    () => runsOf(pseudonyms.ofSession('somebody-else')),
    (runs) => runs.length > 0,
  );
  expect(await counts(user, visitor)).toEqual(nothing);
  expect([...(await runsOf(user)), ...(await runsOf(visitor))]).toEqual([]);
  expect(bridge.output).toContain('events of people who were erased are refused');

  // As a bridge that has not heard of it yet, a backfill or a roll-up would.
  const event = shopEvent({ eventId: 'past-the-bridge', time: Date.now(), journeyId: user, userId: user });
  expect(
    await recordEvents(database, [
      event,
      { ...event, eventId: 'of-the-visitor', journeyId: visitor, userId: null },
    ]),
  ).toEqual([]);
  await database.query(
    `INSERT INTO funnel_steps (journey_id, event_id, step, reached_at, session_started_at)
     SELECT who, 'e', 'cart', now(), now() FROM unnest($1::text[]) AS who`,
    [[user, 'u1_of_somebody_else']],
  );
  await database.query(
    `INSERT INTO identities (session_id, user_id, known_since) VALUES ('s1_new', $1, now())`,
    [user],
  );
  expect(await counts(user, visitor)).toEqual(nothing);
  expect(await counts('u1_of_somebody_else')).toMatchObject({ funnel_steps: 1 });
});

test('a lift lets a new person come, and what happened before stays away', async () => {
  const user = deployment.pseudonyms.ofUser('returning-1');
  const early = await aisleWith(deployment.environment, 'lift', 'returning-1');
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('is not suppressed') as string });
  const receipt = await erase('returning-1');
  const { stdout } = await aisleWith(deployment.environment, 'lift', 'returning-1');
  expect(stdout).toContain(receipt.receiptNumber);
  await waitUntil(
    'a new event is taken',
    async () => {
      await producer.send([
        ...(told.get('returning-1') ?? []),
        ...messagesOf([
          { id: `back-${Date.now()}`, session: 'returning-new', user: 'returning-1', action: 'click' },
        ]),
      ]);
      return (await counts(user))['events'] ?? 0;
    },
    (events) => events > 0,
  );
  await nothingWaits();
  const { rows } = await deployment.database.query<{ event_id: string }>(
    'SELECT event_id FROM events WHERE journey_id = $1',
    [user],
  );
  expect(rows.filter(({ event_id: id }) => !id.startsWith('back-'))).toEqual([]);
  const second = await erase('returning-1');
  expect(second.receiptNumber).not.toBe(receipt.receiptNumber);
});

test('a signal to the journey has its user erased', async () => {
  const [user, visitor] = [
    deployment.pseudonyms.ofUser('by-signal-1'),
    deployment.pseudonyms.ofSession('by-signal-1-browser'),
  ];
  await deployment.temporal.workflow.getHandle(journeyWorkflowId(user)).signal(eraseSignalName);
  const { rows } = await waitUntil(
    'the erasure that a signal asked for is over',
    () =>
      deployment.owner.query<{ receipt: ErasureReceipt }>(
        `SELECT receipt FROM erasures WHERE requested_by LIKE 'signal%' AND completed_at IS NOT NULL`,
      ),
    (answer) => answer.rowCount === 1,
  );
  expect(rows[0]?.receipt).toMatchObject({ pseudonyms: 2, erased: { purchases: 1 } });
  expect(await counts(user, visitor)).toEqual(nothing);
  expect(await runsOf(user)).toEqual([]);
  expect(await erase('by-signal-1')).toEqual(rows[0]?.receipt);
});

test('of an unknown person nothing is changed, unless by force; the id is not said', async () => {
  const unknown = await aisleWith(deployment.environment, 'erase', 'never-seen-before');
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(unknown.stderr).toMatch(
    /^Nothing is held about u1_[0-9a-f]{32}, no row and no journey, and nothing was changed\./,
  );
  expect(unknown.stderr).not.toContain('never-seen');
  const receipt = await erase('never-seen-before', '--force');
  expect(receipt).toMatchObject({ pseudonyms: 1, erased: { runs: 0 }, left: nothing });
  await producer.send(messagesOf([{ id: 'never', session: 's', user: 'never-seen-before', ...cart }]));
  await nothingWaits();
  expect(await counts(deployment.pseudonyms.ofUser('never-seen-before'))).toEqual(nothing);
});

test('every table with a pseudonym in it is erased from, and refuses what suppressed people leave', async () => {
  // Whom an erasure is about goes with its receipt; keys are destroyed in a step of their own.
  const kept = ['erasure_subjects', 'journey_keys'];
  const { rows } = await deployment.database.query<{ table_name: string }>(
    `SELECT DISTINCT c.table_name
     FROM information_schema.columns c
     JOIN pg_class t ON t.oid = format('public.%I', c.table_name)::regclass AND t.relkind IN ('r', 'p') AND NOT t.relispartition
     WHERE c.table_schema = 'public' AND c.column_name ~ '^(journey_id|actor_id|user_id|session_id|visitor_id)$'
     ORDER BY 1`,
  );
  const listed = heldTables.map(({ table }) => table);
  expect(
    rows.map(({ table_name: name }) => name).filter((name) => ![...listed, ...kept].includes(name)),
  ).toEqual([]);
  const guarded = await deployment.database.query<{ table_name: string }>(
    `SELECT DISTINCT tgrelid::regclass::text AS table_name FROM pg_trigger WHERE tgname LIKE 'refuse_suppressed_%'`,
  );
  expect(guarded.rows.map(({ table_name: name }) => name).toSorted()).toEqual(
    listed.filter((name) => name !== 'report_rebuild').toSorted(),
  );
});
