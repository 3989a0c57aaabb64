import type { Database } from '../../connections/postgres.ts';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

export interface Scan {
  readonly table: string;
  /** By its name on the whole table; `null` where the table is read from end to end. */
  readonly index: string | null;
}

/** What PostgreSQL would read for a query. Tables without a page are left out: reading them whole costs nothing. */
export async function scansOf(
  database: Database,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Scan[]> {
  const { rows: plans } = await database.query<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>(
    `EXPLAIN (FORMAT JSON) ${sql}`,
    [...parameters],
  );
  const root = plans[0]?.['QUERY PLAN'][0].Plan;
  if (!root) throw new Error('PostgreSQL gave no plan');
  const nodes = everyNode(root);
  const { rows: indexes } = await database.query<{ name: string; whole: string; table: string }>(
    `SELECT c.relname AS name, coalesce(p.relname, c.relname) AS whole, x.indrelid::regclass::text AS table
     FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
     LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent`,
  );
  const scans = nodes.flatMap((node): Scan[] => {
    const index = indexes.find(({ name }) => name === node['Index Name']);
    if (index) return [{ table: index.table, index: index.whole }];
    return node['Node Type'].endsWith('Seq Scan')
      ? [{ table: node['Relation Name'] ?? '', index: null }]
      : [];
  });
  const { rows: filled } = await database.query<{ table: string }>(
    `SELECT oid::regclass::text AS table FROM pg_class WHERE relname = ANY ($1) AND pg_relation_size(oid) > 0`,
    [scans.map(({ table }) => table)],
  );
  return scans.filter(({ table }) => filled.some((one) => one.table === table));
}

function everyNode(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(everyNode)];
}
