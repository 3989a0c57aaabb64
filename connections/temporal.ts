import { Connection } from '@temporalio/client';
import type { TLSConfig } from '@temporalio/common/lib/internal-non-workflow/index.js';

import { SettingsError } from '../settings/settings-error.ts';
import type { Settings } from '../settings/settings.ts';
import { grpcStatus } from './grpc-status.ts';
import { readCertificates, refuseOtherKey } from './read-certificate.ts';
import { tryTls } from './try-tls.ts';
import { UnreachableError } from './unreachable-error.ts';

/** The part of the connection options that client and worker share. */
export function temporalConnectionOptions(settings: Settings): {
  address: string;
  tls?: TLSConfig | boolean;
  apiKey?: string;
} {
  if (!settings.TEMPORAL_TLS) return { address: settings.TEMPORAL_ADDRESS };
  const { ca, cert, key } = certificatesOf(settings);
  return {
    address: settings.TEMPORAL_ADDRESS,
    tls: {
      ...(ca ? { serverRootCACertificate: ca } : {}),
      ...(cert && key ? { clientCertPair: { crt: cert, key } } : {}),
    },
    ...(settings.TEMPORAL_API_KEY ? { apiKey: settings.TEMPORAL_API_KEY } : {}),
  };
}

function certificatesOf(settings: Settings) {
  const certificates = readCertificates({
    ca: ['TEMPORAL_TLS_CA_FILE', settings.TEMPORAL_TLS_CA_FILE],
    cert: ['TEMPORAL_TLS_CERT_FILE', settings.TEMPORAL_TLS_CERT_FILE],
    key: ['TEMPORAL_TLS_KEY_FILE', settings.TEMPORAL_TLS_KEY_FILE],
  });
  refuseOtherKey('TEMPORAL_TLS_CERT_FILE and TEMPORAL_TLS_KEY_FILE', certificates);
  return certificates;
}

async function tryTemporalTls(settings: Settings): Promise<void> {
  if (!settings.TEMPORAL_TLS) return;
  const server = {
    name: 'Temporal',
    address: settings.TEMPORAL_ADDRESS,
    addressSetting: 'TEMPORAL_ADDRESS',
    tlsSetting: 'TEMPORAL_TLS',
    authoritySetting: 'TEMPORAL_TLS_CA_FILE',
    certificateSetting: 'TEMPORAL_TLS_CERT_FILE',
  };
  await tryTls(server, { ...certificatesOf(settings), ALPNProtocols: ['h2'] });
}

/** A client connection. Throws an `UnreachableError` when the server does not answer within ten seconds. */
export function connectTemporal(settings: Settings): Promise<Connection> {
  return reachingTemporal(settings, () => Connection.connect(temporalConnectionOptions(settings)));
}

/** Runs `connect`; a failure says where the server was looked for, or which certificate is refused. */
export async function reachingTemporal<Result>(
  settings: Settings,
  connect: () => Promise<Result>,
): Promise<Result> {
  await tryTemporalTls(settings);
  try {
    return await connect();
  } catch (error) {
    const refusal = temporalRefusal(settings, error);
    if (refusal) throw refusal;
    throw new UnreachableError('Temporal', settings.TEMPORAL_ADDRESS, 'TEMPORAL_ADDRESS', error);
  }
}

/** What the server's authoriser refuses, as a `SettingsError`; undefined for any other error. */
export function temporalRefusal(settings: Settings, error: unknown): SettingsError | undefined {
  if (!isRefusal(error)) return undefined;
  return new SettingsError([
    `TEMPORAL_API_KEY: Temporal at ${settings.TEMPORAL_ADDRESS} does not allow this client what it does in the namespace ${settings.TEMPORAL_NAMESPACE}; docs/access.md lists the rights.`,
  ]);
}

/** The client wraps the server's status once or twice; the worker's native client only tells it in words. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (code === grpcStatus.permissionDenied || code === grpcStatus.unauthenticated) return true;
  return /PermissionDenied|Unauthenticated/.test(error.message) || isRefusal(error.cause);
}
