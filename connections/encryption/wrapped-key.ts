import type { MasterKey } from '../../settings/master-keys.ts';
import { seal, unseal } from './seal.ts';
import { UnreadablePayloadError } from './unreadable-payload-error.ts';

/** A row of `journey_keys`: the key of one journey, which only its master key opens. */
export interface WrappedKey {
  readonly key_id: string;
  readonly journey_id: string;
  readonly master_key_id: string;
  readonly wrapped_key: Buffer;
}

/** Bound to id and journey: a row whose key was put in the place of another one's does not open. */
export function wrap(
  master: MasterKey,
  { key_id, journey_id }: Pick<WrappedKey, 'key_id' | 'journey_id'>,
  key: Buffer,
): WrappedKey {
  const wrapped = seal(master.key, key, bindingOf(key_id, journey_id));
  return { key_id, journey_id, master_key_id: master.id, wrapped_key: wrapped };
}

/** Throws an `UnreadablePayloadError` where the master key is not among these, or another has its name. */
export function unwrap(masters: readonly MasterKey[], row: WrappedKey): Buffer {
  const master = masters.find(({ id }) => id === row.master_key_id);
  if (!master)
    throw new UnreadablePayloadError(
      `${wrongMaster}: it is wrapped by ${row.master_key_id}, which is not among them`,
    );
  try {
    return unseal(master.key, row.wrapped_key, bindingOf(row.key_id, row.journey_id));
  } catch (error) {
    throw new UnreadablePayloadError(`${wrongMaster}: ${row.master_key_id} is not the key that wrapped it`, {
      cause: error,
    });
  }
}

const wrongMaster = 'PAYLOAD_MASTER_KEY does not open the key of a payload';

const bindingOf = (keyId: string, journeyId: string): string => `${keyId} ${journeyId}`;
