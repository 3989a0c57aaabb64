import pino from 'pino';

export type Log = pino.Logger;

/**
 * One JSON line an entry, on stderr: stdout belongs to what a command prints for its caller.
 * Nothing personal is ever handed to it; the paths below are a last fence.
 */
export function createLog(name: string, level: string): Log {
  return pino(
    {
      name,
      level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['*.user_id', '*.session_id', '*.ip_address', '*.password'], censor: '[masked]' },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
