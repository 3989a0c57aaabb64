import { Client, Connection, isGrpcServiceError, type ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';

import { Closing } from '../../connections/closing.ts';
import { dataConverterOf } from '../../connections/encryption/data-converter.ts';
import { KeysUnavailableError } from '../../connections/encryption/keys-unavailable-error.ts';
import { UnreadablePayloadError } from '../../connections/encryption/unreadable-payload-error.ts';
import { createLog } from '../../connections/log.ts';
import { connectPostgres, type Database } from '../../connections/postgres.ts';
import { temporalConnectionOptions } from '../../connections/temporal.ts';
import type { Settings } from '../../settings/settings.ts';
import { SetupError } from '../../stack/setup-error.ts';

export const longestAnswerMs = 10_000;

/** gRPC's numbers: its package is not one of ours, and the client library exports no names for them. */
export const grpcCode = { invalidArgument: 3, deadlineExceeded: 4, failedPrecondition: 9 } as const;

/**
 * Runs `ask` with a connection of its own. Throws a `SetupError` with one sentence when Temporal cannot be reached, has
 * no such namespace, or refuses or does not answer within `longestMs`; what `ask` itself throws as one passes through.
 */
export async function askTemporal<Answer>(
  settings: Settings,
  ask: (client: Client) => Promise<Answer>,
  longestMs = longestAnswerMs,
): Promise<Answer> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = settings;
  const options = { ...temporalConnectionOptions(settings), connectTimeout: longestAnswerMs };
  const closing = new Closing(createLog('aisle', 'silent'));
  const dataConverter = dataConverterOf(settings, () => openKeys(settings, closing));
  const connection = await Connection.connect(options).catch((error: unknown) => {
    throw new SetupError(
      `Temporal at ${address} could not be reached within ${longestAnswerMs / 1000} s (${reason(error)}): see that it runs and that TEMPORAL_ADDRESS and TEMPORAL_TLS are right.`,
    );
  });
  try {
    const client = new Client({ connection, namespace, dataConverter });
    return await client.withDeadline(Date.now() + longestMs, () => ask(client));
  } catch (error) {
    if (error instanceof NamespaceNotFoundError) {
      throw new SetupError(`Temporal at ${address} has no namespace ${namespace}: set TEMPORAL_NAMESPACE.`);
    }
    const unreadable = payloadErrorIn(error);
    if (unreadable) throw new SetupError(`What Temporal answered cannot be read: ${unreadable.message}.`);
    if (grpcCodeOf(error) !== undefined) {
      throw new SetupError(`Temporal at ${address} did not answer (${reason(error)}).`);
    }
    throw error;
  } finally {
    await connection.close();
    await closing.closeAll();
  }
}

function openKeys(settings: Settings, closing: Closing): Database {
  const database = connectPostgres(settings, createLog('aisle', 'silent'), 'aisle-command');
  closing.add(() => database.end());
  return database;
}

/** The client library wraps what a codec throws. */
function payloadErrorIn(error: unknown): Error | null {
  for (let inner = error; inner instanceof Error; inner = inner.cause)
    if (inner instanceof UnreadablePayloadError || inner instanceof KeysUnavailableError) return inner;
  return null;
}

/** The gRPC status of an error of the client library, or undefined for any other error. */
export function grpcCodeOf(error: unknown): number | undefined {
  const cause = (error as Partial<ServiceError> | null)?.cause ?? error;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}

function reason(error: unknown): string {
  const cause = (error as Partial<ServiceError> | null)?.cause ?? error;
  if (isGrpcServiceError(cause)) return cause.details.replace(/\.$/, '');
  return cause instanceof Error ? cause.message : String(cause);
}
