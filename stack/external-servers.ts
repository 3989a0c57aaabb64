/** The address of each server that the environment configures: that one is used, and none is started. */
export interface ExternalServers {
  readonly kafka: string | undefined;
  readonly postgres: string | undefined;
  readonly temporal: string | undefined;
}

const settingNames = {
  kafka: ['KAFKA_BOOTSTRAP_SERVERS'],
  postgres: [
    ...['DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_PASSWORD_FILE'],
    ...['DB_OWNER_USER', 'DB_OWNER_PASSWORD', 'DB_OWNER_PASSWORD_FILE'],
    ...['DB_ERASER_USER', 'DB_ERASER_PASSWORD', 'DB_ERASER_PASSWORD_FILE'],
    ...['DB_REPORTER_USER', 'DB_REPORTER_PASSWORD', 'DB_REPORTER_PASSWORD_FILE'],
  ],
  temporal: ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_UI'],
} as const satisfies Record<keyof ExternalServers, readonly string[]>;

export function externalServers(environment: NodeJS.ProcessEnv): ExternalServers {
  return {
    kafka: environment['KAFKA_BOOTSTRAP_SERVERS'] || undefined,
    postgres: environment['DB_HOST'] || undefined,
    temporal: environment['TEMPORAL_ADDRESS'] || undefined,
  };
}

/** The settings that are there for those servers. */
export function settingsOfExternal(
  environment: NodeJS.ProcessEnv,
  external: ExternalServers,
): Record<string, string> {
  const servers = (['kafka', 'postgres', 'temporal'] as const).filter(
    (server) => external[server] !== undefined,
  );
  const entries = servers
    .flatMap((server) => [...settingNames[server]])
    .map((name) => [name, environment[name]] as const)
    .filter((entry): entry is [(typeof entry)[0], string] => Boolean(entry[1]));
  return Object.fromEntries(entries);
}
