// Protects the directions of docs/architecture.md: no import runs against them, workflow code carries nothing into its bundle
// that differs between two runs, and the lint rules that promise this do find a breach when they are shown one.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { ESLint } from 'eslint';
import { afterAll, describe, expect, it } from 'vitest';

import { cruiseFolder, neededAtRunTime, violationsOf } from '../support/cruise.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'aisle-architecture-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeTree(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const isAllowedInWorkflows = (name: string) =>
  /^(workflows|events)\//.test(name) || /(^|\/)node_modules\/@temporalio\/(workflow|common)\//.test(name);

describe('directions of imports', { timeout: 60_000 }, () => {
  it('hold in the project', async () => {
    const result = await cruiseFolder();
    expect(result.modules.length).toBeGreaterThan(50);
    expect(violationsOf(result)).toEqual([]);
  });

  it('keep everything but the contract out of the workflow bundle', async () => {
    const needed = neededAtRunTime(await cruiseFolder(), 'workflows');
    expect(needed).toContain('workflows/user-journey.ts');
    expect([...needed].filter((name) => !isAllowedInWorkflows(name))).toEqual([]);
  });

  it('are reported when they are broken, each by its own rule', async () => {
    writeTree({
      'package.json': JSON.stringify({ dependencies: { pg: '1.0.0' }, devDependencies: { yaml: '1.0.0' } }),
      'node_modules/pg/package.json': JSON.stringify({ name: 'pg', version: '1.0.0', main: 'index.js' }),
      'node_modules/pg/index.js': '',
      'node_modules/yaml/package.json': JSON.stringify({ name: 'yaml', version: '1.0.0', main: 'index.js' }),
      'node_modules/yaml/index.js': '',
      // Right: none of these may be reported.
      'events/topics.ts': 'export const topics = 1;',
      'events/actions.ts': `import type { Stats } from 'node:fs'; export type Action = Stats;`,
      'settings/settings.ts': `import { topics } from '../events/topics.ts'; export const settings = topics;`,
      'activities/activities.ts': `import { writeFile } from 'node:fs/promises'; import 'pg'; export const act = writeFile;`,
      'workflows/good.ts': `import type { act } from '../activities/activities.ts'; export type Act = typeof act;`,
      'workers/main.ts': `import '../workflows/good.ts'; import '../bridge/one.ts'; import '../activities/activities.ts';`,
      // Wrong, one each.
      'events/reads-files.ts': `import 'node:fs';`,
      'events/reaches-up.ts': `import '../settings/settings.ts';`,
      'workflows/calls-an-activity.ts': `import { act } from '../activities/activities.ts'; export const call = act;`,
      'workflows/knows-settings.ts': `import type { settings } from '../settings/settings.ts'; export type S = typeof settings;`,
      'bridge/one.ts': `import './two.ts'; import '../workflows/good.ts';`,
      'bridge/two.ts': `import './one.ts';`,
      'simulator/shop.ts': `import '../activities/activities.ts';`,
      'stack/parse.ts': `import 'yaml';`,
    });
    const result = await cruiseFolder(folder);
    expect(violationsOf(result)).toEqual([
      'bridge-never-reaches-workflows: bridge/one.ts → workflows/good.ts',
      'events-are-pure: events/reads-files.ts → fs',
      'events-stand-alone: events/reaches-up.ts → settings/settings.ts',
      'no-cycles: bridge/one.ts → bridge/two.ts',
      'runs-without-development-dependencies: stack/parse.ts → node_modules/yaml/index.js',
      'simulator-knows-only-the-contract: simulator/shop.ts → activities/activities.ts',
      'workflows-are-fenced: workflows/knows-settings.ts → settings/settings.ts',
      'workflows-take-only-activity-types: workflows/calls-an-activity.ts → activities/activities.ts',
    ]);
    const needed = neededAtRunTime(result, 'workflows');
    expect([...needed].filter((name) => !isAllowedInWorkflows(name)).sort()).toEqual([
      'activities/activities.ts',
      'fs/promises',
      'node_modules/pg/index.js',
    ]);
  });
});

describe('lint rules', { timeout: 120_000 }, () => {
  const allowDefaultProject = ['workflows/*.ts', 'activities/*.ts'];
  const eslint = new ESLint({
    overrideConfig: { languageOptions: { parserOptions: { projectService: { allowDefaultProject } } } },
  });

  /** The rules that a text breaks at a place where no such file is. */
  async function brokenRules(filePath: string, text: string): Promise<string[]> {
    const [result] = await eslint.lintText(text, { filePath });
    return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message).sort();
  }

  it.each([
    [
      `import { readFileSync } from 'node:fs';\nexport const text = readFileSync('x', 'utf8');\n`,
      'no-restricted-imports',
    ],
    [
      `import { setTimeout } from 'timers/promises';\nexport const wait = setTimeout;\n`,
      'no-restricted-imports',
    ],
    [`import { z } from 'zod';\nexport const schema = z.string();\n`, 'no-restricted-imports'],
    [
      `import { Client } from '@temporalio/client';\nexport const client = new Client();\n`,
      'no-restricted-imports',
    ],
    [`export const home = process.env['HOME'];\n`, 'no-restricted-globals'],
    [`export const bytes = Buffer.from('x');\n`, 'no-restricted-globals'],
  ])('keep workflow code replayable: %s', async (text, rule) => {
    expect(await brokenRules('workflows/fenced-example.ts', text)).toEqual([rule]);
    expect(await brokenRules('activities/free-example.ts', text)).toEqual([]);
  });

  it('find a promise that nobody waits for, in workflows as elsewhere', async () => {
    const text = `async function send(): Promise<void> {}\nexport function letter(): void {\n  send();\n}\n`;
    for (const filePath of ['workflows/floating-example.ts', 'activities/floating-example.ts']) {
      expect(await brokenRules(filePath, text)).toEqual(['@typescript-eslint/no-floating-promises']);
    }
  });

  it('have nothing against workflow code that keeps to the rules', async () => {
    const text = `import { sleep } from '@temporalio/workflow';\nexport async function nap(): Promise<void> {\n  await sleep('1m');\n}\n`;
    expect(await brokenRules('workflows/right-example.ts', text)).toEqual([]);
  });
});
