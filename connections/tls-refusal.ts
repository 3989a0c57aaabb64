import { SettingsError } from '../settings/settings-error.ts';

/** A server that is spoken to by TLS, and the settings to look at when that fails. */
export interface TlsServer {
  /** Such as `Kafka`. */
  readonly name: string;
  /** `host:port`. */
  readonly address: string;
  readonly addressSetting: string;
  /** Switches TLS on. */
  readonly tlsSetting: string;
  readonly authoritySetting: string;
  /** Names the client's certificate, where the server may ask for one. */
  readonly certificateSetting?: string;
}

const unknownAuthority =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|INVALID_CA)$/;
const clientRefused =
  /^ERR_SSL_\w*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|HANDSHAKE_FAILURE|ACCESS_DENIED)$/;
const noTls = /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|EPROTO)$/;

/**
 * What a failed handshake means, as a `SettingsError` with one sentence; undefined for any other error, such as a server
 * that is away. To try again helps none of these.
 */
export function tlsRefusal(error: unknown, server: TlsServer): SettingsError | undefined {
  const sentence = sentenceOf(error, server);
  return sentence === undefined ? undefined : new SettingsError([sentence]);
}

function sentenceOf(error: unknown, server: TlsServer): string | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return undefined;
  const certificate = `the certificate of ${server.name} at ${server.address}`;
  if (unknownAuthority.test(code))
    return `${server.authoritySetting}: ${certificate} is not signed by an authority that is trusted here; set it to the file of the one that signed it.`;
  if (code === 'CERT_HAS_EXPIRED') return `${server.addressSetting}: ${certificate} has expired.`;
  if (code === 'CERT_NOT_YET_VALID') return `${server.addressSetting}: ${certificate} is not valid yet.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `${server.addressSetting}: ${certificate} is for another host; set it to a name that the certificate has.`;
  if (clientRefused.test(code) && server.certificateSetting !== undefined)
    return `${server.certificateSetting}: ${server.name} at ${server.address} asks for a client certificate that it trusts.`;
  if (noTls.test(code))
    return `${server.tlsSetting}: ${server.name} at ${server.address} does not speak TLS.`;
  return undefined;
}
