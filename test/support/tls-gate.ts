import { readFile } from 'node:fs/promises';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { once } from 'node:events';

import type { Authority, Certificate } from './certificates.ts';

export interface TlsGate {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Ends TLS in front of a server, and lets in only clients with a certificate of the authority: what a load balancer does
 * before a Temporal frontend, and what the frontend does itself under `requireClientAuth`.
 */
export async function openTlsGate(
  target: { readonly host: string; readonly port: number },
  { certificate, key }: Certificate,
  clients: Authority,
): Promise<TlsGate> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const server = createServer(
    {
      cert: await readFile(certificate),
      key: await readFile(key),
      ca: await readFile(clients.file),
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: ['h2'],
    },
    (incoming) => {
      const outgoing = connect(target.port, target.host);
      keep(incoming);
      keep(outgoing);
      incoming.pipe(outgoing).pipe(incoming);
      incoming.once('close', () => outgoing.destroy());
      outgoing.once('close', () => incoming.destroy());
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
