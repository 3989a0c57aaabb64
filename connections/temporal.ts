import { readFileSync } from 'node:fs';

import { Connection } from '@temporalio/client';
import type { TLSConfig } from '@temporalio/common/lib/internal-non-workflow/index.js';

import type { Settings } from '../settings/settings.ts';
import { UnreachableError } from './unreachable-error.ts';

/** The part of the connection options that client and worker share. */
export function temporalConnectionOptions(settings: Settings): {
  address: string;
  tls?: TLSConfig | boolean;
} {
  if (!settings.TEMPORAL_TLS) return { address: settings.TEMPORAL_ADDRESS };
  const {
    TEMPORAL_TLS_CA_FILE: ca,
    TEMPORAL_TLS_CERT_FILE: certificate,
    TEMPORAL_TLS_KEY_FILE: key,
  } = settings;
  return {
    address: settings.TEMPORAL_ADDRESS,
    tls: {
      ...(ca ? { serverRootCACertificate: readFileSync(ca) } : {}),
      ...(certificate && key
        ? { clientCertPair: { crt: readFileSync(certificate), key: readFileSync(key) } }
        : {}),
    },
  };
}

/** A client connection. Throws an `UnreachableError` when the server does not answer within ten seconds. */
export function connectTemporal(settings: Settings): Promise<Connection> {
  return reachingTemporal(settings, () => Connection.connect(temporalConnectionOptions(settings)));
}

/** Runs `connect`; a failure says where the server was looked for. */
export async function reachingTemporal<Result>(
  settings: Settings,
  connect: () => Promise<Result>,
): Promise<Result> {
  try {
    return await connect();
  } catch (error) {
    throw new UnreachableError('Temporal', settings.TEMPORAL_ADDRESS, 'TEMPORAL_ADDRESS', error);
  }
}
