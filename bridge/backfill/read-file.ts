import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

import { CsvError, parse } from 'csv-parse';

import type { BackfillEntry } from './entry.ts';
import { csvEvent, requiredColumns } from './csv-event.ts';
import { linesOf } from './lines.ts';

export type FileFormat = 'ndjson' | 'csv';

export interface ReadFileOptions {
  readonly format: FileFormat;
  readonly maxEventBytes: number;
  /** Milliseconds since 1970: a timestamp after it is one of a clock that is ahead. */
  readonly readAt: number;
}

/** A file that cannot be read on; what was read before is not affected. The message holds nothing of the file's content. */
export class UnreadableFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnreadableFileError';
  }
}

/** The events of a file, a few at a time and in its order. Throws an `UnreadableFileError` where a CSV cannot be read on. */
export function readFile(
  source: Readable,
  options: ReadFileOptions,
): AsyncGenerator<readonly BackfillEntry[]> {
  return options.format === 'csv' ? readCsv(source, options) : readLines(source, options);
}

async function* readLines(source: Readable, { maxEventBytes, readAt: appendedAt }: ReadFileOptions) {
  for await (const lines of linesOf(source as AsyncIterable<Buffer>, maxEventBytes)) {
    yield lines.flatMap(({ number: line, content }): BackfillEntry[] => {
      if (content === null) return [{ at: { line }, problem: tooLarge(maxEventBytes) }];
      return isBlank(content) ? [] : [{ at: { line }, value: content, appendedAt }];
    });
  }
}

const tooLarge = (bytes: number): string => `too large: at most ${bytes} bytes are taken`;

/** A line that ends as on Windows is blank too. */
const isBlank = (content: Buffer): boolean => content.length < 16 && content.toString('utf8').trim() === '';

async function* readCsv(source: Readable, { maxEventBytes, readAt: appendedAt }: ReadFileOptions) {
  const gathered: BackfillEntry[] = [];
  const parser = parse<Readonly<Record<string, string>>>({
    bom: true,
    columns: namesOfColumns,
    max_record_size: maxEventBytes,
    // A row with too few or too many cells is one bad row; without this it would end the file.
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // Taken here, as a parser that fails drops the rows that nobody has read from it yet.
    on_record: (row, { lines: line, ...context }) => {
      const error = context.error as CsvError | undefined;
      const problem = 'not as many cells as the header has columns';
      const value = () => Buffer.from(JSON.stringify(csvEvent(row)));
      gathered.push(error ? { at: { line }, problem } : { at: { line }, value: value(), appendedAt });
      return null;
    },
  });
  parser.on('error', () => undefined);
  parser.resume();
  let failure: Error | null | undefined;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    failure = await new Promise((resolve) => parser.write(chunk, resolve));
    yield gathered.splice(0);
    if (failure) break;
  }
  failure ??= await finished(parser.end()).then(
    () => null,
    (error: unknown) => error as Error,
  );
  yield gathered;
  if (failure) throw failure instanceof CsvError ? asUnreadable(failure, maxEventBytes) : failure;
}

function namesOfColumns(header: readonly string[]): string[] {
  const names = header.map((name) => name.trim());
  const missing = requiredColumns.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new UnreadableFileError(
      `The first line of a CSV names its columns as the contract names the fields, and ${missing.join(' and ')} must be among them.`,
    );
  }
  if (new Set(names).size < names.length)
    throw new UnreadableFileError('Two columns of the CSV have the same name.');
  return names;
}

/** The library's own message repeats what it found. */
function asUnreadable(error: CsvError, maxEventBytes: number): UnreadableFileError {
  const line = Number((error as { lines?: unknown }).lines);
  const what =
    error.code === 'CSV_MAX_RECORD_SIZE'
      ? `a row is longer than ${maxEventBytes} bytes: perhaps a quote is not closed`
      : error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'a quote is not closed'
        : `the quotes are not as a CSV has them (${error.code})`;
  return new UnreadableFileError(`The CSV cannot be read on at line ${line}: ${what}.`, { cause: error });
}
