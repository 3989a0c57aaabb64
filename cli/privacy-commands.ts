import type { Command, OutputConfiguration } from 'commander';

import { duration, listLimit } from './option-values.ts';

/** The privacy officer's commands: erase, lift, export, audit. What they do is loaded when one of them runs. */
export function addPrivacyCommands(program: Command, withoutTheId: OutputConfiguration): void {
  program
    .command('erase')
    .description('erase one person in every store, and print the receipt')
    .argument('[user]', 'the user id, or a pseudonym (u1_…)')
    .option('--session <id>', "a visitor's session id, instead of a user")
    .option('--force', 'suppress the person even if nothing is held', false)
    .option(
      '--wait <time>',
      'how long to wait for the receipt; the erasure goes on either way',
      duration,
      300_000,
    )
    .option('--json', 'print the receipt as one line of JSON', false)
    .configureOutput(withoutTheId)
    .action(
      async (
        user: string | undefined,
        { wait: waitMs, ...options }: { session?: string; force: boolean; wait: number; json: boolean },
      ) => {
        const { runErase } = await import('./erase.ts');
        await runErase({ user, waitMs, ...options });
      },
    );

  program
    .command('lift')
    .description('let somebody who was erased come back, as a new person')
    .argument('[user]', 'the user id, or a pseudonym (u1_…)')
    .option('--session <id>', "a visitor's session id, instead of a user")
    .configureOutput(withoutTheId)
    .action(async (user: string | undefined, options: { session?: string }) => {
      const { runLift } = await import('./lift.ts');
      await runLift({ user, ...options });
    });

  program
    .command('export')
    .description('write everything held about one person, as JSON and CSV')
    .argument('[user]', 'the user id, or a pseudonym (u1_…)')
    .option('--session <id>', "a visitor's session id, instead of a user")
    .option('--out <folder>', 'where to: a new or an empty folder')
    .configureOutput(withoutTheId)
    .action(async (user: string | undefined, options: { session?: string; out?: string }) => {
      const { runExport } = await import('./export.ts');
      await runExport({ user, ...options });
    });

  program
    .command('audit')
    .description('print the audit log: erasures, exports, lifts, changed rules, decoded payloads')
    .option('--user <id>', 'only entries about this user: a user id, or a pseudonym')
    .option('--action <start>', 'only these, for example erasure or erasure.completed')
    .option('--since <time>', 'only entries of this time, for example 7d', duration)
    .option('--limit <number>', 'how many to print at most, up to 1000', listLimit, 100)
    .option('--json', 'print one object a line', false)
    .action(
      async (options: { user?: string; action?: string; since?: number; limit: number; json: boolean }) => {
        const { runAudit } = await import('./audit.ts');
        await runAudit({ ...options, sinceMs: options.since });
      },
    );
}
