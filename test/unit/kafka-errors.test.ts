// A member whose group has moved on is told so in whatever wrapping: taken for a failure, it would end the bridge at a
// rebalance.
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';

import { membershipErrorOf } from '../../connections/kafka-errors.ts';

const protocolError = (type: string) =>
  new kafkajs.KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 1, retriable: false }));
const wrapped = (error: Error) =>
  Object.assign(new kafkajs.KafkaJSNonRetriableError(error), { cause: error });

test.for(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID'])(
  '%s is a membership error, plain or given up by the library’s retries',
  (type) => {
    expect(membershipErrorOf(protocolError(type))?.type).toBe(type);
    expect(membershipErrorOf(wrapped(protocolError(type)))?.type).toBe(type);
  },
);

test('any other error is none', () => {
  expect(membershipErrorOf(protocolError('OFFSET_OUT_OF_RANGE'))).toBeNull();
  expect(membershipErrorOf(wrapped(new Error('away')))).toBeNull();
  expect(membershipErrorOf(new Error('away'))).toBeNull();
});
