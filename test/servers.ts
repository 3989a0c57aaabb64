import type { TestProject } from 'vitest/node';

import { anyFreePorts } from '../stack/ports.ts';
import { startServers } from '../stack/servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port`. */
    kafka: string;
    /** A superuser, so that tests can make databases and roles of their own. */
    postgres: { host: string; port: number; user: string; password: string };
    /** `host:port`. */
    temporal: string;
  }
}

const serverSettings = ['KAFKA_BOOTSTRAP_SERVERS', 'DB_HOST', 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'];

/**
 * One set of servers for the whole run, on free ports. What the environment configures is left alone: tests create and
 * drop, and must never do so on servers that somebody uses.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const environment = { ...process.env };
  for (const name of serverSettings) environment[name] = undefined;
  const servers = await startServers({
    ports: anyFreePorts,
    environment,
    report: (subject, message) => void process.stderr.write(`${subject}: ${message}\n`),
  });
  const setting = (name: string): string => servers.environment[name] ?? '';
  project.provide('kafka', setting('KAFKA_BOOTSTRAP_SERVERS'));
  project.provide('postgres', {
    host: setting('DB_HOST'),
    port: Number(setting('DB_PORT')),
    user: setting('DB_OWNER_USER'),
    password: setting('DB_OWNER_PASSWORD'),
  });
  project.provide('temporal', setting('TEMPORAL_ADDRESS'));
  return () => servers.stop();
}
