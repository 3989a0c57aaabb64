// A file's events are read whole and in order however its bytes are cut, and what cannot be used is told by its line;
// no line, however long, is held in memory.
import { Readable } from 'node:stream';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { csvEvent } from '../../bridge/backfill/csv-event.ts';
import type { BackfillEntry } from '../../bridge/backfill/entry.ts';
import { linesOf } from '../../bridge/backfill/lines.ts';
import { readFile, UnreadableFileError, type FileFormat } from '../../bridge/backfill/read-file.ts';

const options = { maxEventBytes: 300, readAt: 1_700_000_000_000 };

async function entriesOf(text: string, format: FileFormat): Promise<BackfillEntry[]> {
  const entries: BackfillEntry[] = [];
  for await (const some of readFile(Readable.from([Buffer.from(text)]), { ...options, format }))
    entries.push(...some);
  return entries;
}

/** `[line, the event]`, or `[line, why it could not be read]`. */
const told = (entries: readonly BackfillEntry[]) =>
  entries.map((entry) => [
    (entry.at as { line: number }).line,
    'problem' in entry ? entry.problem : (JSON.parse(entry.value?.toString() ?? '') as unknown),
  ]);

test('lines are the same however the bytes are cut, and numbered as an editor numbers them', async () => {
  const line = fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\n', ''));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 40 })), async (lines, cuts) => {
      const bytes = Buffer.from(lines.join('\n'));
      const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b);
      const chunks = ends.map((end, n) => bytes.subarray(ends[n - 1] ?? 0, end));
      const found: [number, string | null][] = [];
      for await (const some of linesOf(Readable.from(chunks), 10))
        found.push(
          ...some.map(({ number, content }): [number, string | null] => [
            number,
            content?.toString() ?? null,
          ]),
        );
      const expected = lines.map((text, n): [number, string | null] => [
        n + 1,
        Buffer.byteLength(text) <= 10 ? text : null,
      ]);
      // A file's last line may end without a line feed; an empty one behind it is none.
      if (expected.at(-1)?.[1] === '') expected.pop();
      expect(found).toEqual(expected);
    }),
  );
});

test('NDJSON: blank lines are passed over, a line that is too long is told and read past', async () => {
  const long = JSON.stringify({ event_id: 'x'.repeat(400) });
  const text = `{"event_id":"a"}\r\n\n${long}\n  \r\n{"event_id":"b"}`;
  expect(told(await entriesOf(text, 'ndjson'))).toEqual([
    [1, { event_id: 'a' }],
    [3, 'too large: at most 300 bytes are taken'],
    [5, { event_id: 'b' }],
  ]);
});

test('CSV: quotes, line ends in a cell, a byte order mark, and rows that do not fit the header', async () => {
  const text = [
    '\uFEFFevent_id, timestamp ,page,note',
    'a,2026-05-17T12:00:00Z,/home,"said ""hello"", and left"',
    'b,2026-05-17T12:00:01Z',
    'c,2026-05-17T12:00:02Z,/cart,"two\nlines"',
    '',
    'd,2026-05-17T12:00:03Z,/home,,too many',
    'e,2026-05-17T12:00:04Z,/end,',
  ].join('\r\n');
  const mismatch = 'not as many cells as the header has columns';
  expect(told(await entriesOf(text, 'csv'))).toEqual([
    [2, { event_id: 'a', timestamp: '2026-05-17T12:00:00Z', page: '/home', note: 'said "hello", and left' }],
    [3, mismatch],
    [5, { event_id: 'c', timestamp: '2026-05-17T12:00:02Z', page: '/cart', note: 'two\nlines' }],
    [7, mismatch],
    [8, { event_id: 'e', timestamp: '2026-05-17T12:00:04Z', page: '/end' }],
  ]);
});

test('CSV: a header without the needed columns, or with one twice, is refused in a sentence', async () => {
  await expect(entriesOf('id,timestamp\n1,2', 'csv')).rejects.toThrow(/event_id must be among them/);
  await expect(entriesOf('event_id,timestamp,page,page\n1,2,3,4', 'csv')).rejects.toThrow(/the same name/);
});

test('CSV: where it cannot be read on, what stands before is kept, and no cell is repeated', async () => {
  const text = `event_id,timestamp\na,t\nb,"secret ${'x'.repeat(400)}\nc,t`;
  const entries: BackfillEntry[] = [];
  const reading = async () => {
    for await (const some of readFile(Readable.from([Buffer.from(text)]), { ...options, format: 'csv' }))
      entries.push(...some);
  };
  const failure = await reading().catch((error: unknown) => error as Error);
  expect(failure).toBeInstanceOf(UnreadableFileError);
  expect((failure as Error).message).toBe(
    'The CSV cannot be read on at line 3: a row is longer than 300 bytes: perhaps a quote is not closed.',
  );
  expect(told(entries)).toEqual([[2, { event_id: 'a', timestamp: 't' }]]);
});

test('a row becomes the raw event of the contract: numbers, the device, items; what is no number stays as it is', () => {
  expect(
    csvEvent({
      ...{ event_id: '7', user_id: '42', load_time: '0.82', value: '-1.5e2', purchase_amount: 'many' },
      ...{ device_type: 'mobile', browser: '', os: 'Android', referrer: '' },
      ...{ items: '[{"product_id":"p","quantity":2}]', campaign: '12' },
    }),
  ).toEqual({
    ...{ event_id: '7', user_id: '42', load_time: 0.82, value: -150, purchase_amount: 'many' },
    ...{
      device: { type: 'mobile', os: 'Android' },
      items: [{ product_id: 'p', quantity: 2 }],
      campaign: '12',
    },
  });
  expect(csvEvent({ items: 'two lamps', device: '{"type":"tablet"}' })).toEqual({
    items: 'two lamps',
    device: { type: 'tablet' },
  });
});
