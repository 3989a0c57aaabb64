import { connect, createServer } from 'node:net';

import { SetupError } from './setup-error.ts';

export interface Ports {
  readonly kafka: number;
  readonly postgres: number;
  readonly temporal: number;
  readonly temporalUi: number;
}

const settings = {
  kafka: { variable: 'AISLE_KAFKA_PORT', standard: 9092, user: 'Kafka' },
  postgres: { variable: 'AISLE_POSTGRES_PORT', standard: 5432, user: 'PostgreSQL' },
  temporal: { variable: 'AISLE_TEMPORAL_PORT', standard: 7233, user: 'Temporal' },
  temporalUi: { variable: 'AISLE_TEMPORAL_UI_PORT', standard: 8233, user: 'the Temporal UI' },
} as const satisfies Record<keyof Ports, { variable: string; standard: number; user: string }>;

export const anyFreePorts: Ports = { kafka: 0, postgres: 0, temporal: 0, temporalUi: 0 };

/** Below the range that operating systems hand out to outgoing connections, which could take a free port again. */
const firstFree = 20_000;
const lastFree = 32_000;
const tries = 200;

export function readPorts(environment: NodeJS.ProcessEnv): Ports {
  const read = (name: keyof Ports): number => {
    const { variable, standard } = settings[name];
    const text = environment[variable];
    if (text === undefined || text === '') return standard;
    const port = Number(text);
    if (/^\d+$/.test(text) && port <= 65_535) return port;
    throw new SetupError(`${variable}: expected a port from 1 to 65535, or 0 for any free one.`);
  };
  return {
    kafka: read('kafka'),
    postgres: read('postgres'),
    temporal: read('temporal'),
    temporalUi: read('temporalUi'),
  };
}

/** Replaces each 0 by a free port; throws a `SetupError` that names every needed port that is in use. */
export async function settlePorts(ports: Ports, needed: readonly (keyof Ports)[]): Promise<Ports> {
  const problems: string[] = [];
  const settled = { ...ports };
  for (const name of needed) {
    if (settled[name] === 0) settled[name] = await findFreePort(Object.values(settled));
    else if (await isPortTaken(settled[name])) problems.push(portInUse(name, settled[name]));
  }
  if (problems.length > 0) throw new SetupError(problems.join('\n'));
  return settled;
}

function portInUse(name: keyof Ports, port: number): string {
  const { user, variable } = settings[name];
  return (
    `Port ${port}, which ${user} needs, is in use: stop the program that uses it, ` +
    `or set ${variable} to another port (0 for any free one).`
  );
}

export async function findFreePort(except: readonly number[] = []): Promise<number> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const port = firstFree + Math.floor(Math.random() * (lastFree - firstFree));
    if (!except.includes(port) && !(await isPortTaken(port))) return port;
  }
  throw new SetupError(`No free port was found from ${firstFree} to ${lastFree}: stop some programs.`);
}

/** Tries to connect too: some systems let one listen on the loopback address beside a program that listens on all. */
export async function isPortTaken(port: number): Promise<boolean> {
  return (await canConnect(port)) || !(await canListen(port));
}

export function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    const settle = (connected: boolean) => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
