// Protects running workflows from old code: a bundle made before is reused only while everything that went into it is the same,
// and only whole; whatever stands in the way of keeping one, a worker still gets the code of its sources.
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';

import { projectRoot } from '../../connections/sql-file.ts';
import { reuseBundle } from '../../workers/bundle-cache.ts';
import { bundleKey, makeBundle, strangersAmong, type BundleRecipe } from '../../workers/bundle-recipe.ts';
import { workflowCode } from '../../workers/workflow-source.ts';

let root: string;
let recipe: BundleRecipe;
let bundlesMade: number;
let whenMade: () => Promise<void> | void;
let warnings: string[];

const logger = new DefaultLogger('INFO', ({ level, message }) => {
  if (level === 'WARN') warnings.push(message);
  if (message !== 'Workflow bundle created') return;
  bundlesMade += 1;
  void whenMade();
});
const reuse = async (): Promise<string> => (await reuseBundle(recipe, logger, root)).code;
const bundlesFolder = () => join(root, '.aisle', 'workflow-bundles');

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
const writeGreeting = (greeting: string) =>
  write('events/greeting.ts', `export const greeting: string = '${greeting}';\n`);

beforeEach(async () => {
  root = realpathSync(await mkdtemp(join(tmpdir(), 'aisle-bundles-')));
  recipe = { workflowsPath: join(root, 'workflows', 'index.ts') };
  bundlesMade = 0;
  whenMade = () => undefined;
  warnings = [];
  await write('package.json', '{ "type": "module" }');
  await write('package-lock.json', '{}');
  await write('node_modules/.package-lock.json', '{}');
  // As much of Temporal's library as a bundle cannot do without: the whole of it takes ten times as long.
  await write('node_modules/@temporalio/workflow/lib/worker-interface.js', '');
  await write('node_modules/@temporalio/workflow/lib/global-overrides.js', '');
  await write('workflows/index.ts', `export { greet } from './greet.ts';\n`);
  await write(
    'workflows/greet.ts',
    `import { greeting } from '../events/greeting.ts';\nexport const greet = async () => greeting;\n`,
  );
  await writeGreeting('good morning');
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await rm(root, { recursive: true });
});

describe('the key', () => {
  const key = () => bundleKey(recipe, root);
  const stubProcess = (changes: PropertyDescriptorMap) =>
    vi.stubGlobal('process', Object.create(process, changes));
  const withoutConverter = (): BundleRecipe => {
    const { workflowsPath, workflowInterceptorModules = [] } = recipe;
    return { workflowsPath, workflowInterceptorModules };
  };

  beforeEach(async () => {
    await write('converter.cjs', '');
    await write('interceptor.ts', '');
    recipe = { ...recipe, failureConverterPath: join(root, 'converter.cjs') };
    recipe = { ...recipe, workflowInterceptorModules: [join(root, 'interceptor.ts')] };
  });

  it('is the same for the same contents, however new the files', async () => {
    const before = await key();
    await writeGreeting('good morning');
    await write('bridge/bridge.ts', 'export {};');
    expect(await key()).toBe(before);
  });

  it.each<[string, () => unknown]>([
    ['a workflow’s source', () => write('workflows/index.ts', 'export {};')],
    ['the source of a part of it', () => write('workflows/greet.ts', 'export {};')],
    ['the contract', () => writeGreeting('good evening')],
    ['a new file, deeper', () => write('workflows/journey/new.ts', '')],
    ['a file that is gone', () => rm(join(root, 'events/greeting.ts'))],
    ['how failures are written', () => write('converter.cjs', '// other')],
    ['an interceptor', () => write('interceptor.ts', '// other')],
    ['the packages wanted', () => write('package-lock.json', '{ "version": 2 }')],
    ['the packages installed', () => write('node_modules/.package-lock.json', '{ "version": 2 }')],
    ['the package itself', () => write('package.json', '{}')],
    ['settings of the compiler', () => write('.swcrc', '{}')],
    ['settings of the browsers', () => write('.browserslistrc', 'node 20')],
    ['whether failures have a converter', () => (recipe = withoutConverter())],
    ['what is evaluated once', () => (recipe = { ...recipe, preloadModules: [recipe.workflowsPath] })],
    ['what intercepts', () => (recipe = { ...recipe, workflowInterceptorModules: [] })],
    ['the working directory', () => stubProcess({ cwd: { value: () => '/' } })],
    ['Node’s version', () => stubProcess({ version: { value: 'v99.0.0' } })],
  ])('is another after a change: %s', async (_, change) => {
    const before = await key();
    await change();
    expect(await key()).not.toBe(before);
  });

  it('is another where the same text is divided otherwise', async () => {
    await write('events/a.ts', 'one');
    await write('events/b.ts', 'two');
    const before = await key();
    await write('events/a.ts', 'on');
    await write('events/b.ts', 'etwo');
    expect(await key()).not.toBe(before);
  });

  it.each(['off', 'on'] as const)(
    'knows all that goes into our bundle, encryption %s',
    async (encryption) => {
      const ours = workflowCode(encryption);
      const { code, modules } = await makeBundle(ours, logger);
      expect(code.includes('encodeCommonAttributes: true')).toBe(encryption === 'on');
      expect(modules).toContain(join(projectRoot, 'workflows', 'user-journey.ts'));
      expect(await strangersAmong(modules, ours, projectRoot)).toEqual([]);
    },
  );
});

describe('a bundle', () => {
  it('is made once for the same sources, and a changed source is never missed', async () => {
    const morning = await reuse();
    expect(morning).toContain('good morning');
    expect(await reuse()).toBe(morning);
    expect(bundlesMade).toBe(1);
    await writeGreeting('good evening');
    expect(await reuse()).toContain('good evening');
    expect(bundlesMade).toBe(2);
    await writeGreeting('good morning');
    expect(await reuse()).toBe(morning);
    expect(bundlesMade).toBe(2);
    expect(warnings).toEqual([]);
  });

  it('is each recipe’s own', async () => {
    await write('interceptor.ts', `export const interceptors = () => ({ name: 'next release' });`);
    const plain = await reuse();
    recipe = { ...recipe, workflowInterceptorModules: [join(root, 'interceptor.ts')] };
    expect(plain).not.toContain('next release');
    expect(await reuse()).toContain('next release');
  });

  it('is used only whole', async () => {
    const code = await reuse();
    const [name = ''] = await readdir(bundlesFolder());
    const path = join(bundlesFolder(), name);
    const whole = await readFile(path, 'utf8');
    const damaged = ['', whole.slice(0, -1), whole.replace('good morning', 'bad morning'), code];
    for (const text of damaged) {
      await writeFile(path, text);
      expect(await reuse()).toBe(code);
      expect(await readFile(path, 'utf8')).toBe(whole);
    }
    expect(bundlesMade).toBe(1 + damaged.length);
  });

  it('is the same for two that start at once, and nothing half-made is left', async () => {
    const [one, other] = await Promise.all([reuse(), reuse()]);
    expect(one).toBe(other);
    expect(await readdir(bundlesFolder())).toHaveLength(1);
    expect(await reuse()).toBe(one);
    expect(bundlesMade).toBe(2);
    expect(warnings).toEqual([]);
  });

  it('is made at each start where none can be kept, which is said', async () => {
    await writeFile(join(root, '.aisle'), 'a file in the place of the folder');
    expect(await reuse()).toContain('good morning');
    expect(warnings).toEqual([expect.stringMatching(/^the bundle of workflows is not kept, .*ENOTDIR/)]);
    await writeGreeting('good evening');
    expect(await reuse()).toContain('good evening');
  });

  it('is not kept where it is not known what is installed', async () => {
    await rm(join(root, 'node_modules', '.package-lock.json'));
    expect(await reuse()).toContain('good morning');
    expect(warnings).toEqual([expect.stringMatching(/ENOENT.*\.package-lock\.json/)]);
    expect(existsSync(bundlesFolder())).toBe(false);
  });

  it('is not kept with a package in it that npm did not install', async () => {
    const packages = join(root, 'node_modules', '@temporalio');
    await rename(packages, join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), packages);
    expect(await reuse()).toContain('good morning');
    expect(warnings).toEqual([expect.stringContaining(join(root, 'elsewhere', 'workflow'))]);
  });

  it('is kept where the folder of all packages is a link', async () => {
    await mkdir(join(root, 'elsewhere'));
    await rename(join(root, 'node_modules'), join(root, 'elsewhere', 'node_modules'));
    await symlink(join(root, 'elsewhere', 'node_modules'), join(root, 'node_modules'));
    await reuse();
    await reuse();
    expect(warnings).toEqual([]);
    expect(bundlesMade).toBe(1);
  });

  it('is not kept with a file in it that the key says nothing of', async () => {
    await write('settings/hour.ts', `export const hour: string = 'noon';`);
    await write('workflows/greet.ts', `export { hour as greet } from '../settings/hour.ts';`);
    expect(await reuse()).toContain('noon');
    expect(warnings).toEqual([expect.stringContaining(join(root, 'settings', 'hour.ts'))]);
    await write('settings/hour.ts', `export const hour: string = 'midnight';`);
    expect(await reuse()).toContain('midnight');
  });

  it('is not kept for what the sources were before they changed under it', async () => {
    whenMade = () => writeGreeting('good evening');
    expect(await reuse()).toContain('good morning');
    whenMade = () => undefined;
    expect(existsSync(bundlesFolder())).toBe(false);
    expect(await reuse()).toContain('good evening');
    expect(warnings).toEqual([]);
  });

  test('of long ago is removed, and so is what was left half-written', async () => {
    for (let age = 1; age <= 9; age += 1) {
      const name = age === 9 ? 'key.partial' : `key-${age}`;
      await write(`.aisle/workflow-bundles/${name}`, '');
      const time = new Date(Date.now() - age * 1000);
      await utimes(join(bundlesFolder(), name), time, time);
    }
    const code = await reuse();
    const names = await readdir(bundlesFolder());
    expect(names).toHaveLength(8);
    expect(names).toEqual(expect.arrayContaining(['key-1', 'key-7']));
    expect(await reuse()).toBe(code);
    expect(bundlesMade).toBe(1);
  });
});
