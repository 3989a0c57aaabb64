import { join } from 'node:path';

import type { DataConverter } from '@temporalio/common';

import { SettingsError } from '../../settings/settings-error.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Database } from '../postgres.ts';
import { projectRoot } from '../sql-file.ts';
import { DataKeys } from './data-keys.ts';
import { EncryptionCodec } from './encryption-codec.ts';

const failureConverterPath = join(projectRoot, 'connections', 'encryption', 'failure-converter.cjs');

/**
 * For every client and worker, whether encryption is on or off: what was encrypted before can still be read. The database
 * is opened only where there is a master key. Throws a `SettingsError` where encryption is on and there is none.
 */
export function dataConverterOf(
  { PAYLOAD_ENCRYPTION: encryption, PAYLOAD_MASTER_KEY: masterKeys }: Settings,
  openDatabase: () => Database,
): DataConverter {
  if (encryption === 'on' && masterKeys === undefined)
    throw new SettingsError(['PAYLOAD_MASTER_KEY: expected, as PAYLOAD_ENCRYPTION is on']);
  const keys = masterKeys === undefined ? null : new DataKeys(masterKeys, openDatabase());
  return {
    payloadCodecs: [new EncryptionCodec(keys, encryption === 'on')],
    ...failureConversion(encryption),
  };
}

/** For the bundle of the workflows too, which has to be made with it. */
export const failureConversion = (encryption: 'on' | 'off'): Pick<DataConverter, 'failureConverterPath'> =>
  encryption === 'on' ? { failureConverterPath } : {};
