// The database tells a funnel step, a path and a source as the code does, for every action and page: sessions and
// journeys would otherwise disagree about how far somebody went.
import { afterAll, beforeAll, expect, test } from 'vitest';

import { migrate } from '../../connections/migrate.ts';
import { actionNames, actionOf } from '../../events/actions.ts';
import { funnelSteps, pathOf } from '../../events/funnel.ts';
import { deploy, type Deployment } from '../support/deployment.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await deploy();
  await migrate(deployment.settings, deployment.log);
});

afterAll(() => deployment.close());

const answers = async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
  (await deployment.database.query<Row>(sql, [...values])).rows;

const words = [
  'product',
  'cart',
  'checkout',
  'purchase-complete',
  'products',
  'cartography',
  'purchase',
  'home',
];
const pages = [
  null,
  '',
  '/',
  '?utm_source=x',
  'cart',
  '//cart',
  '/blog/cart',
  '/product1',
  ...words.flatMap((word) =>
    [`/${word}`, `/${word}/`, `/${word}/1`, `/${word}-x`, `/${word}?utm_source=a/b`].flatMap((page) => [
      page,
      page.toUpperCase(),
    ]),
  ),
];

test('the steps of the funnel, in order', async () => {
  const [row] = await answers<{ steps: string[] }>('SELECT enum_range(NULL::funnel_step)::text[] AS steps');
  expect(row?.steps).toEqual(funnelSteps);
});

test('the step and the path of every action on every page', async () => {
  const cases = actionNames.flatMap((action) => pages.map((page) => ({ action, page })));
  const rows = await answers<object>(
    `SELECT action, page, step_of(action, page)::text AS step, path_of(page) AS path
     FROM json_to_recordset($1) AS c(action text, page text)`,
    [JSON.stringify(cases)],
  );
  expect(rows).toEqual(
    cases.map(({ action, page }) => {
      const path = pathOf(page);
      return { action, page, step: actionOf(action).step(path), path };
    }),
  );
});

test.for([
  ['/a?utm_source=mail', 'https://search.example/', 'mail'],
  ['/a?utm_medium=x&UTM_SOURCE=Mail', null, 'Mail'],
  ['/a?utm_source=', 'https://www.Search.example:8080/q', 'search.example'],
  ['/a', 'https://news.example/?utm_source=letter', 'letter'],
  ['/a', 'android-app://com.example.shop/', 'com.example.shop'],
  ['/a?utm_source=caf%C3%A9+au%20lait%26', null, 'café au lait&'],
  // What is no text when decoded must not stop a roll-up.
  ['/a?utm_source=%00', null, '%00'],
  ['/a?utm_source=%ff%', null, '%ff%'],
  ['/a', '/b', 'direct'],
  [null, null, 'direct'],
])('%s from %s has the source %s', async ([page, referrer, source]) => {
  expect(await answers('SELECT source_of($1, $2) AS source', [page, referrer])).toEqual([{ source }]);
});
