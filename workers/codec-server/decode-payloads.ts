import { defaultPayloadConverter, type Payload } from '@temporalio/common';

import { keyIdOf, type EncryptionCodec } from '../../connections/encryption/encryption-codec.ts';
import type { DataKeys } from '../../connections/encryption/data-keys.ts';
import { UnreadablePayloadError } from '../../connections/encryption/unreadable-payload-error.ts';

export interface Decoded {
  /** In the order asked; in place of one that cannot be read stands a sentence that says why. */
  readonly payloads: readonly Payload[];
  /** Whose they were: pseudonyms, or `system`. */
  readonly journeyIds: ReadonlySet<string>;
}

export async function decodePayloads(
  codec: EncryptionCodec,
  keys: DataKeys,
  payloads: readonly Payload[],
): Promise<Decoded> {
  const journeyIds = new Set<string>();
  const decoded = await Promise.all(
    payloads.map(async (payload) => {
      try {
        const [plain = payload] = await codec.decode([payload]);
        const keyId = keyIdOf(payload);
        const key = keyId === null ? null : await keys.byId(keyId);
        if (key) journeyIds.add(key.journeyId);
        return plain;
      } catch (error) {
        if (!(error instanceof UnreadablePayloadError)) throw error;
        return defaultPayloadConverter.toPayload(`[${error.message}]`);
      }
    }),
  );
  return { payloads: decoded, journeyIds };
}
