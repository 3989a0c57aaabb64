/**
 * Protects: an abandonment in quiet hours is recorded at once, its alert is said when they end or dropped when its user came
 * back before, and only what is said starts the cool-down, from the moment at which it is said.
 */
import { describe, expect, it } from 'vitest';

import type { AbandonmentRow, JourneyAlert } from '../../events/journey-record.ts';
import { answer } from '../support/journey-dialogue.ts';
import { add, buy, hour, LetterWriter, minute, rules, view, type WrittenEvent } from '../support/letters.ts';
import { describeJourney } from '../../workflows/journey/describe.ts';
import { Journey } from '../../workflows/journey/journey.ts';
import { newJourney } from '../../workflows/journey/state.ts';
import { viewOf } from '../../workflows/journey/view.ts';

const start = Date.UTC(2026, 0, 1, 23);
const abandonedAt = start + 30 * minute;
const morning = Date.UTC(2026, 0, 2, 8);

/** One user's journey, told what the record answers. */
class Night {
  journey = new Journey(newJourney('u1_a'), rules);
  readonly rows: AbandonmentRow[] = [];
  readonly alerts: JourneyAlert[] = [];
  private readonly writer = new LetterWriter();

  letter(...events: WrittenEvent[]): this {
    this.journey.receive(this.writer.letter(...events));
    expect(this.journey.recallInQuestion()).toBeNull();
    return this.take();
  }

  /** The record is asked at `now`, and answers that there was silence; what waited behind the deadline follows. */
  silent(now: number, quietUntil: number | null): this {
    answer(this.journey, now, { silent: true, ...(quietUntil === null ? {} : { quietUntil }) });
    return this.take();
  }

  private take(): this {
    this.journey.advance();
    const record = this.journey.takeRecord();
    this.rows.push(...(record?.abandonments ?? []));
    this.alerts.push(...(record?.alerts ?? []));
    return this;
  }

  get fates(): string[] {
    return this.rows.map(({ alert, suppressed }) => (suppressed ? `${alert}, suppressed` : alert));
  }

  get said(): string[] {
    return this.alerts.map(({ type }) => type);
  }
}

const held = () => new Night().letter(add(start, 'p1', 10)).silent(abandonedAt + 1, morning);

describe('an abandonment in quiet hours', () => {
  it('is recorded at once, and said when they end', () => {
    const night = held();
    expect(night.fates).toEqual(['held']);
    expect(night.said).toEqual([]);
    expect(night.journey.state.cart).toBeNull();
    expect(night.journey.nextWake()).toBe(morning);
    expect(night.journey.silenceInQuestion(morning - 1)).toBeNull();
    expect(night.journey.silenceInQuestion(morning)).toEqual({
      journeyId: 'u1_a',
      after: start,
      until: morning,
      completeUntil: morning,
      isHandedOver: false,
    });
    night.silent(morning, null);
    expect(night.fates).toEqual(['held', 'said']);
    expect(night.alerts).toMatchObject([
      {
        type: 'cart_abandoned',
        at: abandonedAt,
        elapsedMs: morning - start,
        heldUntil: morning,
        abandonedBefore: 0,
        openedAt: start,
        sessions: 1,
        purchases: 0,
      },
    ]);
    expect(night.journey.silenceInQuestion(morning + hour)).toBeNull();
  });

  it('is dropped when the user comes back, at their very end still', () => {
    for (const backAt of [abandonedAt + 1, morning]) {
      const night = held().letter(view(backAt, '/home'));
      expect(night.fates, String(backAt)).toEqual(['held', 'dropped']);
      expect(night.journey.silenceInQuestion(morning)).toBeNull();
      expect(night.said).toEqual([]);
      expect(night.journey.state.lastAlertAt).toBeNull();
    }
  });

  it('is dropped when the record knows of an event whose letter is under way', () => {
    const night = held();
    answer(night.journey, morning, { silent: false, lastEventAt: morning - hour, visitorId: null });
    night.letter();
    expect(night.fates).toEqual(['held', 'dropped']);
    expect(night.journey.deadline()).toBeNull();
  });

  it('is dropped by a purchase that comes late but is of the time of the cart', () => {
    const browsing = view(start + 20 * minute, '/home');
    const night = new Night()
      .letter(add(start, 'p1', 10), browsing)
      .silent(start + 51 * minute, morning)
      .letter(buy(start + 5 * minute, 10));
    expect(night.fates).toEqual(['held', 'dropped']);
    expect(night.journey.state.counts.late).toBe(1);
  });

  it('is not dropped by what the user did before, told late', () => {
    const browsing = view(start + 20 * minute, '/home');
    const night = new Night()
      .letter(add(start, 'p1', 10), browsing)
      .silent(start + 51 * minute, morning)
      .letter(view(start + 5 * minute, '/home'));
    expect(night.fates).toEqual(['held']);
  });

  it('is said before an event that came after their end is applied', () => {
    const night = held().letter(view(morning + 1, '/home'));
    expect(night.fates).toEqual(['held']);
    night.silent(morning, null);
    expect(night.fates).toEqual(['held', 'said']);
    expect(night.journey.hasWaitingEvents).toBe(false);
  });

  it('waits again when it is late enough to meet the next ones, but never twice for the same', () => {
    const nextMorning = morning + 24 * hour;
    const night = held().silent(morning + 15 * hour, nextMorning);
    expect(night.said).toEqual([]);
    expect(night.journey.nextWake()).toBe(nextMorning);
    night.silent(nextMorning, nextMorning);
    expect(night.said).toEqual(['cart_abandoned']);
    expect(night.alerts).toMatchObject([{ heldUntil: nextMorning }]);
  });

  it('keeps its journey from ending, however short the idle time', () => {
    const impatient = { ...rules, idleAfterMs: 1, recoveryWindowMs: 1, alertCooldownMs: 1 };
    const night = held();
    const journey = new Journey(night.journey.state, impatient);
    expect([morning - 1, morning].map((now) => journey.isOver(now))).toEqual([false, false]);
    answer(journey, morning, { silent: true });
    expect(journey.isOver(morning + hour)).toBe(true);
  });

  it('survives continue-as-new', () => {
    const night = held();
    const state = JSON.parse(JSON.stringify(night.journey.state)) as Journey['state'];
    night.journey = new Journey(state, rules);
    expect(night.journey.nextWake()).toBe(morning);
    night.silent(morning, null);
    expect([night.fates, night.said]).toEqual([['held', 'said'], ['cart_abandoned']]);
  });

  it('is shown with its end', () => {
    const { journey } = held();
    const shown = viewOf(journey, rules);
    expect(shown.heldAlert).toEqual({
      cartId: 'event-0-0',
      kind: 'cart',
      abandonedAt: '2026-01-01T23:30:00.000Z',
      saidUnlessActiveBy: '2026-01-02T08:00:00.000Z',
    });
    expect(describeJourney(shown)).toContain(
      '**Alert held back** by the quiet hours until 2026-01-02 08:00:00 UTC.',
    );
    expect(describeJourney(shown)).toContain('its alert is held back');
  });
});

describe('the cool-down', () => {
  /** Another cart, abandoned half an hour after `at`. */
  const another = (night: Night, at: number, quietUntil: number | null = null) =>
    night.letter(add(at, 'p2', 5)).silent(at + 31 * minute, quietUntil);

  it('counts from when a held alert was said', () => {
    // 24 h after the abandonment, but not after its alert.
    const night = another(held().silent(morning, null), abandonedAt + 24 * hour);
    expect(night.fates).toEqual(['held', 'said', 'suppressed, suppressed']);
    expect(another(night, morning + 23.5 * hour).said).toEqual(['cart_abandoned', 'cart_abandoned']);
  });

  it('is not started by an alert that was dropped', () => {
    const night = another(held(), morning - hour);
    expect(night.fates).toEqual(['held', 'dropped', 'said']);
    expect(night.said).toEqual(['cart_abandoned']);
  });

  it('suppresses at once what would still be within it when the quiet hours end', () => {
    const evening = new Night().letter(add(start - 10 * hour, 'p1', 10)).silent(start, null);
    const night = another(evening, start, morning);
    expect(night.fates).toEqual(['said', 'suppressed, suppressed']);
    expect(night.journey.silenceInQuestion(morning)).toBeNull();
  });

  it('does not suppress what it is over for by then', () => {
    const evening = new Night().letter(add(morning - 24.5 * hour, 'p1', 10)).silent(start, null);
    expect(another(evening, start, morning).silent(morning, null).said).toHaveLength(2);
  });
});

it('tells with a recovery what it recovers, and that nobody was told', () => {
  const night = held().letter(buy(morning - hour, 12.5));
  expect(night.fates).toEqual(['held', 'dropped']);
  expect(night.alerts).toMatchObject([
    {
      type: 'cart_recovered',
      value: 12.5,
      elapsedMs: morning - hour - abandonedAt,
      openedAt: start,
      purchases: 1,
      sessions: 2,
      recovered: { abandonedAt, stage: 'cart', alert: 'dropped' },
    },
  ]);
});
