import { createRequire } from 'node:module';

import { cruise, type ICruiseOptions, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import extractTypeScriptConfig from 'dependency-cruiser/config-utl/extract-ts-config';

interface Configuration extends IFlattenedRuleSet {
  readonly options: ICruiseOptions & { readonly enhancedResolveOptions: object };
}

const projectFolder = new URL('../../', import.meta.url).pathname;
const configuration = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as Configuration;

/** Follows every import below `baseDir` under the project's own rules. */
export async function cruiseFolder(baseDir: string = projectFolder): Promise<ICruiseResult> {
  const { options, ...ruleSet } = configuration;
  const { output } = await cruise(
    ['.'],
    { ...options, baseDir, validate: true, ruleSet },
    { ...options.enhancedResolveOptions },
    { tsConfig: extractTypeScriptConfig(`${projectFolder}tsconfig.json`) },
  );
  if (typeof output === 'string') throw new Error('expected a result that is not formatted');
  return output;
}

/** `rule: from → to`, sorted. */
export function violationsOf({ summary }: ICruiseResult): string[] {
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort();
}

/** What the files of a folder need when they run, through as many other files as it takes; types are gone by then. */
export function neededAtRunTime({ modules }: ICruiseResult, folder: string): Set<string> {
  const byName = new Map(modules.map((module) => [module.source, module]));
  const needed = new Set(
    modules.map(({ source }) => source).filter((source) => source.startsWith(`${folder}/`)),
  );
  for (const source of needed) {
    const { dependencies = [] } = byName.get(source) ?? {};
    const atRunTime = dependencies.filter(({ dependencyTypes }) => !dependencyTypes.includes('type-only'));
    for (const { resolved } of atRunTime) needed.add(resolved);
  }
  return needed;
}
