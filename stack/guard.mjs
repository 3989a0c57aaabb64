// Outlives whoever started it by a moment. It is told process groups and folders on its standard input, one JSON
// object a line; when that input closes, in whatever way the owner died, it ends the groups and removes the folders.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const graceMs = 5000;
const lookEveryMs = 50;

/** @type {Map<number, NodeJS.Signals>} */
const groups = new Map();
/** @type {Set<string>} */
const folders = new Set();

/** @param {number} group @param {NodeJS.Signals | 0} signal */
function send(group, signal) {
  try {
    process.kill(process.platform === 'win32' ? group : -group, signal);
    return true;
  } catch {
    return false;
  }
}

function take(/** @type {string} */ line) {
  const { watch, signal, release, remove, keep } = JSON.parse(line);
  if (watch) groups.set(watch, signal);
  if (release) groups.delete(release);
  if (remove) folders.add(remove);
  if (keep) folders.delete(keep);
}

async function endEverything() {
  for (const [group, signal] of groups) send(group, signal);
  const deadline = Date.now() + graceMs;
  while (Date.now() < deadline && [...groups.keys()].some((group) => send(group, 0))) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  for (const group of groups.keys()) send(group, 'SIGKILL');
  for (const folder of folders)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

const lines = createInterface({ input: process.stdin });
lines.on('line', take);
lines.on('close', () => void endEverything());
