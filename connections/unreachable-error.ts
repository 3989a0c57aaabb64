/** A server that does not answer at the start: one sentence on which, where, and what to set. */
export class UnreachableError extends Error {
  constructor(server: string, address: string, variable: string, cause: unknown) {
    super(`${server} does not answer at ${address}. Start it, or set ${variable} to where it runs.`, {
      cause,
    });
    this.name = 'UnreachableError';
  }
}

/** A server that agrees on TLS and then closes without a word. It may be about to stop, or not trust the client. */
export class ConnectionClosedError extends Error {
  constructor(server: string, address: string, variable: string) {
    super(
      `${server} at ${address} closes the connection after the TLS handshake: it may not trust the certificate of ${variable}.`,
    );
    this.name = 'ConnectionClosedError';
  }
}
