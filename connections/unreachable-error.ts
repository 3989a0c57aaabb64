/** A server that does not answer at the start: one sentence on which, where, and what to set. */
export class UnreachableError extends Error {
  constructor(server: string, address: string, variable: string, cause: unknown) {
    super(`${server} does not answer at ${address}. Start it, or set ${variable} to where it runs.`, {
      cause,
    });
    this.name = 'UnreachableError';
  }
}
