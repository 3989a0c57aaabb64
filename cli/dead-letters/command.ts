import { InvalidArgumentError, Option, type Command } from 'commander';

import { duration, listLimit } from '../option-values.ts';
import { formats } from '../report/format.ts';
import type { ListOptions } from './list.ts';
import type { ReplayOptions } from './replay.ts';
import { isPlace } from './repaired-file.ts';

export function addDeadLettersCommand(program: Command): void {
  const deadLetters = program
    .command('dead-letters')
    .description('list events that could not be used, show one, and bring them back');

  deadLetters
    .command('list')
    .description('how many there are of each reason, and the latest of them')
    .option('--since <time>', 'only those rejected within this time, for example 24h', duration)
    .option('--reason <text>', 'only those with this in their reason')
    .option('--replayed', 'also those that were brought back', false)
    .option('--by-reason', 'only the counts', false)
    .option('--limit <number>', 'how many to print at most, up to 1000', listLimit, 50)
    .addOption(new Option('--format <format>').choices(formats).default('table'))
    .action(async (options: ListOptions) => {
      const { runList } = await import('./list.ts');
      await runList(options);
    });

  deadLetters
    .command('show')
    .description('one dead letter with its event, personal detail hidden')
    .argument('<partition:offset>', 'as list prints it', place)
    .option('--unmasked', 'with personal detail; the audit log notes it', false)
    .option('--json', 'print it as one line of JSON', false)
    .action(async (chosen: string, options: { unmasked: boolean; json: boolean }) => {
      const { runShow } = await import('./show.ts');
      await runShow({ place: chosen, ...options });
    });

  deadLetters
    .command('replay')
    .description('send events that can be used by now to raw-events again, each once')
    .argument(
      '[partition:offset...]',
      'these',
      (text: string, before: readonly string[]) => [...before, place(text)],
      [],
    )
    .option('--all', 'every one that has not been brought back', false)
    .option('--reason <text>', 'those with this in their reason')
    .option('--since <time>', 'those rejected within this time, for example 24h', duration)
    .option('--repaired <file>', 'with bodies that were repaired: NDJSON of {"place":"…","body":{…}}')
    .option('--dry-run', 'only say what would become of them', false)
    .option('--json', 'print the summary as one line of JSON', false)
    .action(async (places: string[], options: Omit<ReplayOptions, 'places'>) => {
      const { runReplay } = await import('./replay.ts');
      await runReplay({ places, ...options });
    });
}

function place(text: string): string {
  if (isPlace(text)) return text;
  throw new InvalidArgumentError('Expected a partition and an offset, such as 0:1234.');
}
