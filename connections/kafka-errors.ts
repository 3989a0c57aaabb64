import kafkajs, { type KafkaJSProtocolError } from 'kafkajs';

/** Kafka's protocol errors that say: the group has moved on without us. Its next owner reads from the last commit. */
const membershipErrors = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
]);

/** The membership error that an error is, or has as its cause: the library wraps what its own retries give up. */
export function membershipErrorOf(error: unknown): KafkaJSProtocolError | null {
  const inner = error instanceof kafkajs.KafkaJSNonRetriableError ? error.cause : error;
  return inner instanceof kafkajs.KafkaJSProtocolError && membershipErrors.has(inner.type) ? inner : null;
}

/** True when the brokers could not be reached or asked to be tried again: sending the same thing later can help. */
export function isKafkaUnavailable(error: unknown): boolean {
  if (!(error instanceof kafkajs.KafkaJSError)) return false;
  return error.retriable || error.name === 'KafkaJSNumberOfRetriesExceeded';
}
