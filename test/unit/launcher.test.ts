// The launcher installs into a folder of this project's own: through a symbolic link npm would empty somebody else's.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A project without dependencies, so that npm needs no registry, and beside it a folder that is somebody else's. */
function makeProject() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'aisle-launcher-')));
  folders.push(folder);
  const project = join(folder, 'project');
  const others = join(folder, 'others');
  for (const directory of [join(project, 'cli'), join(others, 'precious')])
    mkdirSync(directory, { recursive: true });
  cpSync(new URL('../../cli/aisle.mjs', import.meta.url), join(project, 'cli', 'aisle.mjs'));
  const named = { name: 'project', version: '1.0.0' };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ ...named, type: 'module' }));
  const lock = { ...named, lockfileVersion: 3, requires: true, packages: { '': named } };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lock));
  return { project, modules: join(project, 'node_modules'), others };
}

function start(project: string): Promise<{ code: number; stderr: string }> {
  const { PATH, HOME } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(project, 'cli', 'aisle.mjs'), '--help'],
      { env: { PATH, HOME } },
      (error, _, stderr) => resolve({ code: Number(error?.code ?? 0), stderr }),
    );
  });
}

it.each([
  ['to a folder', (others: string) => others],
  ['to nothing', (others: string) => join(others, 'gone')],
])('refuses to install through a symbolic link %s, in one sentence', async (_, target) => {
  const { project, modules, others } = makeProject();
  symlinkSync(target(others), modules);
  const { code, stderr } = await start(project);
  expect(stderr).toBe(
    `The dependencies are missing or old, and ${modules} is a symbolic link, whose folder npm would empty: ` +
      'remove the link, or bring that folder up to date yourself, then start again.\n',
  );
  expect(code).toBe(1);
  expect(existsSync(join(others, 'precious'))).toBe(true);
});

it('installs into a folder of its own', async () => {
  const { project, modules } = makeProject();
  mkdirSync(join(modules, 'left-over'), { recursive: true });
  expect((await start(project)).stderr).toContain('Installing the dependencies');
  expect(existsSync(join(modules, 'left-over'))).toBe(false);
  expect(existsSync(join(modules, '.aisle-lock'))).toBe(true);
});
