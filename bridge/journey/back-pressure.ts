import { isGrpcServiceError } from '@temporalio/client';

import { KeysUnavailableError } from '../../connections/encryption/keys-unavailable-error.ts';
import { grpcStatus } from '../../connections/grpc-status.ts';
import { RunIsFull } from './run-room.ts';

/** Status codes (as in `grpcStatus`) of a server that is away, busy or in the middle of something. */
const passingCodes: ReadonlySet<number> = new Set([1, 2, 4, 8, 10, 13, 14]);

/**
 * True for back-pressure: the server is away or busy, a run is closing, or a run holds as many signals as it may until
 * its worker takes them. The letter is sent again; it never becomes a dead letter.
 */
export function isBackPressure(error: unknown): boolean {
  if (error instanceof RunIsFull) return true;
  // The key of an encrypted letter cannot be had at the moment.
  if (error instanceof KeysUnavailableError) return true;
  if (!isGrpcServiceError(error)) return false;
  const code: number = error.code;
  if (passingCodes.has(code)) return true;
  const isLimitOfRun =
    code === grpcStatus.invalidArgument && /limit/i.test(error.details) && /signal/i.test(error.details);
  return isLimitOfRun || code === grpcStatus.failedPrecondition;
}
