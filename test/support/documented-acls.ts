import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
  type AclEntry,
} from 'kafkajs';

const document = new URL('../../docs/access.md', import.meta.url);

const operations: Readonly<Record<string, AclOperationTypes>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  AlterConfigs: AclOperationTypes.ALTER_CONFIGS,
  Delete: AclOperationTypes.DELETE,
};

/** Carries out the `kafka-acls --add` lines of docs/access.md, each as it stands there, on a broker. */
export async function applyDocumentedAcls(brokers: string): Promise<AclEntry[]> {
  const acl = documentedCommands().flatMap(entriesOf);
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createAcls({ acl });
  } finally {
    await admin.disconnect();
  }
  return acl;
}

function documentedCommands(): string[][] {
  const text = readFileSync(document, 'utf8').replaceAll(/\\\n\s*/g, '');
  return [...text.matchAll(/^kafka-acls (.+)$/gm)].map(([, words = '']) => words.trim().split(/\s+/));
}

function entriesOf(command: string[]): AclEntry[] {
  const many = { type: 'string', multiple: true } as const;
  const { values } = parseArgs({
    args: command,
    options: {
      'bootstrap-server': { type: 'string' },
      'command-config': { type: 'string' },
      add: { type: 'boolean' },
      'allow-principal': { type: 'string' },
      operation: many,
      topic: many,
      group: many,
      'resource-pattern-type': { type: 'string', default: 'literal' },
    },
  });
  const principal = values['allow-principal'];
  if (!values.add || principal === undefined) throw new Error(`not an ACL to add: ${command.join(' ')}`);
  const isPrefix = values['resource-pattern-type'] === 'prefixed';
  const resources = [
    ...(values.topic ?? []).map((name) => [AclResourceTypes.TOPIC, name] as const),
    ...(values.group ?? []).map((name) => [AclResourceTypes.GROUP, name] as const),
  ];
  return resources.flatMap(([resourceType, resourceName]) =>
    (values.operation ?? []).map((name) => {
      const operation = operations[name];
      if (operation === undefined) throw new Error(`no operation ${name}: ${command.join(' ')}`);
      return {
        principal,
        resourceType,
        resourceName,
        operation,
        host: '*',
        permissionType: AclPermissionTypes.ALLOW,
        resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      };
    }),
  );
}
