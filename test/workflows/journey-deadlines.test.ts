/**
 * Protects: a cart or checkout is called abandoned exactly once, at its deadline, when its user was silent, and never
 * otherwise; with and without a workflow cache, so that every path also survives a replay at each step.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { add, buy, hour, LetterWriter, minute, view } from '../support/letters.ts';
import { createEnvironment, Ledger, withJourney } from './journey-environment.ts';

let environment: TestWorkflowEnvironment;
/** The test server offers the tasks of a worker that is gone to its cache alone, for ever; a real one does not. */
const withoutCache = { cached: false };

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
});
afterAll(() => environment.teardown());

describe.each([{ cached: true }, { cached: false }])('with a workflow cache: $cached', ({ cached }) => {
  it('says a cart abandoned after its silence, once', async () => {
    const writer = new LetterWriter();
    let start = 0;
    const first = (now: number) => {
      start = now;
      return writer.letter(view(now, '/product/1'), add(now + 1, 'p1', 10, 2));
    };
    await withJourney(environment, { cached }, first, async ({ ledger }) => {
      await environment.sleep(29 * minute);
      expect(ledger.alerts()).toEqual([]);
      await environment.sleep(2 * minute);
      expect(ledger.alerts()).toEqual(['cart_abandoned']);
      expect(ledger.rows('abandonments')).toMatchObject([
        { kind: 'cart', abandonedAt: start + 1 + 30 * minute, value: 20, currency: 'EUR', suppressed: false },
      ]);
      await environment.sleep(5 * hour);
      expect(ledger.alerts()).toEqual(['cart_abandoned']);
      expect(ledger.rows('carts').at(-1)).toMatchObject({ status: 'abandoned', value: 20 });
    });
  });

  it('gives a checkout less time, and says it as one', async () => {
    const writer = new LetterWriter();
    const first = (now: number) => writer.letter(add(now, 'p1', 10), view(now + 1, '/checkout'));
    await withJourney(environment, { cached }, first, async ({ ledger }) => {
      await environment.sleep(14 * minute);
      expect(ledger.alerts()).toEqual([]);
      await environment.sleep(2 * minute);
      expect(ledger.alerts()).toEqual(['checkout_abandoned']);
    });
  });

  it('moves the deadline with the user, without a timer for every letter', async () => {
    const writer = new LetterWriter();
    const first = (now: number) => writer.letter(add(now, 'p1', 10));
    await withJourney(environment, { cached }, first, async ({ ledger, send, now, handle }) => {
      for (let letters = 0; letters < 20; letters += 1) {
        await environment.sleep(5 * minute);
        await send(writer.letter(view(await now(), '/home')));
      }
      await environment.sleep(29 * minute);
      expect(ledger.alerts()).toEqual([]);
      await environment.sleep(2 * minute);
      expect(ledger.alerts()).toEqual(['cart_abandoned']);
      const { events } = await handle.fetchHistory();
      const timers = events?.filter((event) => event.timerStartedEventAttributes).length;
      // It rings, finds the user active since, and is armed again: about once a window, never once a letter.
      expect(timers).toBeGreaterThan(1);
      expect(timers).toBeLessThanOrEqual(8);
    });
  });

  it('is quiet after a purchase, and after the cart was emptied', async () => {
    const writer = new LetterWriter();
    const first = (now: number) => writer.letter(add(now, 'p1', 10));
    await withJourney(environment, { cached }, first, async ({ ledger, send, now }) => {
      await environment.sleep(20 * minute);
      await send(writer.letter(buy(await now(), 10, 'order-1')));
      await environment.sleep(2 * hour);
      const at = await now();
      const removed = {
        at: at + 1,
        action: 'remove_from_cart',
        detail: { items: [{ productId: 'p2', quantity: 1, price: 5 }] },
      } as const;
      await send(writer.letter(add(at, 'p2', 5), removed));
      await environment.sleep(2 * hour);
      expect(ledger.alerts()).toEqual([]);
      expect(ledger.rows('carts').map(({ status }) => status)).toEqual(['open', 'purchased', 'emptied']);
      expect(ledger.rows('purchases')).toMatchObject([{ value: 10, orderId: 'order-1' }]);
    });
  });

  it('says a purchase after an abandonment recovered, with value and delay', async () => {
    const writer = new LetterWriter();
    const first = (now: number) => writer.letter(add(now, 'p1', 10));
    await withJourney(environment, { cached }, first, async ({ ledger, send, now }) => {
      await environment.sleep(31 * minute);
      await environment.sleep(2 * hour);
      await send(writer.letter(buy(await now(), 12.5)));
      await environment.sleep(minute);
      expect(ledger.alerts()).toEqual(['cart_abandoned', 'cart_recovered']);
      const [abandoned] = ledger.rows('abandonments');
      const [recovered] = ledger.rows('recoveries');
      expect(recovered).toMatchObject({ cartId: abandoned?.cartId, value: 12.5 });
      const alert = ledger.rows('alerts')[1];
      expect(alert?.elapsedMs).toBe((recovered?.recoveredAt ?? 0) - (abandoned?.abandonedAt ?? 0));
    });
  });

  it('records but does not say an abandonment within the cool-down', async () => {
    const writer = new LetterWriter();
    const first = (now: number) => writer.letter(add(now, 'p1', 10));
    await withJourney(environment, { cached }, first, async ({ ledger, send, now }) => {
      await environment.sleep(31 * minute);
      await send(writer.letter(add(await now(), 'p2', 5)));
      await environment.sleep(31 * minute);
      expect(ledger.alerts()).toEqual(['cart_abandoned']);
      expect(ledger.rows('abandonments').map(({ suppressed }) => suppressed)).toEqual([false, true]);
    });
  });

  it('believes the record: an event it knows of is waited for, and moves the deadline', async () => {
    const writer = new LetterWriter();
    const ledger = new Ledger();
    let start = 0;
    const first = (now: number) => {
      start = now;
      ledger.answers = [{ silent: false, lastEventAt: now + 20 * minute, visitorId: null }];
      return writer.letter(add(now, 'p1', 10));
    };
    await withJourney(environment, { cached, ledger }, first, async ({ send }) => {
      await environment.sleep(55 * minute);
      // The deadline that the event moved has passed too, but the event may be a purchase: its letter is still to come.
      expect(ledger.alerts()).toEqual([]);
      expect(ledger.questions).toHaveLength(1);
      await send(writer.letter(view(start + 20 * minute, '/home')));
      await environment.sleep(minute);
      expect(ledger.alerts()).toEqual(['cart_abandoned']);
      expect(ledger.questions).toMatchObject([
        { after: start, until: start + 30 * minute },
        { after: start + 20 * minute, until: start + 50 * minute },
      ]);
    });
  });

  it('raises no alarm for a cart whose purchase is recorded but still under way', async () => {
    const writer = new LetterWriter();
    const ledger = new Ledger();
    let start = 0;
    const first = (now: number) => {
      start = now;
      ledger.answers = [{ silent: false, lastEventAt: now + 10 * minute, visitorId: null }];
      return writer.letter(add(now, 'p1', 10));
    };
    await withJourney(environment, { cached, ledger }, first, async ({ send }) => {
      await environment.sleep(60 * minute);
      await send(writer.letter(buy(start + 10 * minute, 10)));
      await environment.sleep(3 * hour);
      expect(ledger.alerts()).toEqual([]);
      expect(ledger.rows('carts').map(({ status }) => status)).toEqual(['open', 'purchased']);
    });
  });

  it('decides without a letter that never comes, after an hour', async () => {
    const writer = new LetterWriter();
    const ledger = new Ledger();
    const first = (now: number) => {
      ledger.answers = [{ silent: false, lastEventAt: now + 10 * minute, visitorId: null }];
      return writer.letter(add(now, 'p1', 10));
    };
    await withJourney(environment, { cached, ledger }, first, async () => {
      await environment.sleep(85 * minute);
      expect(ledger.alerts()).toEqual([]);
      await environment.sleep(10 * minute);
      expect(ledger.alerts()).toEqual(['cart_abandoned']);
    });
  });

  it('waits while the record has not caught up, then decides', async () => {
    const writer = new LetterWriter();
    const ledger = new Ledger();
    ledger.answers = [{ silent: 'unknown' }, { silent: 'unknown' }];
    const first = (now: number) => writer.letter(add(now, 'p1', 10));
    await withJourney(environment, { cached, ledger }, first, async () => {
      await environment.sleep(31 * minute);
      expect(ledger.questions).toHaveLength(3);
      expect(ledger.alerts()).toEqual(['cart_abandoned']);
    });
  });

  it('is quiet after a purchase at the very deadline, by letter or by the record', async () => {
    for (const isUnderWay of [false, true]) {
      const writer = new LetterWriter();
      const ledger = new Ledger();
      let deadline = 0;
      const first = (now: number) => {
        deadline = now + 30 * minute;
        if (isUnderWay) ledger.answers = [{ silent: false, lastEventAt: deadline, visitorId: null }];
        return writer.letter(add(now, 'p1', 10));
      };
      await withJourney(environment, { cached, ledger }, first, async ({ send }) => {
        await environment.sleep((isUnderWay ? 31 : 29) * minute);
        await send(writer.letter(buy(deadline, 10)));
        await environment.sleep(3 * hour);
        expect(ledger.alerts()).toEqual([]);
        expect(ledger.rows('carts').map(({ status }) => status)).toEqual(['open', 'purchased']);
        expect(ledger.rows('purchases')).toMatchObject([{ purchasedAt: deadline }]);
      });
    }
  });

  it('knows a purchase from another device, whose events come by another partition', async () => {
    const writer = new LetterWriter();
    let start = 0;
    const first = (now: number) => {
      start = now;
      return writer.letter(add(now, 'p1', 10));
    };
    await withJourney(environment, { cached }, first, async ({ ledger, send }) => {
      await environment.sleep(20 * minute);
      await send(writer.letter({ ...buy(start + 10 * minute, 10), partition: 2, offset: 0 }));
      await environment.sleep(3 * hour);
      expect(ledger.alerts()).toEqual([]);
      expect(ledger.rows('purchases')).toMatchObject([{ cartId: 'event-0-0', value: 10 }]);
    });
  });

  it('says a second cart abandoned after the first one and its cool-down, with how often before', async () => {
    const writer = new LetterWriter();
    const first = (now: number) => writer.letter(add(now, 'p1', 10));
    await withJourney(environment, { cached }, first, async ({ ledger, send, now }) => {
      await environment.sleep(31 * minute);
      await environment.sleep(25 * hour);
      await send(writer.letter(add(await now(), 'p2', 5)));
      await environment.sleep(31 * minute);
      expect(ledger.rows('alerts')).toMatchObject([
        { cartId: 'event-0-0', value: 10, abandonedBefore: 0, sessions: 1 },
        { cartId: 'event-0-1', value: 5, abandonedBefore: 1, sessions: 2 },
      ]);
      expect(ledger.rows('abandonments').map(({ alert }) => alert)).toEqual(['said', 'said']);
    });
  });

  it('goes on as an ordinary activity when a store is away', async () => {
    const writer = new LetterWriter();
    const ledger = new Ledger();
    ledger.failures = 5;
    const first = (now: number) => writer.letter(add(now, 'p1', 10));
    await withJourney(environment, { cached, ledger }, first, async () => {
      await environment.sleep(5 * minute);
      expect(ledger.failures).toBe(0);
      expect(ledger.rows('carts')).toHaveLength(1);
    });
  });

  it('ends after a day of silence, but not while a purchase could still recover a cart', async () => {
    const writer = new LetterWriter();
    const browsing = (now: number) => writer.letter(view(now, '/home'));
    await withJourney(environment, { cached }, browsing, async ({ handle }) => {
      await environment.sleep(25 * hour);
      expect((await handle.describe()).status.name).toBe('COMPLETED');
    });
    const shopping = (now: number) => writer.letter(add(now, 'p1', 10));
    await withJourney(environment, { cached }, shopping, async ({ handle }) => {
      await environment.sleep(6 * 24 * hour);
      expect((await handle.describe()).status.name).toBe('RUNNING');
      await environment.sleep(2 * 24 * hour);
      expect((await handle.describe()).status.name).toBe('COMPLETED');
    });
  });

  it('ends when an operator cancels it', async () => {
    const writer = new LetterWriter();
    const first = (now: number) => writer.letter(add(now, 'p1', 10));
    await withJourney(environment, { cached }, first, async ({ handle }) => {
      await environment.sleep(minute);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    });
  });
});

it('handles a deadline that passes while the worker is down on its return, once', async () => {
  const writer = new LetterWriter();
  let start = 0;
  const first = (now: number) => {
    start = now;
    return writer.letter(add(now, 'p1', 10));
  };
  await withJourney(environment, withoutCache, first, async ({ ledger, withoutWorker, now, handle }) => {
    await environment.sleep(minute);
    await withoutWorker(async () => {
      await environment.sleep(start + 30 * minute - 500 - (await now()));
      // The server skips no time while a task waits for a worker: the last second is a real one.
      await environment.sleep(1_000);
      expect(await now()).toBeGreaterThan(start + 30 * minute);
      const { events } = await handle.fetchHistory();
      expect(events?.some((event) => event.timerFiredEventAttributes)).toBe(true);
      expect(ledger.rows('abandonments')).toEqual([]);
    });
    await environment.sleep(minute);
    expect(ledger.rows('abandonments')).toMatchObject([{ abandonedAt: start + 30 * minute }]);
    await environment.sleep(5 * hour);
    expect(ledger.alerts()).toEqual(['cart_abandoned']);
    expect(ledger.rows('abandonments')).toHaveLength(1);
  });
});
