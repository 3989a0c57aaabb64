/** PostgreSQL, which has the keys, cannot be asked at the moment: the same payload can be written or read later. */
export class KeysUnavailableError extends Error {
  constructor(cause: unknown) {
    super('the keys of payloads cannot be read, as PostgreSQL is not available', { cause });
    this.name = 'KeysUnavailableError';
  }
}
