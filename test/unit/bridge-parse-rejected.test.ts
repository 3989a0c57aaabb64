// What cannot be used is refused with a reason, never with an exception, and no reason repeats a value of the event.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  eventOf,
  maxEventBytes,
  parseBytes,
  parseJson,
  parseText,
  rawPageView,
  reasonOf,
} from '../support/parsing.ts';

const without = (name: string) =>
  Object.fromEntries(Object.entries(rawPageView).filter(([own]) => own !== name));

describe('a body', () => {
  it('that is null or empty', () => {
    expect(reasonOf(parseBytes(null))).toMatch(/empty/);
    expect(reasonOf(parseBytes(Buffer.alloc(0)))).toMatch(/empty/);
  });

  it.each(['{', 'hello', "{'a':1}", '{"a":1}}', '\u0000', '', 'NaN', '{"event_id":"\u0000"}'])(
    'that is not JSON: %j',
    (text) => {
      expect(reasonOf(parseText(text))).toMatch(/not JSON|empty/);
    },
  );

  it('that is not UTF-8', () => {
    expect(parseBytes(Buffer.from([0xff, 0xfe, 0x00, 0x80])).usable).toBe(false);
  });

  it.each(['null', '[]', '[{"event_id":"e"}]', '"text"', '42', 'true', '{}'])(
    'that is not an event: %s',
    (text) => {
      expect(reasonOf(parseText(text)).length).toBeGreaterThan(0);
    },
  );

  it('that is too large, by one byte or by far', () => {
    const padded = (bytes: number) => {
      const bare = JSON.stringify({ ...rawPageView, pad: '' });
      return parseJson({ ...rawPageView, pad: 'x'.repeat(bytes - bare.length) });
    };
    expect(padded(maxEventBytes).usable).toBe(true);
    expect(reasonOf(padded(maxEventBytes + 1))).toMatch(/too large/);
    expect(reasonOf(padded(1_048_576))).toMatch(/too large: 1048576 bytes/);
  });

  it.each(['[', '{"a":'])('that is nested without end by %s', (open) => {
    const close = open === '[' ? ']' : '}';
    const own = JSON.stringify(rawPageView).slice(0, -1);
    for (const depth of [40, 1000, 4000, 40_000]) {
      const nested = `${open.repeat(depth)}1${close.repeat(depth)}`;
      expect(reasonOf(parseText(nested)).length).toBeGreaterThan(0);
      expect(reasonOf(parseText(`${own},"deep":${nested}}`))).toMatch(/nested too deeply/);
      expect(parseText(`${own},"deep":"\\u0000","deeper":${nested}}`).usable).toBe(false);
      expect(parseText(`${own},"device":${nested}}`)).toBeDefined();
    }
  });
});

describe('a field', () => {
  it.each(['event_id', 'timestamp', 'action'])('%s cannot be missing or null', (name) => {
    expect(reasonOf(parseJson(without(name)))).toContain(name);
    expect(reasonOf(parseJson({ ...rawPageView, [name]: null }))).toContain(name);
  });

  it('that names the user: one is needed', () => {
    const nobody = { ...rawPageView, user_id: null, session_id: null };
    expect(reasonOf(parseJson(nobody))).toMatch(/neither user_id nor session_id/);
  });

  const wrongFor: Record<string, unknown[]> = {
    event_id: [42, '', '   ', {}, [], true, 'x'.repeat(257)],
    timestamp: [
      1_700_000_000,
      '',
      'yesterday',
      '17.05.2026',
      '2026-02-30T00:00:00Z',
      '2026-05-17T25:00:00Z',
      {},
    ],
    user_id: [42, {}, [], true, 'x'.repeat(257)],
    session_id: [42, {}, [], false],
    action: [42, 'teleport', 'toString', '__proto__', 'constructor', 'hasOwnProperty', 'PAGEVIEW ', {}],
    page: [42, {}, [], 'x'.repeat(2049)],
    device: ['mobile', 42, [], { type: 42 }, { os: {} }],
    referrer: [42, {}, []],
    load_time: ['fast', -1, {}, '1.5'],
    items: ['a', {}, [42], [{}], [{ product_id: 'a', quantity: 0 }], [{ product_id: 'a', quantity: 1.5 }]],
    value: ['59.90', {}, 1e30],
    currency: [978, {}],
    order_id: [42, {}],
    purchase_amount: ['1', {}, []],
  };
  it.each(Object.entries(wrongFor))('%s of a wrong type or form is named in the reason', (name, values) => {
    for (const value of values) {
      const reason = reasonOf(parseJson({ ...rawPageView, [name]: value }));
      expect(reason, JSON.stringify(value)).toContain(name);
    }
  });

  it('with a number that JSON can write and nobody can store', () => {
    const text = JSON.stringify({ ...rawPageView, value: 0 }).replace('"value":0', '"value":1e999');
    expect(reasonOf(parseText(text))).toContain('value');
  });
});

describe('keys with a meaning of their own', () => {
  const odd = ['__proto__', 'constructor', 'prototype'];
  const own = JSON.stringify({ ...rawPageView, action: 'click' }).slice(0, -1);

  it('are dropped at every level and pollute nothing', () => {
    for (const key of odd) {
      const text = `${own},"${key}":{"polluted":1},"more":{"${key}":{"polluted":1},"list":[{"${key}":1}]}}`;
      const parsed = parseText(text);
      if (!parsed.usable) throw new Error(parsed.reason);
      expect(parsed.event.properties).toEqual({ more: { list: [{}] } });
      expect(JSON.stringify(parsed.event)).not.toContain('polluted');
      expect(Object.getPrototypeOf(parsed.event.properties)).toBe(Object.prototype);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('do not stand in for fields that are missing', () => {
    const fields = JSON.stringify(rawPageView);
    expect(parseText(`{"__proto__":${fields}}`).usable).toBe(false);
    expect(parseText(`{"constructor":{"prototype":${fields}}}`).usable).toBe(false);
  });

  it('in known objects change nothing', () => {
    const text = `${own.replace('"type":', '"__proto__":{"os":"x"},"constructor":1,"type":')}}`;
    const parsed = parseText(text);
    if (!parsed.usable) throw new Error(parsed.reason);
    expect(parsed.event.device).toEqual({ type: 'mobile', browser: 'Firefox', os: 'Android' });
  });
});

describe('for any input', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9@._-]{12,30}$/).map((text) => `Qz${text}7`);
  const wrong = fc.oneof(
    secret,
    secret.map((text) => [text]),
    secret.map((text) => ({ [text]: text })),
  );
  const fields = Object.keys(rawPageView).concat(
    'items',
    'value',
    'currency',
    'order_id',
    'purchase_amount',
    'other',
  );

  it('no reason holds a value of the event', () => {
    const events = fc.dictionary(fc.constantFrom(...fields), wrong, { maxKeys: 8 });
    fc.assert(
      fc.property(events, fc.array(secret, { maxLength: 1 }), (differences, tail) => {
        for (const text of [
          JSON.stringify({ ...rawPageView, ...differences }),
          JSON.stringify(differences),
          JSON.stringify(differences) + tail.join(''),
        ]) {
          const parsed = parseText(text);
          if (parsed.usable) continue;
          for (const value of text.match(/Qz[\w@.-]{12,30}7/g) ?? [])
            expect(parsed.reason).not.toContain(value);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('nothing is thrown, and whatever is usable can be written and read again', () => {
    const json = fc.record(
      Object.fromEntries(
        fields.map((name) => [name, fc.option(fc.oneof(wrong, fc.jsonValue()), { nil: undefined })]),
      ),
    );
    fc.assert(
      fc.property(json, fc.string({ unit: 'binary' }), (anything, text) => {
        parseText(text);
        const parsed = parseJson({ ...rawPageView, other: anything });
        parseJson(anything);
        if (parsed.usable) JSON.stringify(parsed.event);
      }),
      { numRuns: 100 },
    );
  });

  it('a dead letter repeats only an id that looks like one', () => {
    const idOf = (event_id: string) => {
      const parsed = parseJson({ ...rawPageView, event_id, page: 42 });
      return parsed.usable ? 'usable' : parsed.eventId;
    };
    expect(idOf('evt-0001_a')).toBe('evt-0001_a');
    expect(idOf('bob@example.org')).toBeNull();
    expect(idOf('x'.repeat(65))).toBeNull();
    expect(eventOf(rawPageView).eventId).toBe('evt-0001');
  });
});
