/** An encrypted payload that cannot be read here; the message says why, and what to do if anything. */
export class UnreadablePayloadError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnreadablePayloadError';
  }
}
