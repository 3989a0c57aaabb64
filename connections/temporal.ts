import { readFileSync } from 'node:fs';

import type { TLSConfig } from '@temporalio/common/lib/internal-non-workflow/index.js';

import type { Settings } from '../settings/settings.ts';

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
