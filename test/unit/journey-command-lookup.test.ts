// `aisle journey` and `aisle journeys` ask the right system for the right thing: the environment wins over a running
// system, ids become pseudonyms and are never said back, and filters become a query that Temporal understands.
import { describe, expect, it } from 'vitest';

import { createPseudonyms } from '../../bridge/parse/pseudonyms.ts';
import { journeyIdsOf } from '../../cli/journey/journey-id.ts';
import { environmentOfSystem } from '../../cli/journey/running-system.ts';
import { visibilityQuery } from '../../cli/journey/visibility-query.ts';

const key = 'a key of sixteen characters or more';
const keys = [{ version: 1, key }];
const { ofUser, ofSession } = createPseudonyms({ version: 1, key });

describe('the id', () => {
  it('of a user and of a session become the pseudonyms of the bridge', () => {
    expect(journeyIdsOf({ user: 'ada' }, keys)).toEqual([ofUser('ada')]);
    expect(journeyIdsOf({ session: 'ada' }, keys)).toEqual([ofSession('ada')]);
  });

  it('becomes one for each key, that of the present key first', () => {
    const present = { version: 2, key: 'another key of sixteen characters' };
    const both = journeyIdsOf({ user: 'ada' }, [present, ...keys]);
    expect(both).toEqual([createPseudonyms(present).ofUser('ada'), ofUser('ada')]);
  });

  it('may be a pseudonym, for which no key is needed', () => {
    const pseudonym = ofUser('ada');
    expect(journeyIdsOf({ user: pseudonym }, [])).toEqual([pseudonym]);
    expect(journeyIdsOf({ session: ofSession('s') }, [])).toEqual([ofSession('s')]);
  });

  it('that only begins like a pseudonym is an id', () => {
    expect(journeyIdsOf({ user: 'u1_ada' }, keys)).toEqual([ofUser('u1_ada')]);
  });

  it('needs the key, and the sentence that says so does not hold the id', () => {
    const ask = () => journeyIdsOf({ user: 'ada.lovelace' }, []);
    expect(ask).toThrow(/PSEUDONYM_KEY/);
    expect(ask).not.toThrow(/lovelace/);
  });

  it.each([{}, { user: '' }, { user: 'ada', session: 'one' }])('is given once: %j', (shopper) => {
    expect(() => journeyIdsOf(shopper, keys)).toThrow(/either a user's id, or a visitor's session id/);
  });
});

describe('the system', () => {
  const running = { TEMPORAL_ADDRESS: '127.0.0.1:1234', PSEUDONYM_KEY_FILE: '/run/key', DB_PASSWORD: 'made' };

  it('is the running one where nothing is configured; an empty value counts as not set', () => {
    expect(environmentOfSystem({ HOME: '/home/ada', TEMPORAL_ADDRESS: '' }, running)).toEqual({
      HOME: '/home/ada',
      ...running,
    });
  });

  it('is the configured one, with nothing of the running one, where they differ', () => {
    const given = { TEMPORAL_ADDRESS: 'temporal.example:7233' };
    expect(environmentOfSystem(given, running)).toEqual(given);
    expect(environmentOfSystem(given, undefined)).toEqual(given);
  });

  it('takes what is missing from the running one where they are the same', () => {
    const given = { TEMPORAL_ADDRESS: running.TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE: 'shop' };
    expect(environmentOfSystem(given, running)).toEqual({ ...running, ...given });
  });

  it('never has one secret twice: the given form takes the place of the other', () => {
    const given = { PSEUDONYM_KEY: key, DB_PASSWORD_FILE: '/secrets/password' };
    expect(environmentOfSystem(given, running)).toEqual({
      ...given,
      TEMPORAL_ADDRESS: running.TEMPORAL_ADDRESS,
    });
  });

  it('is none where nothing runs and nothing is configured', () => {
    expect(environmentOfSystem({ PSEUDONYM_KEY: key }, undefined)).toBeUndefined();
  });
});

describe('the query', () => {
  const now = Date.parse('2026-03-01T12:00:00.000Z');
  const running = `WorkflowType = 'userJourney' AND ExecutionStatus = 'Running'`;

  it('without filters finds every running journey', () => {
    expect(visibilityQuery({}, now)).toBe(running);
  });

  it('joins all filters', () => {
    expect(
      visibilityQuery({ step: 'cart', segment: 'at risk', minValue: 100, seenSinceMs: 3_600_000 }, now),
    ).toBe(
      `${running} AND FunnelStep = 'cart' AND Segment = 'at risk' AND CartValue >= 100.00 AND LastSeen >= '2026-03-01T11:00:00.000Z'`,
    );
  });

  it('keeps a least value of zero', () => {
    expect(visibilityQuery({ minValue: 0 }, now)).toBe(`${running} AND CartValue >= 0.00`);
  });

  it('writes numbers and times as the query language takes them, whatever their size', () => {
    expect(visibilityQuery({ minValue: 1e11 }, now)).toContain('CartValue >= 100000000000.00');
    expect(visibilityQuery({ seenSinceMs: 1e30 }, now)).toContain(`LastSeen >= '1970-01-01T00:00:00.000Z'`);
    expect(() => visibilityQuery({ minValue: Number.NaN }, now)).toThrow(RangeError);
  });
});
