import { Option, type Command } from 'commander';

import type { BackfillOptions } from '../backfill.ts';

export function addBackfillCommand(program: Command): void {
  program
    .command('backfill')
    .description('fill the record with old events; no alert, timer or journey hears of them')
    .argument('[file]', 'NDJSON or CSV, also as .gz; - reads from stdin')
    .option('--from-topic', 'read raw-events again, from its beginning to where it ends now', false)
    .addOption(
      new Option('--format <format>', 'of the file, where its name does not say').choices(['ndjson', 'csv']),
    )
    .option('--rejects <file>', 'where lines that cannot be used are listed')
    .option('--json', 'print the summary as one line of JSON', false)
    .action(async (file: string | undefined, options: Omit<BackfillOptions, 'file'>) => {
      const { runBackfill } = await import('../backfill.ts');
      await runBackfill({ ...options, file });
    });
}
