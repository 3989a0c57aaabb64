import { open } from 'node:fs/promises';

const tailBytes = 16_384;

/** The last lines of a log, indented for a message; says so where there are none. */
export async function lastLines(path: string, count = 12): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size, tailBytes));
      await file.read(buffer, 0, buffer.length, Math.max(0, size - tailBytes));
      return indent(buffer.toString('utf8'), count);
    } finally {
      await file.close();
    }
  } catch {
    return indent('', count);
  }
}

export function indent(text: string, count: number): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0
    ? '    (its log is empty)'
    : lines
        .slice(-count)
        .map((line) => `    ${line}`)
        .join('\n');
}
