// A pseudonym is stable, depends on the key, tells users from sessions, and costs a bounded memory.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createKeyedParser } from '../../bridge/parse/keyed-parser.ts';
import { createPseudonyms } from '../../bridge/parse/pseudonyms.ts';

const key = { version: 1, key: 'a key that is only for tests' };
const pseudonyms = createPseudonyms(key);
const ids = fc.string({ minLength: 1, maxLength: 256, unit: 'binary' });

describe('a pseudonym', () => {
  it('is the same for the same id in every process that has the key', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(pseudonyms.ofUser(id)).toBe(createPseudonyms(key).ofUser(id));
        expect(pseudonyms.ofSession(id)).toBe(createPseudonyms(key).ofSession(id));
      }),
    );
    // Rows and workflow ids outlive a release: a change of this value breaks every journey that is under way.
    expect(pseudonyms.ofUser('user_000042')).toBe('u1_fb69dd69387e47e5529fe502f895f15b');
  });

  it('differs by key, by id and by kind, and shows nothing of the id', () => {
    const others = createPseudonyms({ version: 1, key: `${key.key}!` });
    fc.assert(
      fc.property(ids, ids, (id, other) => {
        expect(pseudonyms.ofUser(id)).toMatch(/^u1_[0-9a-f]{32}$/);
        expect(pseudonyms.ofSession(id)).toMatch(/^s1_[0-9a-f]{32}$/);
        expect(pseudonyms.ofUser(id).slice(3)).not.toBe(pseudonyms.ofSession(id).slice(3));
        expect(pseudonyms.ofUser(id)).not.toBe(others.ofUser(id));
        if (id !== other) expect(pseudonyms.ofUser(id)).not.toBe(pseudonyms.ofUser(other));
      }),
    );
  });

  it('carries the version of its key', () => {
    const second = createPseudonyms({ version: 12, key: 'another key that is only for tests' });
    expect(second.ofUser('ada')).toMatch(/^u12_[0-9a-f]{32}$/);
    expect(second.ofSession('ada')).toMatch(/^s12_[0-9a-f]{32}$/);
  });

  it('under the present key goes with those of the same id under earlier keys', () => {
    const before = { version: 3, key: 'a third key that is only for tests' };
    const limits = { MAX_EVENT_BYTES: 10_000, CLOCK_SKEW_LIMIT: 1_000 };
    const parse = createKeyedParser(
      [{ version: 4, key: 'the present key of this test' }, before, key],
      limits,
    );
    const parsed = (who: object) => {
      const event = { event_id: 'e', timestamp: '2026-05-17T12:00:00Z', action: 'click', page: '/', ...who };
      return parse({ value: Buffer.from(JSON.stringify(event)), appendedAt: Date.UTC(2026, 4, 17, 12) });
    };
    const earlier = createPseudonyms(before);
    expect(parsed({ user_id: 'ada', session_id: 'one' })).toMatchObject({
      event: { journeyId: expect.stringMatching(/^u4_/) as string },
      earlierJourneyIds: [earlier.ofUser('ada'), pseudonyms.ofUser('ada')],
    });
    expect(parsed({ session_id: 'one' })).toMatchObject({
      event: { journeyId: expect.stringMatching(/^s4_/) as string },
      earlierJourneyIds: [earlier.ofSession('one'), pseudonyms.ofSession('one')],
    });
  });

  it('is the same again after more ids than are remembered', () => {
    const own = createPseudonyms(key);
    const first = own.ofUser('first');
    for (let id = 0; id < 110_000; id += 1) own.ofUser(`user-${id}`);
    expect(own.ofUser('first')).toBe(first);
  });
});
