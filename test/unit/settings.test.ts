// Protects the environment contract: a wrong value stops the start with its variable's name and what was expected, never
// with the value; and docs/configuration.md says exactly what the schema does.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { SettingsError } from '../../settings/settings-error.ts';
import { usualRetentionDays } from '../../settings/retention-days.ts';
import { environmentSchema, readSettings, secretNames } from '../../settings/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'aisle-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function secretFile(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function problemsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

const MINUTE_MS = 60_000;

describe('defaults', () => {
  it('need no variable at all', () => {
    expect(readSettings({})).toMatchObject({
      KAFKA_BOOTSTRAP_SERVERS: ['localhost:9092'],
      KAFKA_AUTO_OFFSET_RESET: 'earliest',
      KAFKA_SSL: false,
      DB_NAME: 'webanalytics',
      DB_PORT: 5432,
      TEMPORAL_ADDRESS: 'localhost:7233',
      SESSION_GAP: 30 * MINUTE_MS,
      CHECKOUT_ABANDON_AFTER: 15 * MINUTE_MS,
      ALERT_QUIET_HOURS: null,
      ALERT_TIME_ZONE: 'UTC',
      RECOVERY_WINDOW: 7 * 24 * 60 * MINUTE_MS,
    });
  });

  it('stand in for every variable that is set but empty', () => {
    const empty = Object.fromEntries(Object.keys(environmentSchema.shape).map((name) => [name, '']));
    expect(readSettings(empty)).toEqual(readSettings({}));
  });

  it('are not disturbed by variables that are none of ours', () => {
    expect(readSettings({ PATH: '/bin', KAFKA_UNKNOWN: 'x' })).toEqual(readSettings({}));
  });
});

describe('right values', () => {
  it.each([
    ['KAFKA_BOOTSTRAP_SERVERS', 'a:1, b.example.com:2,[::1]:3', ['a:1', 'b.example.com:2', '[::1]:3']],
    ['KAFKA_SSL', 'true', true],
    // `Boolean('false')` is true: a flag that is switched off must be off.
    ['KAFKA_SSL', 'false', false],
    ['TEMPORAL_TLS', 'false', false],
    ['DB_PORT', '15432', 15_432],
    ['MAX_CACHED_JOURNEYS', '0', 0],
    ['SESSION_GAP', '1500ms', 1500],
    ['SESSION_GAP', '90s', 90_000],
    ['SESSION_GAP', '1.5m', 1.5 * MINUTE_MS],
    ['SESSION_GAP', '24h', 24 * 60 * MINUTE_MS],
    ['SESSION_GAP', ' 10 s ', 10_000],
    ['BRIDGE_LANES', 'record', ['record']],
    ['BRIDGE_LANES', 'journey, record', ['journey', 'record']],
    ['ALERT_QUIET_HOURS', 'none', null],
    ['ALERT_QUIET_HOURS', '22:00-08:00', { startMinute: 22 * 60, endMinute: 8 * 60 }],
    ['ALERT_QUIET_HOURS', ' 00:00 - 23:59 ', { startMinute: 0, endMinute: 1439 }],
    ['ALERT_TIME_ZONE', 'Europe/Berlin', 'Europe/Berlin'],
    ['RETENTION_DAYS', 'events=30', { ...usualRetentionDays, events: 30 }],
    ['RETENTION_DAYS', ' alerts = 7 ,carts=3650', { ...usualRetentionDays, alerts: 7, carts: 3650 }],
  ])('%s=%s', (name, value, expected) => {
    expect(readSettings({ [name]: value })).toHaveProperty(name, expected);
  });
});

describe('a wrong value', () => {
  it.each([
    ['LOG_LEVEL', 'Xloud', /one of trace, debug, info/],
    ['KAFKA_BOOTSTRAP_SERVERS', 'Xkafka', /host:port/],
    ['KAFKA_BOOTSTRAP_SERVERS', 'a:9092,,Xb', /host:port/],
    ['KAFKA_AUTO_OFFSET_RESET', 'Xmiddle', /earliest or latest/],
    ['KAFKA_TOPIC_PREFIX', 'X/y', /letters, digits/],
    ['KAFKA_SSL', 'Xyes', /true or false/],
    ['KAFKA_SSL', 'TRUE', /true or false/],
    ['KAFKA_SSL', '1', /true or false/],
    ['KAFKA_SASL_MECHANISM', 'Xmd5', /plain, scram-sha-256 or scram-sha-512/],
    ['DB_PORT', '70000', /whole number from 1 to 65535/],
    ['DB_PORT', '0', /whole number from 1 to 65535/],
    ['DB_PORT', '54x32', /whole number from 1 to 65535/],
    ['DB_PORT', '-5432', /whole number from 1 to 65535/],
    ['DB_PORT', '5432.5', /whole number from 1 to 65535/],
    ['DB_SSL', 'Xprefer', /disable, require or verify-full/],
    ['TEMPORAL_ADDRESS', 'https://X:7233', /host:port/],
    ['BRIDGE_LANES', 'Xboth', /record, journey or record,journey/],
    ['BRIDGE_LANES', 'record,record', /record, journey or record,journey/],
    ['BRIDGE_LANES', 'record,', /record, journey or record,journey/],
    ['BATCH_SIZE', '0', /whole number from 1 to/],
    ['WORKER_BUILD_ID', '0.1 X', /letters, digits, dots/],
    ['WORKER_DEPLOYMENT_NAME', 'aisle.X', /letters, digits, dashes/],
    ['WORKFLOW_PATCHES', 'Xtrue', /on or off/],
    ['PSEUDONYM_KEY', 'Xshort', /at least 16 characters/],
    ['PSEUDONYM_KEY_VERSION', '0', /whole number from 1 to/],
    ['PSEUDONYM_KEYS_BEFORE', '1:Xshort', /the key at least 16 characters/],
    ['PSEUDONYM_KEYS_BEFORE', 'Xkey-without-a-version', /version:key of each earlier key/],
    ['PSEUDONYM_KEYS_BEFORE', '2:X-first-key-of-it,2:X-second-key-of-it', /^.*but 2 is there twice$/],
    ['PAYLOAD_ENCRYPTION', 'Xyes', /on or off/],
    ['PAYLOAD_MASTER_KEY', 'X:short', /32 random bytes as base64/],
    ['CODEC_TOKEN', 'Xada:short', /at least 16 characters/],
    ['CODEC_TOKEN', 'aX:0123456789abcdef,aX:fedcba9876543210', /one for each person/],
    ['CODEC_ORIGIN', 'http://X.example/*', /one origin/],
    // A duration without a unit could mean anything: a number alone is never read as one.
    ['SESSION_GAP', '1800', /duration with its unit/],
    ['SESSION_GAP', '0m', /above zero/],
    ['SESSION_GAP', '-5m', /above zero/],
    ['SESSION_GAP', '366d', /at most 365d/],
    ['SESSION_GAP', '5 parsecs', /duration with its unit/],
    ['CART_ABANDON_AFTER', 'Xsoon', /such as 30m/],
    ['ALERT_QUIET_HOURS', '22-8', /such as 22:00-08:00/],
    ['ALERT_QUIET_HOURS', '22:00', /such as 22:00-08:00/],
    ['ALERT_QUIET_HOURS', '24:00-08:00', /from 00:00 to 23:59/],
    ['ALERT_QUIET_HOURS', '22:60-08:00', /from 00:00 to 23:59/],
    // A whole day would hold alerts back for ever.
    ['ALERT_QUIET_HOURS', '08:00-08:00', /two different times/],
    ['ALERT_TIME_ZONE', 'XEurope/Atlantis', /IANA name/],
    ['ALERT_TIME_ZONE', '+02:00', /IANA name/],
    ['RETENTION_DAYS', '90', /such as events=30,alerts=90/],
    ['RETENTION_DAYS', 'eventsX=30', /the tables are events, user_activity/],
    ['RETENTION_DAYS', 'toString=30', /the tables are/],
    ['RETENTION_DAYS', 'events=0', /from 1 to 3650/],
    ['RETENTION_DAYS', 'events=3651', /from 1 to 3650/],
    ['RETENTION_DAYS', 'events=1.5', /from 1 to 3650/],
    ['RETENTION_DAYS', 'events=30d', /tables with their days/],
    ['RETENTION_DAYS', 'events=30,', /tables with their days/],
    // Which of the two was meant?
    ['RETENTION_DAYS', 'events=30,events=60', /tables with their days/],
  ])('%s=%s says which variable and what it expects, and not the value', (name, value, expectation) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: expected `));
    expect(problems[0]).toMatch(expectation);
    const withoutExpectation = (problems[0] ?? '').replace(/expected .*/, '');
    expect(withoutExpectation).not.toContain(value);
    if (value.includes('X')) expect(problems[0]).not.toContain(value);
  });

  it('does not hide another: every one is reported in the same go', () => {
    const problems = problemsOf({ DB_PORT: 'x', SESSION_GAP: '5', KAFKA_SSL: 'no' });
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'DB_PORT',
      'KAFKA_SSL',
      'SESSION_GAP',
    ]);
  });
});

describe('values that contradict each other', () => {
  it.each([
    [
      { LETTERS_PER_SECOND_MIN: '300', LETTERS_PER_SECOND_MAX: '200' },
      /^LETTERS_PER_SECOND_MIN: expected at most/,
    ],
    [
      { RETENTION_DAYS: 'events=2', JOURNEY_IDLE_AFTER: '3d' },
      /^RETENTION_DAYS: expected events for at least JOURNEY_IDLE_AFTER/,
    ],
    [{ RETENTION_DAYS: 'carts=6' }, /^RETENTION_DAYS: expected carts and abandonments for at least/],
    [{ RETENTION_DAYS: 'abandonments=6' }, /^RETENTION_DAYS: expected carts and abandonments/],
    [
      { PSEUDONYM_KEYS_BEFORE: '1:an-earlier-key-of-it' },
      /^PSEUDONYM_KEY_VERSION: expected a version that no/,
    ],
    [
      {
        ...{ PSEUDONYM_KEY: 'one-and-the-same-key', PSEUDONYM_KEY_VERSION: '2' },
        PSEUDONYM_KEYS_BEFORE: '1:one-and-the-same-key',
      },
      /^PSEUDONYM_KEY: expected a new key, and this one is in PSEUDONYM_KEYS_BEFORE$/,
    ],
    [{ KAFKA_SASL_MECHANISM: 'plain' }, /^KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: expected both/],
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' }, /^KAFKA_SASL_USERNAME and/],
    [{ DB_REPORTER_PASSWORD: 'p' }, /^DB_REPORTER_USER: expected the user of DB_REPORTER_PASSWORD$/],
    [{ TEMPORAL_API_KEY: 'token' }, /^TEMPORAL_TLS: expected true, as TEMPORAL_API_KEY could be read/],
    [{ TEMPORAL_TLS_CERT_FILE: '/cert' }, /^TEMPORAL_TLS_CERT_FILE and TEMPORAL_TLS_KEY_FILE: expected both/],
  ])('%o', (environment: NodeJS.ProcessEnv, expectation) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expectation);
  });
});

describe('secrets', () => {
  const formatted: Readonly<Record<string, string>> = {
    PSEUDONYM_KEYS_BEFORE: '2:a secret long enough',
    PAYLOAD_MASTER_KEY: `id:${'A'.repeat(43)}=`,
    CODEC_TOKEN: 'ada:0123456789abcdef',
    ALERT_WEBHOOK_URL: 'https://hooks.example/secret',
  };

  it.each(secretNames)('%s comes from the file that %s_FILE names, without its line end', (name) => {
    const secret = formatted[name] ?? 'a secret long enough';
    const path = secretFile(`right-${name}`, `${secret}\n`);
    const others = {
      ...{ DB_OWNER_USER: 'o', DB_ERASER_USER: 'e', DB_REPORTER_USER: 'r' },
      TEMPORAL_TLS: 'true',
    };
    const inEnvironment: Record<string, unknown> = readSettings({ ...others, [name]: secret });
    expect(inEnvironment[name]).toBeTruthy();
    expect(readSettings({ ...others, [`${name}_FILE`]: path })).toHaveProperty(name, inEnvironment[name]);
  });

  it.each(secretNames)('%s set twice is an error that shows neither secret nor file', (name) => {
    const path = secretFile(`twice-${name}`, 'the first secret value');
    const problems = problemsOf({ [`${name}_FILE`]: path, [name]: 'the second secret value' });
    expect(problems).toEqual([`${name} and ${name}_FILE are both set: set one of them`]);
  });

  it.each(secretNames)('%s_FILE that cannot be read says so', (name) => {
    expect(problemsOf({ [`${name}_FILE`]: join(folder, 'missing') })).toEqual([
      `${name}_FILE: cannot read the file (ENOENT)`,
    ]);
    expect(problemsOf({ [`${name}_FILE`]: folder })).toEqual([`${name}_FILE: cannot read the file (EISDIR)`]);
  });

  it('earlier pseudonym keys may hold commas and colons, and stand on lines of their own in a file', () => {
    const path = secretFile('keys-before', '2:a key, with: marks in it\n3:the third key of them\n');
    expect(readSettings({ PSEUDONYM_KEYS_BEFORE_FILE: path }).PSEUDONYM_KEYS_BEFORE).toEqual([
      { version: 2, key: 'a key, with: marks in it' },
      { version: 3, key: 'the third key of them' },
    ]);
  });

  it('an empty variable beside a file counts as not set', () => {
    const path = secretFile('beside-empty', 'a secret long enough');
    expect(readSettings({ PSEUDONYM_KEY: '', PSEUDONYM_KEY_FILE: path }).PSEUDONYM_KEY).toBe(
      'a secret long enough',
    );
  });

  it('from a file are checked like any other', () => {
    const path = secretFile('too-short', 'tooshort');
    const problems = problemsOf({ PSEUDONYM_KEY_FILE: path });
    expect(problems).toEqual([expect.stringMatching(/^PSEUDONYM_KEY: expected a secret of at least 16/)]);
    expect(problems.join()).not.toContain('tooshort');
  });
});

/** The rows `| \`NAME\` | \`default\` | …` of docs/configuration.md, as a map from a name to its default; '' is none. */
function documentedDefaults(document: string): Map<string, string> {
  const rows = document.matchAll(/^\|\s*`([A-Z][A-Z0-9_]*)`\s*\|\s*(?:`([^`]*)`|none)\s*\|/gm);
  return new Map(Array.from(rows, ([, name = '', value = '']) => [name, value]));
}

/** What parsing gives for the default as the document writes it, and without it, must be the same. */
function disagreements(documented: Map<string, string>): string[] {
  const defaults: Record<string, unknown> = readSettings({});
  const names = Object.keys(environmentSchema.shape);
  return [
    ...names.filter((name) => !documented.has(name)).map((name) => `${name} is not documented`),
    ...[...documented.keys()].filter((name) => !names.includes(name)).map((name) => `${name} does not exist`),
    ...names.filter((name) => {
      const text = documented.get(name);
      if (text === undefined) return false;
      if (text === '') return defaults[name] !== undefined && defaults[name] !== '';
      const asDocumented: Record<string, unknown> = readSettings({ [name]: text });
      return JSON.stringify(asDocumented[name]) !== JSON.stringify(defaults[name]);
    }),
  ];
}

describe('docs/configuration.md', () => {
  const document = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

  it('names the variables of the schema with their defaults', () => {
    expect(disagreements(documentedDefaults(document))).toEqual([]);
  });

  it('names the file form of every secret', () => {
    for (const name of secretNames) expect(document).toContain(`\`${name}_FILE\``);
  });

  it('would be found out if a row were missing, invented or wrong', () => {
    const documented = documentedDefaults(document);
    documented.delete('DB_PORT');
    documented.set('DB_HAST', 'localhost');
    documented.set('SESSION_GAP', '31m');
    documented.set('LIVENESS_FILE', '/tmp/alive');
    documented.set('DB_NAME', '');
    expect(disagreements(documented).sort()).toEqual([
      'DB_HAST does not exist',
      'DB_NAME',
      'DB_PORT is not documented',
      'LIVENESS_FILE',
      'SESSION_GAP',
    ]);
  });
});
