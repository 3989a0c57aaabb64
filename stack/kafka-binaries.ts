import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { fillOnce } from './cache.ts';
import { findJava } from './java.ts';
import { firstFound, type Finding, type Look, type Place } from './lookup.ts';
import { copyJars } from './maven.ts';
import { findOnPath } from './path-search.ts';
import type { Preparation } from './preparation.ts';
import { SetupError } from './setup-error.ts';

const version = '4.2.0';
const leastJava = 17;

export interface KafkaBinaries {
  readonly java: string;
  /** The folder of its jars. */
  readonly libraries: string;
}

/** Throws a `SetupError` that says what to install where the machine offers nothing. */
export async function findKafka(preparation: Preparation): Promise<Finding<KafkaBinaries>> {
  const java = await findJava(leastJava, preparation);
  if ('missing' in java) {
    throw new SetupError(
      `Kafka needs Java ${leastJava} or later, and ${java.missing}: install a Java runtime, ` +
        'or set KAFKA_BOOTSTRAP_SERVERS to a running Kafka.',
    );
  }
  const { found, from } = await firstFound(
    kafkaPlaces(preparation),
    'Kafka is not here: install Maven so that it can be fetched, or set KAFKA_HOME to an unpacked Kafka, ' +
      'or KAFKA_BOOTSTRAP_SERVERS to a running one',
  );
  return { found: { java: java.java, libraries: found }, from };
}

export function kafkaPlaces(preparation: Preparation): readonly Place<string>[] {
  const { environment, cache } = preparation;
  const cached = join(cache, `kafka-${version}`);
  return [
    { from: 'KAFKA_HOME', look: () => lookInHome(environment['KAFKA_HOME']) },
    { from: 'PATH', look: () => lookOnPath(environment) },
    {
      from: 'the cache',
      look: async () => (existsSync(cached) ? { found: cached } : { missing: 'not fetched yet' }),
    },
    {
      from: 'Maven',
      look: () => fillOnce(cached, preparation, (temporary) => copyJars('kafka', temporary, preparation)),
    },
  ];
}

async function lookInHome(home: string | undefined): Promise<Look<string>> {
  if (!home) return { missing: 'not set' };
  const libraries = join(home, 'libs');
  if (!existsSync(libraries)) throw new SetupError(`KAFKA_HOME is set to ${home}, which has no folder libs.`);
  return { found: libraries };
}

async function lookOnPath(environment: NodeJS.ProcessEnv): Promise<Look<string>> {
  const script = await findOnPath(['kafka-server-start.sh', 'kafka-server-start'], environment);
  if (script === undefined) return { missing: 'no kafka-server-start.sh' };
  const home = dirname(dirname(await realpath(script)));
  // Package managers that wrap the scripts keep the archive itself in libexec.
  const libraries = [join(home, 'libs'), join(home, 'libexec', 'libs')].find((folder) => existsSync(folder));
  return libraries ? { found: libraries } : { missing: `no folder libs beside ${script}` };
}
