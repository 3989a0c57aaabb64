import { createReadStream } from 'node:fs';

import { linesOf } from '../../bridge/backfill/lines.ts';
import { SetupError } from '../../stack/setup-error.ts';

const expected =
  'expected {"place":"<partition>:<offset>","body":{…}}, as aisle dead-letters show --json --unmasked prints it';
/** What surrounds a body in its line. */
const roomAroundBody = 16_384;

/** Bodies that somebody has repaired, by the place of the dead letter. Throws a `SetupError` that names a line which is none. */
export async function readRepaired(path: string, maxEventBytes: number): Promise<Map<string, Buffer>> {
  const bodies = new Map<string, Buffer>();
  const refuse = (line: number, why: string): never => {
    throw new SetupError(`${path}, line ${line}: ${why}.`);
  };
  try {
    for await (const lines of linesOf(createReadStream(path), maxEventBytes + roomAroundBody)) {
      for (const { number, content } of lines) {
        if (content === null)
          refuse(number, `longer than ${maxEventBytes} bytes, which is what an event may have`);
        else if (content.toString('utf8').trim() !== '') {
          const repaired = repairedOf(content) ?? refuse(number, expected);
          if (bodies.has(repaired.place)) refuse(number, `${repaired.place} is repaired twice`);
          bodies.set(repaired.place, repaired.body);
        }
      }
    }
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
    );
  }
  return bodies;
}

function repairedOf(content: Buffer): { place: string; body: Buffer } | null {
  try {
    const { place, body } = JSON.parse(content.toString('utf8')) as { place?: unknown; body?: unknown };
    if (typeof place !== 'string' || !isPlace(place) || body === undefined || body === null) return null;
    return { place, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
  } catch {
    return null;
  }
}

export const isPlace = (text: string): boolean => /^\d{1,9}:\d{1,15}$/.test(text);
