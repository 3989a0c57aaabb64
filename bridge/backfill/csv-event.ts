/** The contract's fields that are numbers; a CSV knows only texts. */
const numberFields: ReadonlySet<string> = new Set([
  'load_time',
  'value',
  'quantity',
  'price',
  'purchase_amount',
  'scroll_depth',
]);
/** Columns that stand for a part of `device`. */
const deviceColumns: Readonly<Record<string, string>> = {
  device_type: 'type',
  browser: 'browser',
  os: 'os',
};
/** Columns that hold JSON. */
const jsonFields: ReadonlySet<string> = new Set(['items', 'device']);

export const requiredColumns = ['event_id', 'timestamp'] as const;

/** A row of a CSV, its columns named as the contract names the fields, as the raw event it stands for. An empty cell is none. */
export function csvEvent(row: Readonly<Record<string, string>>): object {
  const fields: (readonly [string, unknown])[] = [];
  const device: (readonly [string, string])[] = [];
  for (const [name, cell] of Object.entries(row)) {
    if (cell === '') continue;
    const part = Object.hasOwn(deviceColumns, name) ? deviceColumns[name] : undefined;
    if (part === undefined) fields.push([name, contentOf(name, cell)]);
    else device.push([part, cell]);
  }
  if (device.length > 0) fields.push(['device', Object.fromEntries(device)]);
  return Object.fromEntries(fields);
}

/** What cannot be understood stays the text that it is: the parser says what was expected. */
function contentOf(name: string, cell: string): unknown {
  if (numberFields.has(name)) return /^\s*[-+]?(\d|\.\d)[\d.eE+-]*\s*$/.test(cell) ? Number(cell) : cell;
  if (!jsonFields.has(name)) return cell;
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return cell;
  }
}
