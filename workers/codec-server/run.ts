import { writeAuditEntry } from '../../activities/write-audit-entry.ts';
import { subjectReference } from '../../activities/subject-reference.ts';
import { Closing } from '../../connections/closing.ts';
import { DataKeys } from '../../connections/encryption/data-keys.ts';
import { EncryptionCodec } from '../../connections/encryption/encryption-codec.ts';
import type { Log } from '../../connections/log.ts';
import { connectPostgres, type Database } from '../../connections/postgres.ts';
import { SettingsError } from '../../settings/settings-error.ts';
import type { Settings } from '../../settings/settings.ts';
import { decodePayloads, type Decoded } from './decode-payloads.ts';
import { createCodecServer } from './server.ts';

/** Starts the codec server; gives back its address and what stops it. Throws a `SettingsError` for what is missing. */
export async function startCodecServer(
  settings: Settings,
  log: Log,
): Promise<{ address: string; stop: () => Promise<void> }> {
  const { PAYLOAD_MASTER_KEY: masterKeys, CODEC_TOKEN: tokens, CODEC_ORIGIN: origin } = settings;
  if (masterKeys === undefined)
    throw new SettingsError(['PAYLOAD_MASTER_KEY: expected, as nothing can be decoded without it']);
  if (tokens === undefined)
    throw new SettingsError(['CODEC_TOKEN: expected name:token of whoever may decode']);
  const closing = new Closing(log);
  const database = connectPostgres(settings, log, 'aisle-codec-server');
  closing.add(() => database.end());
  const keys = new DataKeys(masterKeys, database);
  const codec = new EncryptionCodec(keys, false);
  const server = await createCodecServer({
    tokens,
    origin,
    decode: (payloads) => decodePayloads(codec, keys, payloads),
    noteDecoded: (who, decoded) => noteDecoded(database, log, who, decoded),
  });
  closing.add(() => server.close());
  try {
    const address = await server.listen({ host: settings.CODEC_HOST, port: settings.CODEC_PORT });
    return { address, stop: () => closing.closeAll() };
  } catch (error) {
    await closing.closeAll();
    throw error;
  }
}

/** The log names the journeys; the audit log only references to them, each person and journey once a minute. */
async function noteDecoded(
  database: Database,
  log: Log,
  who: string,
  { payloads, journeyIds }: Decoded,
): Promise<void> {
  if (journeyIds.size === 0) return;
  log.info({ who, payloads: payloads.length, journeys: [...journeyIds] }, 'decoded payloads');
  const minute = new Date().toISOString().slice(0, 16);
  for (const journeyId of journeyIds) {
    const subject = journeyId === 'system' ? journeyId : subjectReference(journeyId);
    await writeAuditEntry(database, {
      ...{ actor: who, action: 'payload.decoded', subject },
      operationId: `payload.decoded ${who} ${subject} ${minute}`,
    });
  }
}
