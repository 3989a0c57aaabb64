import { randomInt } from 'node:crypto';

import { readSettings } from '../settings/settings.ts';
import { startSystem, type RunningSystem } from '../stack/system.ts';
import { withStores } from './demo/connect.ts';
import { demoEnvironment } from './demo/environment.ts';
import { listenForInterrupts, type Interrupts } from './demo/interrupts.ts';
import { play } from './demo/play.ts';
import { createScreen, type Screen } from './demo/screen.ts';
import { nothingPlayed, summaryTable, type Played } from './demo/summary.ts';
import { removeEnvironmentFile, writeEnvironmentFile } from './environment-file.ts';

export interface DemoOptions {
  /** How long the shop is open, without it until Ctrl-C; what is under way then is waited for. */
  readonly durationMs?: number | undefined;
  readonly ratePerSecond: number;
  /** Prints the summary as JSON, the only line on stdout; everything else is on stderr then. */
  readonly json: boolean;
  /** The same seed plays the same visits, with the same event ids. Without one, a new one is drawn and shown. */
  readonly seed?: number | undefined;
}

/**
 * The whole system, with a simulated shop in front of it, until the time is over or Ctrl-C. Resolves when everything
 * has been stopped and the summary is printed; rejects with a `SetupError` or `SettingsError` when it cannot start
 * or a part of it fails for good.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { json, seed = randomInt(1, 2 ** 31) } = options;
  const screen = createScreen(process.stderr);
  const interrupts = listenForInterrupts(() => {
    screen.say('Closing the shop; the summary follows. Another Ctrl-C does not wait for what is under way.');
  });
  try {
    const played = await playOnSystem({ ...options, seed }, interrupts, screen);
    const table = `${summaryTable(played, seed)}\n`;
    (json ? process.stderr : process.stdout).write(table);
    if (json) process.stdout.write(`${JSON.stringify(played.summary)}\n`);
  } finally {
    interrupts.stopListening();
  }
}

type SeededOptions = DemoOptions & { readonly seed: number };

async function playOnSystem(options: SeededOptions, interrupts: Interrupts, screen: Screen): Promise<Played> {
  let system: RunningSystem;
  try {
    system = await startSystem({
      environment: demoEnvironment(process.env),
      signal: interrupts.closing,
    });
  } catch (error) {
    // Called off by the user: that is no failure.
    if (interrupts.closing.aborted) return nothingPlayed;
    throw error;
  }
  try {
    await writeEnvironmentFile(system.addresses);
    const failure = system.failure.then((error) => {
      throw error;
    });
    return await Promise.race([openShopOn(system, options, interrupts, screen), failure]);
  } finally {
    screen.close();
    screen.say('Stopping bridge, worker and servers.');
    await removeEnvironmentFile();
    await system.stop();
  }
}

function openShopOn(
  system: RunningSystem,
  { durationMs = Number.POSITIVE_INFINITY, ratePerSecond, seed }: SeededOptions,
  interrupts: Interrupts,
  screen: Screen,
): Promise<Played> {
  const settings = readSettings(system.environment);
  return withStores(settings, (stores, producer) =>
    play({
      durationMs,
      ratePerSecond,
      seed,
      stores,
      send: (messages) => producer.send(stores.topics.rawEvents.name, messages),
      deadlines: {
        cartAbandonAfterMs: settings.CART_ABANDON_AFTER,
        checkoutAbandonAfterMs: settings.CHECKOUT_ABANDON_AFTER,
        rollUpEveryMs: settings.ROLL_UP_EVERY,
      },
      temporalUi: system.addresses['TEMPORAL_UI'] ?? null,
      interrupts,
      screen,
    }),
  );
}
