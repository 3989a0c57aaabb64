// A dead letter can be looked at without learning whose it is: ids are hidden, also where they are repeated, and whatever
// names a person is left out; what is wrong with the event can still be seen.
import { expect, test } from 'vitest';

import { maskedBody } from '../../bridge/dead-letters/masked-body.ts';

const shown = (json: unknown) => maskedBody(Buffer.from(JSON.stringify(json)));

test('ids, their repetitions, addresses and names are hidden, and the rest stays', () => {
  expect(
    shown({
      ...{ event_id: 'e-1', user_id: 'user_000042', session_id: 'sess-7f3a9c21', action: 'teleport' },
      ...{
        page: '/account/user_000042?token=sess-7f3a9c21&utm_source=mail',
        referrer: null,
        load_time: 'fast',
      },
      ...{
        ip_address: '203.0.113.77',
        note: 'from 203.0.113.77 for ada@shop.example',
        device: { name: 'Ada’s' },
      },
      items: [{ product_id: 'user_000042', email: 'ada@shop.example' }],
    }),
  ).toEqual({
    ...{ event_id: 'e-1', user_id: ':masked', session_id: ':masked', action: 'teleport' },
    ...{ page: '/account/:masked?utm_source=mail', referrer: null, load_time: 'fast' },
    ...{ note: 'from :masked for :masked', device: {} },
    items: [{ product_id: ':masked' }],
  });
});

test('an id of a wrong type says its type and not itself; one that is missing stays missing', () => {
  expect(shown({ user_id: 42, session_id: null })).toEqual({ user_id: ':masked (number)', session_id: null });
  expect(shown({ user_id: ['ada'] })).toEqual({ user_id: ':masked (array)' });
});

test('what is no JSON object is not shown', () => {
  for (const text of ['ada@shop.example', '["ada"]', '"ada"', '', 'null'])
    expect(maskedBody(Buffer.from(text))).toBeNull();
  expect(maskedBody(null)).toBeNull();
});
