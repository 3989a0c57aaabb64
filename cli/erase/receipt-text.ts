import type { ErasureReceipt } from '../../events/erasure.ts';
import { readableTime } from '../journey/wording.ts';

const labelWidth = 14;

/** A receipt for a terminal or a file of the person's request, without a line end at its end. */
export function receiptText(receipt: ErasureReceipt): string {
  const {
    purchases = 0,
    orders = 0,
    report_rebuild = 0,
    runs = 0,
    journey_keys: keys = 0,
    ...rows
  } = receipt.erased;
  const lines: readonly (readonly [string, string])[] = [
    ['Receipt', receipt.receiptNumber],
    ['Requested', readableTime(receipt.requestedAt)],
    ['Completed', readableTime(receipt.completedAt)],
    ['Pseudonyms', `${receipt.pseudonyms}, visitors included`],
    ['Deleted', counted(rows)],
    ['Anonymised', counted({ purchases, orders, report_rebuild })],
    [
      'Temporal',
      `${runs} ${runs === 1 ? 'run' : 'runs'} deleted, ${keys} ${keys === 1 ? 'key' : 'keys'} destroyed`,
    ],
    ['Left', counted(receipt.left)],
    ...receipt.topics.map(({ topic, tombstones, goneBy }, index) => {
      const end = goneBy === null ? 'kept until its operator deletes it' : `gone by ${readableTime(goneBy)}`;
      const more = tombstones > 0 ? `, ${tombstones} tombstones written` : '';
      return [index === 0 ? 'Topics' : '', `${topic}: ${end}${more}`] as const;
    }),
    ['From now on', 'events of this person are refused; npx aisle lift ends that'],
  ];
  return lines.map(([label, text]) => label.padEnd(labelWidth) + text).join('\n');
}

function counted(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 0 ? 'nothing' : some.map(([store, count]) => `${store} ${count}`).join(', ');
}
