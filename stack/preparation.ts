import { homedir } from 'node:os';
import { join } from 'node:path';

import type { Guard } from './guard.ts';

/** What everything that looks for a server, fetches it or starts it is given. */
export interface Preparation {
  readonly environment: NodeJS.ProcessEnv;
  /** The folder of what is fetched or built once, see `cacheDirectory`. */
  readonly cache: string;
  /** Says what is being done and waited for. */
  readonly report: (message: string) => void;
  /** Aborted when the start is called off. */
  readonly signal: AbortSignal;
  readonly guard: Guard;
}

/** `AISLE_CACHE_DIR`, else the XDG cache, else `~/.cache`. */
export function cacheDirectory(environment: NodeJS.ProcessEnv): string {
  if (environment['AISLE_CACHE_DIR']) return environment['AISLE_CACHE_DIR'];
  return join(environment['XDG_CACHE_HOME'] ?? join(environment['HOME'] ?? homedir(), '.cache'), 'aisle');
}
