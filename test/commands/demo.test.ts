// `npm run demo` ends with the contract's JSON as its last line, accounts for every event, exits with 0 also on Ctrl-C
// in its middle, and leaves neither a process nor a folder behind.
import { afterEach, expect, test } from 'vitest';

import { runCommandOfUser, type RunningCommand } from '../support/running-command.ts';

const keys = [
  'events',
  'recorded',
  'rejected',
  'users',
  'sessions',
  'carts_abandoned',
  'checkouts_abandoned',
  'carts_recovered',
  'purchases',
  'alerts',
] as const;
type Summary = Record<(typeof keys)[number], number>;

const nothingLeft = { processes: [], folders: [] };

let running: RunningCommand | undefined;

afterEach(() => running?.dispose());

async function demo(duration: string): Promise<RunningCommand> {
  const demoOptions = ['--duration', duration, '--rate', '50', '--json', '--seed', '7'];
  running = await runCommandOfUser(['npm', 'run', 'demo', '--', ...demoOptions]);
  return running;
}

/** The only thing on stdout beside the lines with which npm says what it runs. */
function summaryOn(stdout: string): Summary {
  const ours = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('> '));
  expect(ours).toHaveLength(1);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(ours[0]);
  const summary = JSON.parse(ours[0] ?? '') as Summary;
  expect(Object.keys(summary)).toEqual(keys);
  return summary;
}

test('plays a shop, accounts for every event, and leaves nothing behind', async () => {
  const command = await demo('20s');
  expect(await command.ended, command.stderr()).toBe(0);
  const summary = summaryOn(command.stdout());
  expect(summary.events).toBeGreaterThan(500);
  expect(summary.recorded + summary.rejected).toBe(summary.events);
  for (const key of ['rejected', 'users', 'sessions', 'purchases', 'alerts'] as const) {
    expect(summary[key], key).toBeGreaterThan(0);
  }
  const abandoned = summary.carts_abandoned + summary.checkouts_abandoned;
  expect(abandoned).toBeGreaterThan(0);
  expect(summary.carts_recovered).toBeLessThanOrEqual(abandoned);
  // The contract's summary counts all alerts; those of checkouts in trouble stand beside it, in the table for people.
  const [, inTrouble] = /checkouts in trouble +(\d+)/.exec(command.stderr()) ?? [];
  expect(summary.alerts).toBeLessThanOrEqual(abandoned + summary.carts_recovered + Number(inTrouble));
  expect(command.stderr()).toContain('nothing lost, nothing doubled');
  expect(command.stderr()).not.toMatch(/warn|"level":[456]0/i);
  expect(await command.leftovers()).toEqual(nothingLeft);
});

test('Ctrl-C closes the shop, and the summary follows with exit code 0', async () => {
  const command = await demo('10m');
  await command.said(/recorded [1-9]/);
  // Servers, bridge and worker are seen while they run, so that seeing none after it says something.
  const present = await command.leftovers();
  expect(present.processes.length).toBeGreaterThanOrEqual(5);
  expect(present.folders).toHaveLength(1);
  command.signal('SIGINT');
  expect(await command.ended, command.stderr()).toBe(0);
  const summary = summaryOn(command.stdout());
  expect(summary.events).toBeGreaterThan(0);
  expect(summary.recorded + summary.rejected).toBe(summary.events);
  expect(await command.leftovers()).toEqual(nothingLeft);
});

test('Ctrl-C while the servers start ends it with an empty summary and exit code 0', async () => {
  const command = await demo('10m');
  await command.said(/^Kafka: .*waiting/m);
  command.signal('SIGINT');
  expect(await command.ended, command.stderr()).toBe(0);
  expect(Object.values(summaryOn(command.stdout()))).toEqual(keys.map(() => 0));
  expect(await command.leftovers()).toEqual(nothingLeft);
});
