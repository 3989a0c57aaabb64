import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { createTakeNews } from '../../../activities/roll-ups/take-news.ts';
import { uniformUsers } from '../../../simulator/uniform-users.ts';
import { aisleCommand } from '../../../stack/project.ts';
import { runCommand } from '../../../stack/run-command.ts';
import type { BackfillSummary } from '../../backfill/summary.ts';
import { onFreshPostgres, type FreshPostgres } from '../on-postgres.ts';
import { copySameRows } from '../record/same-rows-by-copy.ts';
import { atLeast, atMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const name = 'backfill';
const seed = 20_260_304;
const load = { users: 1_000, ratePerSecond: 100 };
const eventsInSlice = 10_000;
const longestCommandMs = 5 * 60_000;

export const backfill: Scenario = {
  name,
  shows:
    'a file of 300,000 old events → rows: ≥ 15,000 events/s; beside it COPY of the same rows, and their sessions',
  method:
    'PostgreSQL alone. `npx aisle backfill` reads an NDJSON file as a process of its own; the clock runs from its start to its end, ' +
    'loading its modules included. Then roll-ups make the sessions, minutes and sums, in the slices of a worker and without its ' +
    'rests; and the same rows go by one COPY from a file in PostgreSQL’s own format into the same table, emptied.',
  longestMs: 10 * 60_000,
  run,
};

function run(bench: Bench): Promise<Figure[]> {
  const events = bench.quick ? 30_000 : 300_000;
  return onFreshPostgres(bench, async (postgres) => {
    const file = join(postgres.dataDirectory, 'old-events.ndjson');
    bench.tell(`Writing ${events} events to a file.`);
    await writeEvents(file, events);
    bench.tell('Filling the record from it.');
    const filled = await fill(bench, postgres, file);
    const sessionsPerSecond = await rollUp(bench, postgres, events);
    bench.tell('Copying the same rows.');
    const copied = await copySameRows(postgres.owner, postgres.dataDirectory, filled.recorded);
    return [
      {
        name: `${name}/rows`,
        value: filled.perSecond,
        unit: 'events/s',
        baseline: copied,
        goal: atLeast(15_000),
      },
      { name: `${name}/sessions`, value: sessionsPerSecond, unit: 'events/s' },
      { name: `${name}/lost`, value: events - filled.recorded, unit: 'events', goal: atMost(0) },
    ];
  });
}

/** Events of equal users that happened until just now, as a producer would have sent them, in time order. */
async function writeEvents(path: string, events: number): Promise<void> {
  const opensAt = Date.now() - Math.ceil((events * 1_000) / load.ratePerSecond);
  const source = uniformUsers({ seed, ...load, opensAt });
  const lines = function* () {
    for (let written = 0; written < events; written += 1) yield `${source.next().value.value}\n`;
  };
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

async function fill(
  { signal }: Bench,
  { environment, guard }: FreshPostgres,
  file: string,
): Promise<{ perSecond: number; recorded: number }> {
  const { command, arguments: words } = aisleCommand('backfill');
  const from = performance.now();
  const result = await runCommand(
    { command, arguments: [...words, '--json', file], limitMs: longestCommandMs },
    { environment, signal, guard },
  );
  const seconds = (performance.now() - from) / 1_000;
  if (!result.ok) throw new Error(result.reason);
  const summary = result.output.split('\n').find((line) => line.startsWith('{"read":'));
  if (summary === undefined) throw new Error('The backfill printed no summary.');
  const { recorded } = JSON.parse(summary) as BackfillSummary;
  return { perSecond: recorded / seconds, recorded };
}

async function rollUp(
  { signal, tell }: Bench,
  { database, settings }: FreshPostgres,
  events: number,
): Promise<number> {
  tell('Rolling it up.');
  const takeNews = createTakeNews(database, { sessionGapMs: settings.SESSION_GAP, continues: true });
  const from = performance.now();
  while ((await takeNews(eventsInSlice)).hasMore) signal.throwIfAborted();
  return (events * 1_000) / (performance.now() - from);
}
