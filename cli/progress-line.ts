const everyMs = 5_000;

/** One line on stderr that is written over on a terminal, and said once in a while anywhere else. Its end goes to stdout. */
export function createProgressLine() {
  const { stderr } = process;
  let saidAt = 0;
  return {
    update(text: string): void {
      if (stderr.isTTY) stderr.write(`\r\u001b[K${text}`);
      else if (Date.now() - saidAt >= everyMs) {
        saidAt = Date.now();
        stderr.write(`${text}\n`);
      }
    },
    clear(): void {
      if (stderr.isTTY) stderr.write('\r\u001b[K');
    },
    end(text: string): void {
      this.clear();
      process.stdout.write(`${text}\n`);
    },
  };
}
