import { Command, Option, type OutputConfiguration } from 'commander';

import { funnelSteps, type FunnelStep } from '../events/funnel.ts';
import { segments, type Segment } from '../events/segment.ts';
import { ConnectionClosedError, UnreachableError } from '../connections/unreachable-error.ts';
import { SettingsError } from '../settings/settings-error.ts';
import { formats, type Format } from './report/format.ts';
import { wrongSettingsExitCode } from '../stack/restart-policy.ts';
import { SetupError } from '../stack/setup-error.ts';
import { addBackfillCommand } from './backfill/command.ts';
import { addPrivacyCommands } from './privacy-commands.ts';
import { addRulesCommands } from './rules/commands.ts';
import { addDeadLettersCommand } from './dead-letters/command.ts';
import {
  cartAmount,
  duration,
  listLimit,
  positiveNumber,
  secondsOrDuration,
  wholeNumber,
} from './option-values.ts';

const program = new Command('aisle').description(
  'Real-time shopper journeys, one durable workflow per user.',
);

/** An id must not be printed back, as a wrong option would be. */
const withoutTheId: OutputConfiguration = {
  outputError: (text, write) =>
    write(
      text.startsWith('error: unknown option')
        ? 'error: unknown option; an id that starts with a dash goes behind --\n'
        : text,
    ),
};

program
  .command('demo')
  .description('start everything with a simulated shop and watch it live')
  .option('--duration <time>', 'how long the shop is open, for example 60s', duration, 5 * 60_000)
  .option('--rate <events>', 'events per second of the simulated shop', positiveNumber, 200)
  .option('--seed <number>', 'plays the same visits again; without it a new one is drawn', wholeNumber)
  .option('--json', 'print the summary as JSON, as the last line', false)
  .action(async (options: { duration: number; rate: number; seed?: number; json: boolean }) => {
    const { runDemo } = await import('./demo.ts');
    await runDemo({
      durationMs: options.duration,
      ratePerSecond: options.rate,
      json: options.json,
      seed: options.seed,
    });
  });

program
  .command('load-test')
  .description('offer a load and measure loss, duplicates and the latency of each hop')
  .option('--events-per-second <events>', 'the offered load', positiveNumber, 1000)
  .option(
    '--duration <seconds>',
    'how long it is offered: seconds, or a time such as 5m',
    secondsOrDuration,
    60_000,
  )
  .option('--warm-up <seconds>', 'offered before, and not measured', secondsOrDuration, 20_000)
  .option('--users <number>', 'so many equal users instead of the simulated shop', wholeNumber)
  .option('--seed <number>', 'plays the same load again', wholeNumber)
  .option('--json', 'print the result as JSON, as the last line', false)
  .action(
    async (options: {
      eventsPerSecond: number;
      duration: number;
      warmUp: number;
      users?: number;
      seed?: number;
      json: boolean;
    }) => {
      const { runLoadTest } = await import('./load-test.ts');
      await runLoadTest({ ...options, durationMs: options.duration, warmUpMs: options.warmUp });
    },
  );

program
  .command('bench')
  .description('measure what the system reaches, each scenario on servers of its own')
  .argument('[names...]', 'only these; --list prints what there is')
  .option('--list', 'print the names with a line each', false)
  .option('--quick', 'shorter loads: shows that it works, and is no evidence', false)
  .option('--json', 'print one object a line', false)
  .action(async (names: string[], options: { list: boolean; quick: boolean; json: boolean }) => {
    const { runBench } = await import('./bench.ts');
    await runBench({ names, ...options });
  });

program.command('bench-one-signal-worker', { hidden: true }).action(async () => {
  const { runOneSignalWorker } = await import('./bench/one-signal/worker.ts');
  await runOneSignalWorker();
});

program
  .command('up')
  .description('start servers, bridge and worker, and print their addresses')
  .option('--data <folder>', 'keep the data there between runs')
  .action(async (options: { data?: string }) => {
    const { runUp } = await import('./up.ts');
    await runUp(options);
  });

program
  .command('bridge')
  .description('read events from Kafka into PostgreSQL and the journeys')
  .action(async () => {
    const { runBridge } = await import('./bridge.ts');
    await runBridge();
  });

program
  .command('worker')
  .description('run the journeys and their activities')
  .action(async () => {
    const { runWorker } = await import('./worker.ts');
    await runWorker();
  });

program
  .command('migrate')
  .description('bring schema, topics and search attributes up to date')
  .action(async () => {
    const { runMigrate } = await import('./migrate.ts');
    await runMigrate();
  });

program
  .command('schema')
  .description('write what the migrations build to sql/schema.sql')
  .action(async () => {
    const { runSchema } = await import('./schema.ts');
    await runSchema();
  });

program
  .command('rebuild-reports')
  .description('make sessions, minutes and hourly sums again from the record; may be broken off')
  .action(async () => {
    const { runRebuildReports } = await import('./rebuild-reports.ts');
    await runRebuildReports();
  });

program
  .command('journey')
  .description("print one shopper's live journey: step, segment, session, cart, purchases")
  .argument('[user]', 'the user id, or a pseudonym (u1_…, s1_…)')
  .option('--session <id>', "a visitor's session id, instead of a user")
  .option('--json', 'print it as one line of JSON', false)
  .configureOutput(withoutTheId)
  .action(async (user: string | undefined, options: { session?: string; json: boolean }) => {
    const { runJourney } = await import('./journey.ts');
    await runJourney({ user, ...options });
  });

program
  .command('journeys')
  .description('list running journeys by step, segment, cart value and when they were last seen')
  .addOption(new Option('--step <step>', 'only those at this step').choices(funnelSteps))
  .addOption(new Option('--segment <segment>', 'only those in this segment').choices(segments))
  .option('--min-value <amount>', 'only those with a cart worth this much', cartAmount)
  .option(
    '--seen-since <time>',
    'only those whose step or cart changed within this time, for example 1h',
    duration,
  )
  .option('--limit <number>', 'how many to print at most, up to 1000', listLimit, 50)
  .option('--json', 'print them as one line of JSON', false)
  .action(
    async (options: {
      step?: FunnelStep;
      segment?: Segment;
      minValue?: number;
      seenSince?: number;
      limit: number;
      json: boolean;
    }) => {
      const { runJourneys } = await import('./journeys.ts');
      await runJourneys({ ...options, seenSinceMs: options.seenSince });
    },
  );

program
  .command('codec-server')
  .description('decrypt what the Temporal UI shows, for whoever has a token')
  .action(async () => {
    const { runCodecServer } = await import('./codec-server.ts');
    await runCodecServer();
  });

program
  .command('rewrap-keys')
  .description('wrap the keys of encrypted payloads by the first of PAYLOAD_MASTER_KEY; may be broken off')
  .option('--dry-run', 'say how many keys each master key wraps, and change nothing', false)
  .action(async (options: { dryRun: boolean }) => {
    const { runRewrapKeys } = await import('./rewrap-keys.ts');
    await runRewrapKeys(options);
  });

addBackfillCommand(program);
addDeadLettersCommand(program);

addPrivacyCommands(program, withoutTheId);
addRulesCommands(program);

program
  .command('report')
  .description('print a report; without a name, list them')
  .argument('[name]', 'which report')
  .option('--since <time>', 'how long ago it begins, such as 24h or 7d, or a time such as 2026-03-01')
  .option('--until <time>', 'where it ends; now, unless the report says otherwise')
  .option('--set <name=value>', "one of the report's own parameters; may be repeated", collect, [])
  .addOption(new Option('--format <format>', 'how it is printed').choices(formats).default('table'))
  .action(
    async (
      name: string | undefined,
      options: { since?: string; until?: string; set: string[]; format: Format },
    ) => {
      const { runReport } = await import('./report.ts');
      await runReport({ name, ...options });
    },
  );

program
  .command('test')
  .description('run every test; more arguments go to vitest')
  .argument('[arguments...]')
  .allowUnknownOption()
  .action(async (rest: string[]) => {
    const { runTest } = await import('./test.ts');
    await runTest(rest);
  });

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

try {
  await program.parseAsync();
  // A client library may leave a timer or a socket behind: a command that is done must not wait for it.
  process.exit();
} catch (error) {
  fail(error);
}

/** What the user can put right is said in a sentence; a fault of ours shows its stack. */
function fail(error: unknown): void {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof SettingsError) process.stderr.write(`Wrong settings:\n${error.message}\n`);
  else if (
    error instanceof SetupError ||
    error instanceof UnreachableError ||
    error instanceof ConnectionClosedError
  )
    process.stderr.write(`${error.message}\n`);
  else if (code === 'ENOSPC') process.stderr.write('The disk is full: free some space and start again.\n');
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  // A supervisor must not start again what can only fail again.
  const isProcess =
    program.args[0] !== undefined && ['bridge', 'worker', 'migrate'].includes(program.args[0]);
  process.exit(error instanceof SettingsError && isProcess ? wrongSettingsExitCode : 1);
}
