// A queue gives back what it was given, in that order, however adding and taking interleave.
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { Queue } from '../../bridge/journey/queue.ts';

it('is a plain list to whoever uses it', () => {
  const command = fc.oneof(
    { weight: 3, arbitrary: fc.record({ add: fc.integer({ min: 1, max: 50 }) }) },
    { weight: 2, arbitrary: fc.record({ take: fc.integer({ min: 0, max: 60 }) }) },
    { weight: 2, arbitrary: fc.constant({ shift: true }) },
    { weight: 1, arbitrary: fc.constant({ clear: true }) },
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const queue = new Queue<number>();
      let list: number[] = [];
      let next = 0;
      for (const one of commands) {
        if ('add' in one) {
          for (let count = 0; count < one.add; count += 1) {
            queue.add(next);
            list.push(next);
            next += 1;
          }
        } else if ('take' in one) expect(queue.take(one.take)).toEqual(list.splice(0, one.take));
        else if ('shift' in one) expect(queue.shift()).toBe(list.shift());
        else {
          queue.clear();
          list = [];
        }
        expect(queue.length).toBe(list.length);
        expect([0, 1, list.length - 1, list.length].map((index) => queue.at(index))).toEqual(
          [0, 1, list.length - 1, list.length].map((index) => (index < 0 ? queue.at(index) : list[index])),
        );
      }
    }),
  );
});
