import type { RuleDefinition } from '../../events/alert-rule.ts';
import { changesBetween } from '../../events/rule-changes.ts';
import type { RuleClient } from './rule-client.ts';

export interface Applied {
  readonly name: string;
  readonly did: 'started' | 'changed' | 'unchanged' | 'removed';
  /** For a changed rule, what changed. */
  readonly changes: readonly string[];
}

export interface ApplyOptions {
  /** Says what would be done, and does nothing. */
  readonly isDryRun: boolean;
  readonly by: string;
}

/**
 * Brings the running rules to these definitions: new ones start, changed ones change in place and keep what they know,
 * others end. Applying the same again does nothing.
 */
export async function applyRules(
  rules: Pick<RuleClient, 'names' | 'viewIfRunning' | 'start' | 'update'>,
  definitions: readonly RuleDefinition[],
  { isDryRun, by }: ApplyOptions,
): Promise<Applied[]> {
  const applied: Applied[] = [];
  for (const definition of definitions) applied.push(await applyOne(definition));
  const wanted = new Set(definitions.map(({ name }) => name));
  for (const name of await rules.names()) {
    if (wanted.has(name)) continue;
    if (!isDryRun) await rules.update(name, 'remove', by);
    applied.push({ name, did: 'removed', changes: [] });
  }
  return applied;

  async function applyOne(definition: RuleDefinition): Promise<Applied> {
    const { name } = definition;
    const running = await rules.viewIfRunning(name);
    if (!running) {
      const isNew = isDryRun || (await rules.start(definition, by));
      if (isNew) return { name, did: 'started', changes: [] };
    }
    const changes = running ? changesBetween(running.definition, definition) : [];
    if (running && changes.length === 0) return { name, did: 'unchanged', changes };
    if (!isDryRun) await rules.update(name, 'change', definition, by);
    return { name, did: 'changed', changes };
  }
}

const signs = { started: '+', changed: '~', unchanged: '=', removed: '-' } as const;

/** One line a rule, and a sentence on the whole. */
export function appliedText(applied: readonly Applied[], isDryRun: boolean): string {
  const lines = applied.map(
    ({ name, did, changes }) =>
      `${signs[did]} ${name}: ${did}${changes.length > 0 ? ` (${changes.join(', ')})` : ''}`,
  );
  const count = (what: Applied['did']) => `${applied.filter(({ did }) => did === what).length} ${what}`;
  const sum = (['started', 'changed', 'unchanged', 'removed'] as const).map(count).join(', ');
  return [...lines, `${isDryRun ? 'Nothing was done. It would be: ' : ''}${sum}.`].join('\n');
}
