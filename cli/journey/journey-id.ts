import { createPseudonyms } from '../../bridge/parse/pseudonyms.ts';
import type { PseudonymKey } from '../../settings/pseudonym-keys.ts';
import { SetupError } from '../../stack/setup-error.ts';

export interface Shopper {
  /** A user's id as the shop knows it, or a pseudonym. */
  readonly user?: string | undefined;
  /** A visitor's session id, or a pseudonym. */
  readonly session?: string | undefined;
}

const pseudonym = /^[us]\d+_[0-9a-f]{32}$/;

/**
 * The pseudonyms under which somebody's journeys run, one for each key, that of the present key first. Throws a `SetupError` whose message never holds the id that was given:
 * a terminal's output ends up in tickets and logs.
 */
export function journeyIdsOf({ user, session }: Shopper, keys: readonly PseudonymKey[]): readonly string[] {
  if (Boolean(user) === Boolean(session)) {
    throw new SetupError(
      "Whose journey? Give either a user's id, or a visitor's session id with --session <id>.",
    );
  }
  const id = user || session || '';
  if (pseudonym.test(id)) return [id];
  if (keys.length === 0) {
    throw new SetupError(
      'An id is looked up by its pseudonym: set PSEUDONYM_KEY or PSEUDONYM_KEY_FILE to the key of the bridge, or give the pseudonym itself (u1_…, s1_…).',
    );
  }
  return keys.map((key) => {
    const { ofUser, ofSession } = createPseudonyms(key);
    return user ? ofUser(id) : ofSession(id);
  });
}
