export interface Line {
  /** From one. */
  readonly number: number;
  /** Null where the line is longer than what is taken. */
  readonly content: Buffer | null;
}

const lineFeed = 0x0a;

/**
 * The lines of a stream of bytes, a few at a time. A line longer than `mostBytes` is read past and never held in memory:
 * Node's own reader, and the line splitters on npm, either gather it whole or leave it out of the count of lines.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  mostBytes: number,
): AsyncGenerator<readonly Line[]> {
  let number = 0;
  let begun: Buffer[] = [];
  let bytes = 0;

  const gather = (part: Buffer): void => {
    bytes += part.length;
    if (bytes <= mostBytes) begun.push(part);
    else begun = [];
  };
  const end = (): Line => {
    number += 1;
    const line = { number, content: bytes <= mostBytes ? Buffer.concat(begun) : null };
    begun = [];
    bytes = 0;
    return line;
  };

  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      gather(chunk.subarray(from, at));
      lines.push(end());
      from = at + 1;
    }
    gather(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (bytes > 0) yield [end()];
}
