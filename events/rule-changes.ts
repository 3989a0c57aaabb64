import type { RuleDefinition } from './alert-rule.ts';
import { inWords } from './duration-in-words.ts';

/** A rule's fields as `rules.yaml` names them, each as a text for people. */
export function fieldsOf(definition: RuleDefinition): Readonly<Record<string, string>> {
  const { measure } = definition;
  return {
    description: definition.description,
    ...('sql' in measure ? { sql: measure.sql, unit: measure.unit } : { metric: measure.metric }),
    [definition.side]: String(definition.threshold),
    resolve_at: String(definition.resolveAt),
    window: inWords(definition.windowMs),
    every: inWords(definition.everyMs),
    for: inWords(definition.forMs),
    cooldown: inWords(definition.cooldownMs),
    minimum_sample: String(definition.minimumSample),
    no_data: definition.noData,
    severity: definition.severity,
  };
}

const unsaid = '–';
/** Texts that may hold anything: that they changed is said, and not to what. */
const longTexts: readonly string[] = ['description', 'sql'];

/** What a change changes, one entry a field: `above: 1000 → 2000`. */
export function changesBetween(before: RuleDefinition, after: RuleDefinition): string[] {
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return names
    .filter((name) => old[name] !== fresh[name])
    .map((name) =>
      longTexts.includes(name) ? name : `${name}: ${old[name] ?? unsaid} → ${fresh[name] ?? unsaid}`,
    );
}
