/** Writes to stdout and waits until it is out. A reader that has left, as `head` does, has what it wanted. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null | undefined): void => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error);
      else resolve();
    };
    process.stdout.on('error', settle);
    process.stdout.write(text, settle);
  });
}
