// Protects the containers: docker-compose.yml is valid by the Compose specification, pinned, in step with the environment
// contract, ordered by health, and scalable; the image is built in stages and does not run as root. Every check is also
// shown a file that breaks it.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, describe, expect, it } from 'vitest';

import { environmentSchema, readSettings } from '../../settings/settings.ts';
import { environmentOf } from '../../stack/process-environment.ts';
import { aisleCommand } from '../../stack/project.ts';
import {
  dockerfileBreaches,
  ownServices,
  portsOpenToOthers,
  readCompose,
  schemaBreaches,
  servicesThatCannotScale,
  servicesWithoutHealthCheck,
  unknownVariables,
  unpinnedImages,
  wrongDependencies,
  type ComposeFile,
  type ComposeService,
} from '../support/compose-rules.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const compose = readCompose(read('docker-compose.yml'));
const dockerfile = read('Dockerfile');
const scalable = ['bridge', 'worker'];

function serviceOf(file: ComposeFile, name: string): ComposeService {
  const service = file.services[name];
  if (!service) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

/** A copy of the real file with one thing changed in one service. */
function broken(name: string, change: Partial<ComposeService>): ComposeFile {
  const copy = structuredClone(compose);
  Object.assign(serviceOf(copy, name), change);
  return copy;
}

describe('docker-compose.yml', () => {
  it('names our image after the version of the package', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    for (const [, { image }] of ownServices(compose)) expect(image).toBe(`aisle:${version}`);
  });

  it('has the whole system', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['kafka', 'postgres', 'temporal', 'temporal-ui', 'migrate', 'bridge', 'worker']),
    );
    expect(ownServices(compose).map(([name]) => name)).toEqual(['migrate', 'bridge', 'worker']);
  });

  it('is valid by the schema of the Compose specification', () => {
    expect(schemaBreaches(compose)).toEqual([]);
    expect(schemaBreaches(broken('kafka', { imagee: 'kafka' }))).toContainEqual(
      expect.stringContaining('/services/kafka'),
    );
    expect(
      schemaBreaches(broken('kafka', { healthcheck: { test: ['CMD', 'true'], interval: '10 parsecs' } })),
    ).toEqual(['/services/kafka/healthcheck/interval must match format "duration"']);
    expect(schemaBreaches(broken('bridge', { depends_on: { kafka: { condition: 'ready' } } }))).not.toEqual(
      [],
    );
  });

  it('pins every image', () => {
    expect(unpinnedImages(compose)).toEqual([]);
    for (const image of [
      'postgres',
      'postgres:latest',
      'postgres:18',
      'postgres:${TAG:-18.4}',
      'a/b:18-bookworm',
    ]) {
      expect(unpinnedImages(broken('postgres', { image }))).toEqual([`postgres: ${image} is not pinned`]);
    }
  });

  it('gives our services no variable that they do not know', () => {
    expect(unknownVariables(compose)).toEqual([]);
    const environment = { ...serviceOf(compose, 'worker').environment, CART_ABANDONED_AFTER: '1m' };
    expect(unknownVariables(broken('worker', { environment }))).toEqual([
      'worker: CART_ABANDONED_AFTER is not in the environment contract',
    ]);
  });

  it('passes every variable on but those for servers it does not have', () => {
    const elsewhere = /^((KAFKA|TEMPORAL|DB)_(SSL|SASL|TLS)|TEMPORAL_API_KEY$)/;
    const expected = Object.fromEntries(
      Object.keys(environmentSchema.shape)
        .filter((name) => !elsewhere.test(name))
        .map((name) => [name, '']),
    );
    const namesOf = (service: string) => Object.keys(serviceOf(compose, service).environment ?? {}).sort();
    expect(namesOf('bridge')).toEqual(Object.keys(environmentOf('bridge', expected)).sort());
    // Who can compute pseudonyms can test a guess: the worker never sees an id, so it must not hold the key.
    const ofWorker = Object.keys(environmentOf('worker', expected)).filter(
      (name) => !name.startsWith('PSEUDONYM_KEY'),
    );
    expect(namesOf('worker')).toEqual(ofWorker.sort());
  });

  it('gives each service the database logins that it works with, and no others', () => {
    const loginsOf = (service: string) =>
      Object.keys(serviceOf(compose, service).environment ?? {})
        .filter((name) => /^DB_(\w+_)?USER$/.test(name))
        .sort();
    expect(loginsOf('bridge')).toEqual(['DB_USER']);
    expect(loginsOf('worker')).toEqual(['DB_ERASER_USER', 'DB_REPORTER_USER', 'DB_USER']);
    // It grants the others their roles, for which it needs their names only.
    expect(loginsOf('migrate')).toEqual(['DB_ERASER_USER', 'DB_OWNER_USER', 'DB_REPORTER_USER', 'DB_USER']);
    expect(serviceOf(compose, 'migrate').environment).not.toHaveProperty('DB_ERASER_PASSWORD');
  });

  it('gives values that the settings accept', () => {
    const environment = Object.entries(serviceOf(compose, 'bridge').environment ?? {}).map(
      ([name, value]) => [
        name,
        value
          ?.replace(/\$\{(\w+):\?[^}]*\}/, 'a secret of enough characters')
          .replace(/\$\{\w+:-([^}]*)\}/, '$1'),
      ],
    );
    expect(readSettings(Object.fromEntries(environment) as NodeJS.ProcessEnv)).toMatchObject({
      KAFKA_BOOTSTRAP_SERVERS: ['kafka:19092'],
      DB_HOST: 'postgres',
      TEMPORAL_NAMESPACE: 'default',
    });
  });

  it('requires the secrets and holds none', () => {
    for (const name of ['PSEUDONYM_KEY', 'DB_PASSWORD']) {
      expect(serviceOf(compose, 'bridge').environment?.[name]).toMatch(
        new RegExp(`^\\$\\{${name}:\\?.+\\}$`),
      );
    }
    for (const [name, { environment = {} }] of Object.entries(compose.services)) {
      for (const [variable, value] of Object.entries(environment)) {
        // Encryption is off unless it is set.
        if (variable === 'PAYLOAD_MASTER_KEY') expect(value, `${name}: ${variable}`).toBeNull();
        else if (/PASSWORD|PWD|_KEY$/.test(variable))
          expect(value, `${name}: ${variable}`).toMatch(/^\$\{\w+:\?.+\}$/);
      }
    }
  });

  it('starts each service only when what it needs is healthy or done', () => {
    expect(wrongDependencies(compose)).toEqual([]);
    for (const name of scalable) {
      expect(Object.keys(serviceOf(compose, name).depends_on ?? {}).sort()).toEqual(
        ['kafka', 'migrate', 'postgres', 'temporal'].sort(),
      );
    }
    const healthy = { condition: 'service_healthy' };
    expect(wrongDependencies(broken('bridge', { depends_on: { kafak: healthy } }))).toEqual([
      'bridge: depends on kafak, which is no service',
    ]);
    expect(wrongDependencies(broken('bridge', { depends_on: { migrate: healthy } }))).toHaveLength(1);
    expect(
      wrongDependencies(broken('bridge', { depends_on: { kafka: { condition: 'service_started' } } })),
    ).toHaveLength(1);
  });

  it('checks the health of everything that runs for long', () => {
    expect(servicesWithoutHealthCheck(compose)).toEqual([]);
    const copy = structuredClone(compose);
    delete serviceOf(copy, 'worker').healthcheck;
    expect(servicesWithoutHealthCheck(copy)).toEqual(['worker: runs for long and has no health check']);
  });

  it('lets bridge and worker be scaled', () => {
    expect(servicesThatCannotScale(compose, scalable)).toEqual([]);
    const single = broken('worker', { container_name: 'worker', ports: ['127.0.0.1:9100:9100'] });
    expect(servicesThatCannotScale(single, scalable)).toEqual([
      'worker: has a container_name',
      'worker: has host ports',
    ]);
  });

  it('opens no port to others', () => {
    expect(portsOpenToOthers(compose)).toEqual([]);
    expect(portsOpenToOthers(broken('kafka', { ports: ['9092:9092'] }))).toHaveLength(1);
  });
});

describe('the health check of bridge and worker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aisle-health-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const [kind, command = ''] = serviceOf(compose, 'bridge').healthcheck?.test ?? [];

  async function isHealthy(livenessFile: string): Promise<boolean> {
    // Compose turns `$$` into `$`.
    const run = promisify(execFile)('sh', ['-c', command.replaceAll('$$', '$')], {
      env: { ...process.env, LIVENESS_FILE: livenessFile },
    });
    return run.then(
      () => true,
      () => false,
    );
  }

  it('accepts a file that was just touched, and neither an old nor a missing one', async () => {
    expect(kind).toBe('CMD-SHELL');
    const path = join(folder, 'alive');
    expect(await isHealthy(path)).toBe(false);
    writeFileSync(path, '');
    expect(await isHealthy(path)).toBe(true);
    const fortySecondsAgo = Date.now() / 1000 - 40;
    utimesSync(path, fortySecondsAgo, fortySecondsAgo);
    expect(await isHealthy(path)).toBe(false);
  });
});

describe('Dockerfile', () => {
  it('is pinned, multi-stage and not root at the end', () => {
    expect(dockerfileBreaches(dockerfile)).toEqual([]);
  });

  it.each([
    [
      dockerfile.replace(/^FROM node:\S+/m, 'FROM node:22-bookworm-slim'),
      'node:22-bookworm-slim is not pinned',
    ],
    [dockerfile.replace(/^USER .*$/m, 'USER root'), 'its last stage runs as root'],
    [dockerfile.replace(/^USER .*$/m, 'USER 0:0'), 'its last stage runs as root'],
    [dockerfile.replace(/^USER .*$/m, ''), 'its last stage sets no user'],
    [`FROM node:22.22.2-bookworm-slim\nUSER node\n`, 'has a single stage'],
    [`${dockerfile}\nFROM base AS another\n`, 'its last stage sets no user'],
  ])('would be found out: %#', (text, breach) => {
    expect(dockerfileBreaches(text)).toEqual([breach]);
  });

  it('starts a worker with what the stack and npm tell V8', () => {
    const flags = aisleCommand('worker').arguments.slice(0, -2);
    expect(flags).not.toEqual([]);
    const written = flags.map((flag) => `"${flag}"`).join(', ');
    expect(dockerfile).toContain(`ENTRYPOINT ["node", ${written}, `);
    expect(read('package.json')).toContain(`"worker": "exec node ${flags.join(' ')} cli/aisle.mjs worker"`);
  });

  it('runs the worker unless told otherwise, as every service of ours tells it', () => {
    expect(dockerfile).toMatch(
      /^ENTRYPOINT \["node", "--v8-pool-size=1", "--heap-growing-percent=100", "dist\/cli\/aisle\.js"\]$/m,
    );
    expect(dockerfile).toMatch(/^CMD \["worker"\]$/m);
    expect(ownServices(compose).map(([name, { command }]) => [name, command])).toEqual([
      ['migrate', ['migrate']],
      ['bridge', ['bridge']],
      ['worker', ['worker']],
    ]);
  });
});
