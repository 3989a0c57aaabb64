/**
 * Protects: a rule fires once it has been true for `for`, says so once, resolves once, keeps its cool-down, and accounts for
 * every instant at which it was due: evaluated, recorded as missed, or passed over in a pause. Continue-as-new changes nothing.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Measurement, RuleAnnouncement, RuleDefinition } from '../../events/alert-rule.ts';
import { delayOf } from '../../workflows/alert-rule/instants.ts';
import { Rule } from '../../workflows/alert-rule/rule.ts';
import { newRule, type RuleState } from '../../workflows/alert-rule/state.ts';
import { statusOf } from '../../workflows/alert-rule/view.ts';
import { broken, hour, measured, minute, nothing, ruleDefinition } from '../support/alert-rule.ts';

const start = Date.UTC(2026, 3, 1, 9);

/** A rule and its clock. What it measures is what it is told, minute by minute. */
class Played {
  rule: Rule;
  now = start;
  readonly said: RuleAnnouncement[] = [];
  readonly evaluated: number[] = [];

  constructor(differences: Partial<RuleDefinition> = {}) {
    this.rule = new Rule(newRule(ruleDefinition(differences), start));
  }

  /** Evaluates at each instant that becomes due within so many minutes; `away`: the store does not answer. */
  pass(measurement: Measurement | 'away', minutes = 1): this {
    for (let passed = 0; passed < minutes; passed += 1) this.wakeAfter(minute, measurement);
    return this;
  }

  /** Nobody is there until then; then the rule wakes once. */
  wakeAfter(ms: number, measurement: Measurement | 'away'): void {
    this.now += ms;
    const question = this.rule.question(this.now + delayOf(this.rule.state.definition));
    if (!question) return;
    if (measurement === 'away') this.rule.couldNotAsk(question, 'PostgreSQL did not answer');
    else {
      this.evaluated.push(question.at);
      const announcement = this.rule.observe(question, measurement);
      if (announcement) this.said.push(announcement);
    }
  }

  get status() {
    return statusOf(this.rule);
  }

  get told(): string[] {
    return this.said.map(({ status, at }) => `${status} at ${(at - start) / minute}`);
  }
}

describe('from ok to resolved', () => {
  it('waits in pending until it has been true for `for`, and says what it found', () => {
    const played = new Played({ forMs: 3 * minute }).pass(measured(1)).pass(measured(11));
    expect(played.status).toBe('pending');
    played.pass(measured(12), 2);
    expect(played.said).toEqual([]);
    played.pass(measured(13));
    expect(played.status).toBe('firing');
    expect(played.said).toMatchObject([
      { status: 'firing', at: start + 5 * minute, value: 13, samples: 100 },
    ]);
  });

  it('starts over when it was not true in between, and on the threshold it is not', () => {
    const played = new Played({ forMs: 2 * minute })
      .pass(measured(11), 2)
      .pass(measured(10))
      .pass(measured(11), 2);
    expect([played.status, played.told]).toEqual(['pending', []]);
  });

  it('resolves behind the threshold of its own, and is ok after the cool-down', () => {
    const played = new Played({ resolveAt: 5, cooldownMs: 2 * minute })
      .pass(measured(11))
      .pass(measured(6), 3);
    expect(played.told).toEqual(['firing at 1']);
    played.pass(measured(5));
    expect(played.said[1]).toMatchObject({
      status: 'resolved',
      firedAt: start + minute,
      by: 'rule',
      value: 5,
    });
    expect(played.status).toBe('resolved');
    played.pass(measured(5), 2);
    expect(played.status).toBe('ok');
  });

  it('holds a second alert back until the cool-down is over', () => {
    const played = new Played({ cooldownMs: 5 * minute })
      .pass(measured(11))
      .pass(measured(1))
      .pass(measured(11), 4);
    expect([played.status, played.told]).toEqual(['pending', ['firing at 1', 'resolved at 2']]);
    played.pass(measured(11));
    expect(played.told.at(-1)).toBe('firing at 7');
  });

  it('below: the other way round', () => {
    const played = new Played({ side: 'below', threshold: 10, resolveAt: 20 })
      .pass(measured(9))
      .pass(measured(19));
    expect(played.told).toEqual(['firing at 1']);
    expect(played.pass(measured(20)).told.at(-1)).toBe('resolved at 3');
  });
});

describe('nothing to measure', () => {
  it('keeps an alert, and is a state of its own without one', () => {
    expect(new Played().pass(nothing).status).toBe('no data');
    const played = new Played().pass(measured(11)).pass(nothing, 3);
    expect([played.status, played.told]).toEqual(['firing', ['firing at 1']]);
  });

  it('fires or resolves where the rule says so', () => {
    const fires = new Played({ noData: 'fire', forMs: minute }).pass(nothing, 2);
    expect(fires.said).toMatchObject([{ status: 'firing', value: null }]);
    expect(new Played({ noData: 'resolve' }).pass(measured(11)).pass(nothing).told.at(-1)).toBe(
      'resolved at 2',
    );
  });

  it('too small a sample makes no alert, whatever the value', () => {
    const few = measured(99, 4);
    expect(new Played({ minimumSample: 5 }).pass(few, 3).status).toBe('no data');
    expect(new Played({ minimumSample: 5, noData: 'fire' }).pass(few, 3).told).toEqual([]);
  });

  it('what is wrong with the rule is shown, neither fires nor resolves, and is gone once it can be measured', () => {
    const played = new Played().pass(broken, 2);
    expect(played.status).toBe('error');
    expect(played.rule.state.error).toMatchObject({
      problem: 'its SQL is wrong',
      times: 2,
      since: start + minute,
    });
    expect(played.pass(measured(1)).status).toBe('ok');
    expect(played.pass(measured(11)).pass(broken, 5).told).toEqual(['firing at 4']);
  });
});

describe('instants that nobody evaluated', () => {
  it('are one gap from the first to the last, recorded with the next evaluation', () => {
    const played = new Played().pass(measured(1));
    played.wakeAfter(5 * minute, measured(1));
    const gap = { from: start + 2 * minute, until: start + 5 * minute, missed: 4 };
    expect(played.rule.state.gaps).toMatchObject([gap]);
    expect(played.rule.state).toMatchObject({ missed: 4, evaluations: 2, unrecorded: [] });
  });

  it('are kept until they can be recorded: a store that is away leaves one gap', () => {
    const played = new Played().pass(measured(1)).pass('away', 3);
    const unrecorded = [{ missed: 3, reason: 'PostgreSQL did not answer', from: start + 2 * minute }];
    expect(played.rule.state).toMatchObject({ unrecorded, missed: 3 });
    played.now += minute;
    expect(played.rule.question(played.now + 10_000)?.gaps).toMatchObject(unrecorded);
  });

  it('are bridged up to `for`, and not further', () => {
    const bridged = new Played({ forMs: 5 * minute }).pass(measured(11), 3);
    bridged.wakeAfter(4 * minute, measured(11));
    expect(bridged.told).toEqual(['firing at 7']);
    const far = new Played({ forMs: 5 * minute }).pass(measured(11), 3);
    far.wakeAfter(7 * minute, measured(11));
    expect([far.status, far.told]).toEqual(['pending', []]);
  });

  it('are none in a pause, and none after a change of `every`', () => {
    const played = new Played().pass(measured(1));
    played.rule.pause(played.now, 'eve');
    expect(played.rule.nextWake()).toBeNull();
    played.wakeAfter(hour, measured(11));
    played.rule.resume(played.now);
    played.pass(measured(1));
    played.rule.change(ruleDefinition({ everyMs: 5_000 }), played.now + 30_000);
    expect(played.rule.state.missed).toBe(0);
  });
});

describe('people', () => {
  it('snoozed, it is evaluated and fires when the time is over', () => {
    const played = new Played();
    played.rule.snooze(start + 3 * minute);
    expect(played.pass(measured(11), 2).told).toEqual([]);
    expect(played.pass(measured(11)).told).toEqual(['firing at 3']);
  });

  it('a change keeps the alert that stands, and the new threshold decides about it', () => {
    const played = new Played().pass(measured(11));
    played.rule.change(ruleDefinition({ threshold: 50, resolveAt: 50 }), played.now);
    expect(played.status).toBe('firing');
    expect(played.pass(measured(11)).told).toEqual(['firing at 1', 'resolved at 2']);
  });

  it('ended, it takes back its alert in the name of whoever ended it', () => {
    const played = new Played().pass(measured(11));
    expect(played.rule.end(played.now, 'eve')).toMatchObject({
      status: 'resolved',
      by: 'eve',
      firedAt: start + minute,
    });
    expect(new Played().rule.end(start, 'eve')).toBeNull();
  });
});

const readings = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 20 }).map((value) => measured(value)) },
  { weight: 1, arbitrary: fc.constantFrom(nothing, broken, measured(99, 0)) },
  { weight: 1, arbitrary: fc.constant('away' as const) },
);
const steps = fc.array(
  fc.record({
    reading: readings,
    afterMs: fc.integer({ min: 1_000, max: 4 * minute }),
    pauses: fc.boolean(),
  }),
  { maxLength: 60 },
);
const definitions = fc.record({
  forMs: fc.constantFrom(0, minute, 5 * minute),
  cooldownMs: fc.constantFrom(0, 3 * minute),
  resolveAt: fc.constantFrom(10, 5),
  noData: fc.constantFrom('keep' as const, 'fire' as const, 'resolve' as const),
});

describe('whatever is measured', () => {
  it('fires and resolves in turn, keeps `for` and cool-down, and accounts for every instant', () => {
    fc.assert(
      fc.property(definitions, steps, (differences, plan) => {
        const played = new Played(differences);
        for (const { reading, afterMs } of plan) played.wakeAfter(afterMs, reading);
        const { said, rule, evaluated } = played;
        said.forEach((one, index) => {
          expect(one.status).toBe(index % 2 === 0 ? 'firing' : 'resolved');
          const before = said[index - 1];
          if (!before) return;
          if (one.status === 'resolved') expect(one.firedAt).toBe(before.at);
          else expect(one.at - before.at).toBeGreaterThanOrEqual(differences.cooldownMs);
        });
        const due = Math.floor((played.now - start) / minute);
        expect(rule.state.evaluations + rule.state.missed).toBe(due);
        expect(new Set(evaluated).size).toBe(evaluated.length);
        expect(rule.state.evaluations).toBe(evaluated.length);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same when each evaluation is made by a run of its own', () => {
    fc.assert(
      fc.property(definitions, steps, (differences, plan) => {
        const whole = new Played(differences);
        const cut = new Played(differences);
        for (const { reading, afterMs, pauses } of plan) {
          for (const played of [whole, cut]) {
            if (pauses && !played.rule.state.paused) played.rule.pause(played.now, 'eve');
            else if (pauses) played.rule.resume(played.now);
            played.wakeAfter(afterMs, reading);
          }
          cut.rule = new Rule(JSON.parse(JSON.stringify(cut.rule.state)) as RuleState);
        }
        expect(cut.said).toEqual(whole.said);
        expect(cut.rule.state).toEqual(whole.rule.state);
      }),
      { numRuns: 300 },
    );
  });

  it('stays small', () => {
    const played = new Played({ forMs: minute });
    for (let round = 0; round < 200; round += 1)
      played.pass(measured(11), 3).pass('away').pass(broken).pass(measured(1));
    expect(JSON.stringify(played.rule.state).length).toBeLessThan(6_000);
  });
});
