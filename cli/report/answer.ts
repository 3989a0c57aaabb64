import pg from 'pg';

/** How a column's values are written; `text` where nothing else is known of them. */
export type ColumnKind = 'number' | 'boolean' | 'time' | 'text';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** What a report says. Values are texts, exactly as PostgreSQL writes them: no decimal passes through a floating-point number. */
export interface Answer {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const { INT2, INT4, INT8, FLOAT4, FLOAT8, NUMERIC, BOOL, TIMESTAMPTZ } = pg.types.builtins;
const kinds: Readonly<Record<number, ColumnKind>> = {
  ...Object.fromEntries([INT2, INT4, INT8, FLOAT4, FLOAT8, NUMERIC].map((id) => [id, 'number'])),
  [BOOL]: 'boolean',
  [TIMESTAMPTZ]: 'time',
};

export const kindOf = (typeId: number): ColumnKind => kinds[typeId] ?? 'text';

/** For pg: everything stays the text it came as, but times, which are ISO 8601 in UTC, and booleans. */
export const exactTypes: pg.CustomTypesConfig = {
  getTypeParser: ((typeId: number) => (text: string) => {
    const kind = kindOf(typeId);
    if (kind === 'time') return isoTime(text);
    return kind === 'boolean' ? String(text === 't') : text;
  }) as pg.CustomTypesConfig['getTypeParser'],
};

function isoTime(text: string): string {
  const time = new Date(text);
  // Such as infinity.
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}
