import { isIP } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';

import { tlsRefusal, type TlsServer } from './tls-refusal.ts';
import { ConnectionClosedError } from './unreachable-error.ts';

const limitMs = 5_000;

/**
 * Makes one handshake, and throws a `SettingsError` that says which certificate is refused and by whom, or a
 * `ConnectionClosedError` where a server that may ask for a client's certificate closes without a word. The client libraries
 * try such a server again until they give up, and then only know that it did not answer. A server that is away is
 * left to them: they wait for it.
 */
export async function tryTls(
  server: TlsServer,
  options: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'ALPNProtocols'>,
): Promise<void> {
  const end = await handshake(server, options);
  if (end === 'answered' || end === 'no answer') return;
  if (end === 'closed') {
    const { name, address, certificateSetting = server.tlsSetting } = server;
    throw new ConnectionClosedError(name, address, certificateSetting);
  }
  const refusal = tlsRefusal(end, server);
  if (refusal) throw refusal;
}

type End = 'answered' | 'closed' | 'no answer' | Error;

function handshake({ address, certificateSetting }: TlsServer, options: ConnectionOptions): Promise<End> {
  const separator = address.lastIndexOf(':');
  const host = address.slice(0, separator).replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      ...options,
      host,
      port: Number(address.slice(separator + 1)),
      ...(isIP(host) ? {} : { servername: host }),
    });
    const settle = (end: End): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(end);
    };
    const late = setTimeout(() => settle('no answer'), limitMs);
    let isAgreed = false;
    socket.on('error', settle);
    socket.on('close', () => settle(isAgreed ? 'closed' : 'no answer'));
    socket.on('secureConnect', () => {
      isAgreed = true;
      // A server that asks for a client's certificate judges it after the handshake, before its first words.
      if (certificateSetting === undefined) settle('answered');
    });
    socket.on('data', () => settle('answered'));
  });
}
