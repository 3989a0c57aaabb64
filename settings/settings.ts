import { z } from 'zod';

import { bridgeLanes } from './bridge-lanes.ts';
import { codecTokens } from './codec-tokens.ts';
import { durationMs } from './duration.ts';
import { masterKeys } from './master-keys.ts';
import {
  disagreementsOfKeys,
  greatestKeyVersion,
  leastKeyCharacters,
  pseudonymKeysBefore,
} from './pseudonym-keys.ts';
import { quietHours, timeZone } from './quiet-hours.ts';
import { retentionDays } from './retention-days.ts';
import { withSecretsFromFiles } from './secrets.ts';
import { SettingsError } from './settings-error.ts';

const flag = z
  .enum(['true', 'false'], { error: 'expected true or false' })
  .default('false')
  .transform((value) => value === 'true');

const count = (fallback: number, least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `expected a whole number from ${least} to ${most}`)
    .default(String(fallback))
    .transform(Number)
    .refine((value) => value >= least && value <= most, `expected a whole number from ${least} to ${most}`);

const text = (fallback: string) => z.string().min(1, 'expected a text that is not empty').default(fallback);
const optionalText = z.string().min(1, 'expected a text that is not empty').optional();

const hostAndPort = /^(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i;

/** Secrets may come from a file instead: `DB_PASSWORD_FILE` for `DB_PASSWORD`. */
export const secretNames = [
  'DB_PASSWORD',
  'DB_OWNER_PASSWORD',
  'DB_ERASER_PASSWORD',
  'DB_REPORTER_PASSWORD',
  'KAFKA_SASL_PASSWORD',
  'TEMPORAL_API_KEY',
  'PSEUDONYM_KEY',
  'PSEUDONYM_KEYS_BEFORE',
  'ALERT_WEBHOOK_URL',
  'ALERT_WEBHOOK_SECRET',
  'PAYLOAD_MASTER_KEY',
  'CODEC_TOKEN',
] as const;

/** The whole environment contract. Every process parses all of it, so that a wrong value is found wherever it is set. */
export const environmentSchema = z.object({
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      error: 'expected one of trace, debug, info, warn, error, silent',
    })
    .default('info'),

  KAFKA_BOOTSTRAP_SERVERS: z
    .string()
    .default('localhost:9092')
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .refine((list) => list.every((entry) => hostAndPort.test(entry)), 'expected host:port[,host:port…]'),
  KAFKA_AUTO_OFFSET_RESET: z
    .enum(['earliest', 'latest'], { error: 'expected earliest or latest' })
    .default('earliest'),
  KAFKA_GROUP_PREFIX: text('aisle'),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[\w.-]*$/, 'expected letters, digits, dots, dashes or underscores')
    .default(''),
  KAFKA_REPLICATION_FACTOR: count(1, 1, 9),
  KAFKA_SSL: flag,
  KAFKA_SSL_CA_FILE: optionalText,
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], {
      error: 'expected plain, scram-sha-256 or scram-sha-512',
    })
    .optional(),
  KAFKA_SASL_USERNAME: optionalText,
  KAFKA_SASL_PASSWORD: optionalText,

  DB_HOST: text('localhost'),
  DB_PORT: count(5432, 1, 65535),
  DB_NAME: text('webanalytics'),
  DB_USER: text('aisle'),
  DB_PASSWORD: z.string().default(''),
  DB_OWNER_USER: optionalText,
  DB_OWNER_PASSWORD: optionalText,
  DB_ERASER_USER: optionalText,
  DB_ERASER_PASSWORD: optionalText,
  DB_REPORTER_USER: optionalText,
  DB_REPORTER_PASSWORD: optionalText,
  DB_REPORTER_TIMEOUT: durationMs('30s'),
  DB_SSL: z
    .enum(['disable', 'require', 'verify-full'], { error: 'expected disable, require or verify-full' })
    .default('disable'),
  DB_SSL_CA_FILE: optionalText,
  DB_POOL_SIZE: count(6, 1, 100),

  TEMPORAL_ADDRESS: z.string().regex(hostAndPort, 'expected host:port').default('localhost:7233'),
  TEMPORAL_NAMESPACE: text('default'),
  TEMPORAL_TASK_QUEUE: text('aisle'),
  TEMPORAL_TLS: flag,
  TEMPORAL_TLS_CA_FILE: optionalText,
  TEMPORAL_TLS_CERT_FILE: optionalText,
  TEMPORAL_TLS_KEY_FILE: optionalText,
  TEMPORAL_API_KEY: optionalText,

  PSEUDONYM_KEY: z
    .string()
    .min(leastKeyCharacters, `expected a secret of at least ${leastKeyCharacters} characters`)
    .optional(),
  PSEUDONYM_KEY_VERSION: count(1, 1, greatestKeyVersion),
  PSEUDONYM_KEYS_BEFORE: pseudonymKeysBefore,

  /** Who is named in the audit log by a command; without it, the operating system's name of whoever runs it. */
  AUDIT_ACTOR: optionalText,

  PAYLOAD_ENCRYPTION: z.enum(['on', 'off'], { error: 'expected on or off' }).default('off'),
  PAYLOAD_MASTER_KEY: masterKeys,
  CODEC_TOKEN: codecTokens,
  CODEC_ORIGIN: z
    .string()
    .regex(/^https?:\/\/[^/\s*,]+$/, 'expected one origin, such as https://temporal.example.com')
    .default('http://127.0.0.1:8233'),
  CODEC_HOST: text('127.0.0.1'),
  CODEC_PORT: count(8234, 1, 65_535),

  /** Touched every few seconds while the process is healthy; a container's health check looks at its age. */
  LIVENESS_FILE: optionalText,

  BRIDGE_LANES: bridgeLanes,
  BATCH_SIZE: count(5000, 1, 50_000),
  MAX_EVENT_BYTES: count(262_144, 1024, 10_485_760),
  MAX_PENDING_EVENTS: count(300_000, 100, 5_000_000),
  LETTERS_PER_SECOND_MIN: count(20, 1, 10_000),
  LETTERS_PER_SECOND_MAX: count(200, 1, 10_000),
  MAX_CACHED_JOURNEYS: count(8000, 0, 100_000),

  /** Names this build to Temporal, which then gives it tasks only while it is the deployment's current version. */
  WORKER_BUILD_ID: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'expected up to 100 letters, digits, dots, dashes or underscores')
    .optional(),
  WORKER_DEPLOYMENT_NAME: z
    .string()
    .regex(/^[\w-]{1,100}$/, 'expected up to 100 letters, digits, dashes or underscores')
    .default('aisle'),
  WORKFLOW_PATCHES: z.enum(['on', 'off'], { error: 'expected on or off' }).default('on'),

  SESSION_GAP: durationMs('30m'),
  CART_ABANDON_AFTER: durationMs('30m'),
  CHECKOUT_ABANDON_AFTER: durationMs('15m'),
  RECOVERY_WINDOW: durationMs('7d'),
  ALERT_COOLDOWN: durationMs('24h'),
  ALERT_QUIET_HOURS: quietHours,
  ALERT_TIME_ZONE: timeZone,
  ALERT_WEBHOOK_URL: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).optional(),
  ALERT_WEBHOOK_FORMAT: z.enum(['json', 'slack'], { error: 'expected json or slack' }).default('json'),
  ALERT_WEBHOOK_SECRET: z.string().min(16, 'expected a secret of at least 16 characters').optional(),
  LATE_GRACE: durationMs('5m'),
  CLOCK_SKEW_LIMIT: durationMs('5m'),
  JOURNEY_IDLE_AFTER: durationMs('24h'),
  ROLL_UP_EVERY: durationMs('10s'),

  RETENTION_DAYS: retentionDays,
  RETENTION_EVERY: durationMs('1h'),

  CHECKOUT_TROUBLE_FAILURES: count(2, 1, 20),
  CHECKOUT_TROUBLE_SUBMISSIONS: count(3, 2, 20),
  CHECKOUT_TROUBLE_WINDOW: durationMs('10m'),
  CHECKOUT_SLOW_FACTOR: count(3, 2, 100),
  CHECKOUT_SLOW_FROM: durationMs('2s'),
  BOTS_IN_FUNNELS: flag,
});

export type Settings = z.output<typeof environmentSchema>;

/**
 * Parses the environment, once, at a process's start. An empty value counts as not set.
 * Throws a `SettingsError` that names each wrong variable and what it expects.
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const present = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const resolved = withSecretsFromFiles(Object.fromEntries(present), secretNames);
  const result = environmentSchema.safeParse(resolved);
  if (!result.success) {
    throw new SettingsError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  return consistent(result.data);
}

function consistent(settings: Settings): Settings {
  const problems: string[] = [];
  if (settings.LETTERS_PER_SECOND_MIN > settings.LETTERS_PER_SECOND_MAX) {
    problems.push('LETTERS_PER_SECOND_MIN: expected at most LETTERS_PER_SECOND_MAX');
  }
  if (settings.KAFKA_SASL_MECHANISM && !(settings.KAFKA_SASL_USERNAME && settings.KAFKA_SASL_PASSWORD)) {
    problems.push(
      'KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: expected both, as KAFKA_SASL_MECHANISM is set',
    );
  }
  for (const role of ['OWNER', 'ERASER', 'REPORTER'] as const) {
    if (settings[`DB_${role}_PASSWORD`] && !settings[`DB_${role}_USER`]) {
      problems.push(`DB_${role}_USER: expected the user of DB_${role}_PASSWORD`);
    }
  }
  if (Boolean(settings.TEMPORAL_TLS_CERT_FILE) !== Boolean(settings.TEMPORAL_TLS_KEY_FILE)) {
    problems.push('TEMPORAL_TLS_CERT_FILE and TEMPORAL_TLS_KEY_FILE: expected both or neither');
  }
  problems.push(...disagreementsOfKeys(settings), ...tooSoonForgotten(settings));
  if (settings.TEMPORAL_API_KEY && !settings.TEMPORAL_TLS) {
    problems.push('TEMPORAL_TLS: expected true, as TEMPORAL_API_KEY could be read on the way otherwise');
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

/** What a journey still asks about must not be gone. */
function tooSoonForgotten({ RETENTION_DAYS: days, RECOVERY_WINDOW, JOURNEY_IDLE_AFTER }: Settings): string[] {
  const dayMs = 24 * 60 * 60 * 1000;
  return [
    ...(days.events * dayMs < JOURNEY_IDLE_AFTER
      ? ['RETENTION_DAYS: expected events for at least JOURNEY_IDLE_AFTER']
      : []),
    ...(Math.min(days.carts, days.abandonments) * dayMs < RECOVERY_WINDOW
      ? ['RETENTION_DAYS: expected carts and abandonments for at least RECOVERY_WINDOW']
      : []),
  ];
}
