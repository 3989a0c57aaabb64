import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';

import { journeyOfWorkflow } from '../../events/letter.ts';
import type { DataKey, DataKeys } from './data-keys.ts';
import { seal, unseal } from './seal.ts';
import { UnreadablePayloadError } from './unreadable-payload-error.ts';

const PayloadMessage = proto.temporal.api.common.v1.Payload;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const encryptedEncoding = 'binary/encrypted';
const encodingBytes = encoder.encode(encryptedEncoding);
const cipherBytes = encoder.encode('AES-256-GCM');
const keyIdField = 'encryption-key-id';
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whose key payloads have that belong to no journey. */
const systemKey = 'system';

/** The id of the key under which a payload is encrypted; `null` for one that is not. */
export function keyIdOf({ metadata }: Payload): string | null {
  const encoding = metadata?.['encoding'];
  if (!encoding || decoder.decode(encoding) !== encryptedEncoding) return null;
  const keyId = decoder.decode(metadata[keyIdField] ?? new Uint8Array());
  if (!uuid.test(keyId)) throw new UnreadablePayloadError('an encrypted payload names no key');
  return keyId;
}

/**
 * Encrypts what goes to Temporal under the key of the journey that it belongs to, and decrypts what comes from there: arguments,
 * signals, results, queries, summaries, and with our failure converter the messages of failures. The SDK says to which
 * workflow a payload belongs. What is not encrypted is read as it is, so that a running system can be switched over.
 */
export class EncryptionCodec implements PayloadCodec {
  private readonly keys: DataKeys | null;
  private readonly encrypts: boolean;

  constructor(keys: DataKeys | null, encrypts: boolean) {
    this.keys = keys;
    this.encrypts = encrypts;
  }

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    if (!this.encrypts || this.keys === null || payloads.length === 0) return payloads;
    const journeyId = context?.workflowId === undefined ? null : journeyOfWorkflow(context.workflowId);
    const key = await this.keys.forJourney(journeyId ?? systemKey);
    return payloads.map((payload) => encrypt(payload, key));
  }

  /** Rejects with an `UnreadablePayloadError` for a payload whose key is destroyed, or not ours to unwrap. */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    if (payloads.every((payload) => keyIdOf(payload) === null)) return payloads;
    return Promise.all(payloads.map((payload) => this.decrypt(payload)));
  }

  private async decrypt(payload: Payload): Promise<Payload> {
    const keyId = keyIdOf(payload);
    if (keyId === null) return payload;
    if (this.keys === null) {
      throw new UnreadablePayloadError(
        'a payload is encrypted: set PAYLOAD_MASTER_KEY to the key of the system that wrote it',
      );
    }
    const key = await this.keys.byId(keyId);
    if (key === null) {
      throw new UnreadablePayloadError(
        `a payload cannot be read any more: its key ${keyId} has been destroyed`,
      );
    }
    try {
      return PayloadMessage.decode(unseal(key.key, payload.data ?? new Uint8Array(), keyId));
    } catch (error) {
      throw new UnreadablePayloadError('an encrypted payload was changed since it was written', {
        cause: error,
      });
    }
  }
}

function encrypt(payload: Payload, { id, key }: DataKey): Payload {
  return {
    metadata: {
      encoding: encodingBytes,
      'encryption-cipher': cipherBytes,
      [keyIdField]: encoder.encode(id),
    },
    data: seal(key, PayloadMessage.encode(payload).finish(), id),
  };
}
