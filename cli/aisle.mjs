#!/usr/bin/env node
// Starts every Aisle command from a bare checkout: checks Node, installs the dependencies when they are missing or old,
// then runs the TypeScript sources in this same process, so that signals reach the command directly.
// No dependency may be imported before they are installed; stdout belongs to the command.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const leastNode = [20, 19];
const lookEveryMs = 300;
const ownerlessForMs = 5000;

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const lockFile = join(project, 'package-lock.json');
const stampFile = join(project, 'node_modules', '.aisle-lock');
const installedFile = join(project, 'node_modules', '.package-lock.json');
const startLock = join(project, '.aisle', 'install.lock');

/** @param {string} sentence */
function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}

/** @param {string} sentence @returns {never} */
function stop(sentence) {
  say(sentence);
  process.exit(1);
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The lockfile's hash; the system too, as some packages are built for it. */
function wantedStamp() {
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  return `${hash} ${process.platform}-${process.arch}\n`;
}

/** True when npm itself has installed exactly what the lockfile says: npm writes its list only when it is done. */
function npmHasInstalled() {
  const installed = read(installedFile);
  if (installed === undefined) return false;
  const { packages: wanted } = JSON.parse(readFileSync(lockFile, 'utf8'));
  const { packages: present } = JSON.parse(installed);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}

function isInstalled() {
  if (read(stampFile) === wantedStamp()) return true;
  // A stamp for another lockfile or system says that what npm has listed is not to be trusted for this one.
  if (read(stampFile) !== undefined || !npmHasInstalled()) return false;
  writeFileSync(stampFile, wantedStamp());
  return true;
}

function isLockOwnerGone() {
  const owner = Number(read(join(startLock, 'owner')));
  try {
    if (owner > 0) return !process.kill(owner, 0);
    return Date.now() - statSync(startLock).mtimeMs > ownerlessForMs;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function takeLock() {
  mkdirSync(dirname(startLock), { recursive: true });
  try {
    mkdirSync(startLock);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isLockOwnerGone()) rmSync(startLock, { recursive: true, force: true });
    return false;
  }
  writeFileSync(join(startLock, 'owner'), String(process.pid));
  return true;
}

/** @returns {Promise<string | undefined>} why it failed */
function runNpmCi() {
  const npm = process.env.npm_execpath;
  const options = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm, ...options]] : ['npm', options];
  const start = Date.now();
  // Its stdout goes to our stderr.
  const child = spawn(command, args, {
    cwd: project,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  const passOn = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, passOn);
  const timer = setInterval(
    () => say(`Still waiting for npm – ${Math.round((Date.now() - start) / 1000)} s.`),
    10_000,
  );
  return new Promise((resolve) => {
    const settle = (/** @type {string | undefined} */ reason) => {
      clearInterval(timer);
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, passOn);
      resolve(reason);
    };
    child.on('error', (error) => settle(error.message));
    child.on('exit', (code, signal) =>
      settle(code === 0 ? undefined : `npm ended with ${signal ?? `exit code ${code}`}`),
    );
  });
}

/** npm empties the folder that it installs into, which may be another project's. */
function refuseLinkedModules() {
  const modules = lstatSync(dirname(stampFile), { throwIfNoEntry: false });
  if (!modules?.isSymbolicLink()) return;
  stop(
    `The dependencies are missing or old, and ${dirname(stampFile)} is a symbolic link, whose folder npm would empty: ` +
      'remove the link, or bring that folder up to date yourself, then start again.',
  );
}

async function install() {
  refuseLinkedModules();
  let told = false;
  while (!takeLock()) {
    if (!told) say('Waiting for another start of Aisle, which is installing the dependencies.');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  try {
    if (isInstalled()) return;
    say('Installing the dependencies, waiting for npm (once, about a minute).');
    rmSync(stampFile, { force: true });
    const reason = await runNpmCi();
    if (reason !== undefined) {
      rmSync(startLock, { recursive: true, force: true });
      stop(
        `The dependencies could not be installed (${reason}): look at npm's message above, then start again.`,
      );
    }
    writeFileSync(stampFile, wantedStamp());
  } finally {
    rmSync(startLock, { recursive: true, force: true });
  }
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < leastNode[0] || (major === leastNode[0] && minor < leastNode[1])) {
  stop(
    `Aisle needs Node ${leastNode.join('.')} or later, and this is ${process.versions.node}: install a newer Node.`,
  );
}
if (!process.env.AISLE_SKIP_INSTALL && !isInstalled()) {
  try {
    await install();
  } catch (error) {
    stop(`The dependencies could not be installed in ${project}: ${error.message}.`);
  }
}

process.setSourceMapsEnabled(true);
const { register } = await import('tsx/esm/api');
register();
await import('./aisle.ts');
