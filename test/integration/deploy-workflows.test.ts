// New workflow code takes over running journeys, goes back, and is found out when it does not fit: through all of it each
// event is counted once, each open cart meets its deadline once, and a journey that stands still says so and goes on.
import { randomBytes } from 'node:crypto';

import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { createActivities } from '../../activities/create-activities.ts';
import { journeyWorkflowId, renewSignalName } from '../../events/letter.ts';
import { readSettings } from '../../settings/settings.ts';
import { foreignHistoryMessage } from '../../workers/temporal-log.ts';
import { versioningOf } from '../../workers/versioning.ts';
import type { JourneyView } from '../../workflows/journey/view.ts';
import { errorLevel, type AisleProcess } from '../support/aisle-process.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { askJourneys } from '../support/journeys.ts';
import { bundleNextRelease, type NextRelease } from '../support/next-release/bundle.ts';
import { patchName } from '../support/next-release/patched.ts';
import { openProducer } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const deploymentName = `test-${randomBytes(4).toString('hex')}`;
const steady = ['ada', 'bob', 'cleo', 'dan', 'eve', 'finn'];
const sent = new Map<string, number>();

const stops: (() => Promise<void>)[] = [];

let deployment: Deployment;
let connection: NativeConnection;
let producer: Awaited<ReturnType<typeof openProducer>>;
let activities: ReturnType<typeof createActivities>;
let closeActivities: () => Promise<void>;
let ours: AisleProcess;

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } } },
  });
  deployment = await deploy({ CART_ABANDON_AFTER: '30s', WORKER_DEPLOYMENT_NAME: deploymentName });
  await deployment.migrate();
  connection = await NativeConnection.connect({ address: deployment.settings.TEMPORAL_ADDRESS });
  producer = await openProducer(inject('kafka'), deployment.topics.rawEvents.name);
  const { kafka, database, settings, temporal } = deployment;
  const alerts = await kafka.producer();
  activities = createActivities({ database, producer: alerts, workflows: temporal.workflow, settings });
  closeActivities = () => alerts.close();
  await Promise.all([deployment.start('bridge').ready, startOurs()]);
});

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await producer.close();
  await closeActivities();
  await deployment.close();
  await connection.close();
});

/** A worker process of today's code, as build A. */
async function startOurs(): Promise<void> {
  ours = deployment.start('worker', { WORKER_BUILD_ID: 'A' });
  await ours.ready;
}

/** A worker of another release beside it. Returns what stops it. */
async function startNext(release: NextRelease, buildId: string, patches: 'on' | 'off' = 'on') {
  const settings = readSettings({
    ...deployment.environment,
    WORKER_BUILD_ID: buildId,
    WORKFLOW_PATCHES: patches,
  });
  const worker = await Worker.create({
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    taskQueue: settings.TEMPORAL_TASK_QUEUE,
    workflowBundle: await bundleNextRelease(release),
    ...versioningOf(settings),
    activities,
  });
  const running = worker.run();
  const stop = async (): Promise<void> => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
  stops.push(stop);
  return stop;
}

/** The server's own workflow that knows a deployment continues as new now and then; asked just then, it is not found. */
async function currentBuild(): Promise<string | null | undefined> {
  const { temporal, settings } = deployment;
  const request = { namespace: settings.TEMPORAL_NAMESPACE, deploymentName };
  const answer = await waitUntil(
    'the server describes the deployment',
    () => temporal.workflowService.describeWorkerDeployment(request).catch(() => null),
    (description) => description !== null,
  );
  return answer?.workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId;
}

/** What an operator does with `temporal worker deployment set-current-version`. */
async function makeCurrent(buildId: string): Promise<void> {
  const { temporal, settings } = deployment;
  const namespace = settings.TEMPORAL_NAMESPACE;
  await waitUntil(
    `build ${buildId} is the current version`,
    () =>
      temporal.workflowService
        .setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId, identity: 'a test' })
        .then(
          () => 'done',
          (error: unknown) => (error as Error).message,
        ),
    (answer) => answer === 'done',
  );
}

/** One event of each user, through Kafka and the bridge like any other. */
async function send(users: readonly string[], event: Record<string, unknown>): Promise<void> {
  await producer.send(
    users.map((user) => {
      const number = (sent.get(user) ?? 0) + 1;
      sent.set(user, number);
      const own = { event_id: `${user}-${number}`, user_id: user, session_id: `s-${user}` };
      return { key: user, value: JSON.stringify({ ...own, timestamp: new Date().toISOString(), ...event }) };
    }),
  );
}

const cart = {
  action: 'add_to_cart',
  items: [{ product_id: 'p1', quantity: 1, price: 10 }],
  currency: 'EUR',
};
const page = (path: string) => ({ action: 'pageview', page: path });

const idOf = (user: string): string => deployment.pseudonyms.ofUser(user);
const handleOf = (user: string) => deployment.temporal.workflow.getHandle(journeyWorkflowId(idOf(user)));

async function views(users: Iterable<string> = sent.keys()): Promise<Map<string, JourneyView | null>> {
  const names = [...users];
  const answers = await askJourneys(deployment.temporal, names.map(idOf));
  return new Map(names.map((user) => [user, answers.get(idOf(user)) ?? null]));
}

/** Each journey has taken all that its user did, and nothing twice. */
async function allTaken(): Promise<void> {
  const expected = JSON.stringify([...sent]);
  await waitUntil(
    'each journey has counted each event once',
    async () => JSON.stringify([...(await views())].map(([user, view]) => [user, view?.counts.events])),
    (counted) => counted === expected,
  );
}

/** The users of the rows that a statement finds, by our names for them. */
async function namesOf(sql: string): Promise<string[]> {
  const { rows } = await deployment.database.query<{ journey_id: string }>(sql);
  const names = new Map([...sent.keys()].map((user) => [idOf(user), user]));
  return rows.map(({ journey_id: id }) => names.get(id) ?? id);
}

const abandonedUsers = async (): Promise<string[]> =>
  (await namesOf('SELECT journey_id FROM abandonments')).sort();

/** Whether the journey's running run has taken up the next release's patch: only then can that release alone replay it. */
async function hasPatch(user: string): Promise<boolean> {
  const { events } = await handleOf(user).fetchHistory();
  return (events ?? []).some(({ markerRecordedEventAttributes: marker }) =>
    JSON.stringify(
      Object.values(marker?.details ?? {}).map(({ payloads }) => payloads?.map(textOf)),
    ).includes(patchName),
  );
}
const textOf = ({ data }: { data?: Uint8Array | null }): string => Buffer.from(data ?? []).toString();

/** What an operator asks before going back. */
async function countPatched(): Promise<number> {
  const { temporal, settings } = deployment;
  const running = `TaskQueue='${settings.TEMPORAL_TASK_QUEUE}' AND ExecutionStatus='Running'`;
  return (await temporal.workflow.count(`${running} AND TemporalChangeVersion='${patchName}'`)).count;
}

const stallsOf = async (user: string): Promise<number> => {
  const { events } = await handleOf(user).fetchHistory();
  return (events ?? []).filter(({ workflowTaskFailedEventAttributes: failed }) => failed).length;
};

const whilePatched = (users: readonly string[]) => Promise.all(users.map(hasPatch));

test('the first build of a deployment becomes current by itself and takes the journeys', async () => {
  expect(await currentBuild()).toBe('A');
  await send([...steady, 'cart-on-a'], page('/product/1'));
  await allTaken();
});

test('a second build gets nothing until it is made current; then running journeys move to it, state and all', async () => {
  const stopNext = await startNext('patched', 'B');
  await send(steady, page('/home'));
  await allTaken();
  expect(await currentBuild()).toBe('A');
  expect(await whilePatched(steady)).toEqual(steady.map(() => false));

  await send(['cart-on-a'], cart);
  await allTaken();
  await makeCurrent('B');
  // No journey is bound to the old build: its workers may go at once.
  expect(await ours.stop()).toBe('exit code 0');
  expect(await abandonedUsers()).toEqual([]);
  await send(steady, page('/purchase-complete'));
  await send(['new-on-b'], page('/product/2'));
  await send(['cart-on-b'], cart);
  await allTaken();
  expect(await whilePatched([...steady, 'cart-on-b'])).toEqual([...steady, 'cart-on-b'].map(() => true));
  await waitUntil('the patched runs are listed', countPatched, (count) => count > steady.length);
  // Its timer was armed by A.
  await waitUntil('the cart of A is abandoned', abandonedUsers, (users) => users.includes('cart-on-a'));
  await stopNext();
});

test('going back at once stands still and says so; with patches off and a renewal it goes on, without loss', async () => {
  await startOurs();
  await makeCurrent('A');
  await send(steady, page('/product/3'));
  await waitUntil(
    'today’s worker says that it cannot replay',
    () => ours.log.filter(({ msg, level }) => msg === foreignHistoryMessage && level >= errorLevel).length,
    (count) => count > 0,
  );
  await ours.stop();

  const stopWithoutPatches = await startNext('patched', 'B-back', 'off');
  await makeCurrent('B-back');
  const journeys = [...sent.keys()];
  await Promise.all(journeys.map((user) => handleOf(user).signal(renewSignalName)));
  await waitUntil('no run is left that has taken up the patch', countPatched, (count) => count === 0);
  expect(await whilePatched(journeys)).toEqual(journeys.map(() => false));
  await allTaken();
  await startOurs();
  await makeCurrent('A');
  await stopWithoutPatches();

  const stallsBefore = ours.log.filter(({ msg }) => msg === foreignHistoryMessage);
  await send([...steady, 'cart-after-return'], cart);
  await allTaken();
  expect(stallsBefore).toEqual([]);
  expect(ours.log.filter(({ level }) => level >= errorLevel)).toEqual([]);
});

test('a change without a patch stands still, loses nothing, and goes on when the right code is back', async () => {
  const stopWrong = await startNext('unpatched', 'C');
  await makeCurrent('C');
  await send([...steady, 'cart-after-return'], cart);
  await waitUntil(
    'the journeys have failed a task',
    () => Promise.all(steady.map(stallsOf)),
    (stalls) => stalls.every((count) => count > 0),
  );
  expect((await handleOf('ada').describe()).status.name).toBe('RUNNING');
  await makeCurrent('A');
  await stopWrong();
  await send(steady, cart);
  await allTaken();
});

test('in the end each event is counted once, and each cart has met its deadline once', async () => {
  await waitUntil(
    'no cart is open',
    () => namesOf(`SELECT journey_id FROM carts WHERE status = 'open'`),
    (open) => open.length === 0,
  );
  const carts = ['cart-on-a', 'cart-on-b', 'cart-after-return', ...steady];
  const ended = await namesOf(`SELECT journey_id FROM carts WHERE status = 'abandoned'`);
  expect([...new Set(ended)].sort()).toEqual(carts.sort());
  expect(await abandonedUsers()).toEqual(ended.sort());
  const alerts = await namesOf(`SELECT metadata->>'journey_id' AS journey_id FROM alerts`);
  expect(alerts.sort()).toEqual(carts);
  const total = [...sent.values()].reduce((sum, count) => sum + count, 0);
  expect(await namesOf('SELECT journey_id FROM events')).toHaveLength(total);
  await allTaken();
  for (const view of (await views()).values()) expect(view?.counts.duplicates).toBe(0);
});
