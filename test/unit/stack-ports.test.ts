// A port that is in use is found before anything is started, and the message says both ways out.
import { createServer, type AddressInfo, type Server } from 'node:net';

import { afterEach, expect, test } from 'vitest';

import { anyFreePorts, findFreePort, isPortTaken, readPorts, settlePorts } from '../../stack/ports.ts';

let holder: Server | undefined;

afterEach(() => {
  holder?.close();
});

async function holdPort(host: string): Promise<number> {
  const server = createServer();
  holder = server;
  await new Promise<void>((resolve) => server.listen(0, host, () => resolve()));
  return (server.address() as AddressInfo).port;
}

test('the standard ports are used when nothing is set', () => {
  expect(readPorts({})).toEqual({ kafka: 9092, postgres: 5432, temporal: 7233, temporalUi: 8233 });
});

test.each(['x', '-1', '65536', '1.5'])('a wrong port %s is refused with its variable', (value) => {
  expect(() => readPorts({ AISLE_KAFKA_PORT: value })).toThrow(/^AISLE_KAFKA_PORT: expected a port/);
});

test.each(['127.0.0.1', '0.0.0.0'])('a port held on %s is in use', async (host) => {
  const port = await holdPort(host);
  expect(await isPortTaken(port)).toBe(true);
  const settling = settlePorts({ ...anyFreePorts, kafka: port }, ['kafka']);
  await expect(settling).rejects.toThrow(
    `Port ${port}, which Kafka needs, is in use: stop the program that uses it, or set AISLE_KAFKA_PORT to another port`,
  );
});

test('a port in use does not matter for a server that is not started', async () => {
  const port = await holdPort('127.0.0.1');
  await expect(settlePorts({ ...anyFreePorts, kafka: port }, ['postgres'])).resolves.toMatchObject({
    kafka: port,
  });
});

test('0 becomes a free port, a different one for each server', async () => {
  const ports = await settlePorts(anyFreePorts, ['kafka', 'postgres', 'temporal', 'temporalUi']);
  expect(new Set(Object.values(ports)).size).toBe(4);
  expect(ports.kafka).toBeGreaterThanOrEqual(20_000);
  expect(await isPortTaken(await findFreePort())).toBe(false);
});
