// The journey lane delivers every usable event, takes any size of batch, and commits only behind what is delivered.
import { afterEach, describe, expect, it, vi } from 'vitest';

import { LaneTurns } from '../../bridge/lane-turns.ts';
import { Tally } from '../../bridge/tally.ts';
import { JourneyLane } from '../../bridge/journey/journey-lane.ts';
import { StepNews } from '../../bridge/journey/news.ts';
import { TroubleSigns } from '../../bridge/journey/trouble-signs.ts';
import { Pace } from '../../bridge/journey/pace.ts';
import type { TopicConsumer } from '../../connections/kafka.ts';
import { createLog } from '../../connections/log.ts';
import type { Letter } from '../../events/letter.ts';
import { shopEvent } from '../support/shop-event.ts';
import { troubleRules } from '../support/letters.ts';

const stops: AbortController[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop.abort()));

function lane(
  mostPendingEvents: number,
  deliver: (journeyId: string, letter: Letter) => Promise<void>,
  botsInFunnels = false,
) {
  const stop = new AbortController();
  stops.push(stop);
  const commits: { offset: number; metadata: string | undefined }[] = [];
  const consumer: TopicConsumer = {
    run: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    pause: () => undefined,
    resume: () => undefined,
    commit: (offsets) => {
      commits.push(...offsets.map(({ offset, metadata }) => ({ offset, metadata })));
      return Promise.resolve();
    },
  };
  const journeyLane = new JourneyLane({
    tally: new Tally(),
    turns: new LaneTurns(),
    // The body names the user; an empty one cannot be used.
    parse: ({ value }) => {
      const journeyId = value?.toString() ?? '';
      return journeyId === ''
        ? { usable: false, reason: 'the message is empty', eventId: null }
        : {
            usable: true,
            event: shopEvent({
              journeyId,
              userId: journeyId,
              sessionId: `s-${journeyId}`,
              action: 'pageview',
              page: '/cart',
              bot: journeyId.includes('bot'),
            }),
          };
    },
    deliver: (journeyId, letter) =>
      deliver(journeyId, 'json' in letter ? (JSON.parse(letter.json) as Letter) : letter),
    readTaskLag: () => Promise.resolve(0),
    offsets: {
      ends: () => Promise.resolve([]),
      starts: () => Promise.resolve(new Map([[0, { next: 10, committed: false, metadata: '' }]])),
      close: () => Promise.resolve(),
    },
    news: new StepNews(60_000),
    troubleSigns: new TroubleSigns(troubleRules),
    pace: new Pace({ leastPerSecond: 1_000, mostPerSecond: 1_000 }, performance.now()),
    topic: 'raw-events',
    groupId: 'group',
    from: 'earliest',
    mostPendingEvents,
    botsInFunnels,
    suppressions: {
      refuses: ({ journeyId }) => journeyId.includes('erased'),
      isErased: (journeyId) => journeyId.includes('forgotten'),
    },
    log: createLog('test', 'silent'),
    stopping: stop.signal,
  });
  const batch = (users: readonly string[], first = 10) => ({
    partition: 0,
    messages: users.map((user, index) => ({
      offset: first + index,
      appendedAt: 1,
      value: user === '' ? null : Buffer.from(user),
    })),
    nextOffset: first + users.length,
    end: first + users.length,
    readAt: 1,
    isCurrent: () => true,
    heartbeat: () => Promise.resolve(),
  });
  return { journeyLane, consumer, commits, batch, stop };
}

describe('the journey lane', () => {
  it('takes a batch that holds more events than may wait', async () => {
    const taken: number[] = [];
    const { journeyLane, consumer, batch, stop, commits } = lane(100, (_, { lines }) => {
      taken.push(...lines.map(([, offset]) => offset));
      return Promise.resolve();
    });
    await journeyLane.assign(consumer, [0]);
    const running = journeyLane.run(consumer);
    // The dispatcher is idle, as it is when a bridge comes back to a backlog.
    await new Promise((resolve) => setImmediate(resolve));
    const users = Array.from({ length: 450 }, (_, index) => `u1_${index % 150}`);
    await journeyLane.handle(batch(users));
    await vi.waitFor(() => expect(taken).toHaveLength(450), { timeout: 3_000 });
    expect(new Set(taken).size).toBe(450);
    stop.abort();
    await running;
    expect(commits.at(-1)?.offset).toBe(460);
  });

  it('commits up to the lowest event that is under way, and never what a stop cut off', async () => {
    let arrive = (): void => undefined;
    const { journeyLane, consumer, batch, stop, commits } = lane(100, (journeyId) =>
      journeyId === 'u1_slow'
        ? new Promise((resolve) => {
            arrive = resolve;
          })
        : Promise.resolve(),
    );
    await journeyLane.assign(consumer, [0]);
    const names = commits.map(({ metadata }) => metadata);
    expect(names).toHaveLength(1);
    expect(names[0]).toMatch(/^incarnation:.{8}$/);
    const running = journeyLane.run(consumer);
    await journeyLane.handle(batch(['u1_a', '', 'u1_slow', 'u1_b', '', 'u1_c']));
    await vi.waitFor(() => expect(commits.at(-1)?.offset).toBe(12), { timeout: 3_000 });
    await vi.waitFor(() => expect(commits.length).toBe(2));
    arrive();
    await vi.waitFor(() => expect(commits.at(-1)?.offset).toBe(16), { timeout: 3_000 });
    // Its name goes with every commit.
    expect(new Set(commits.map(({ metadata }) => metadata))).toEqual(new Set(names));
    stop.abort();
    await running;
  });

  it.each([
    { botsInFunnels: false, delivered: ['u1_a', 'u1_b'] },
    { botsInFunnels: true, delivered: ['s1_bot', 'u1_a', 'u1_b'] },
  ])(
    'settles a bot’s event at once, or delivers it as everybody’s where bots are wanted: $botsInFunnels',
    async ({ botsInFunnels, delivered }) => {
      const taken: string[] = [];
      const deliver = (journeyId: string) => {
        taken.push(journeyId);
        return Promise.resolve();
      };
      const { journeyLane, consumer, batch, stop, commits } = lane(100, deliver, botsInFunnels);
      await journeyLane.assign(consumer, [0]);
      const running = journeyLane.run(consumer);
      await journeyLane.handle(batch(['s1_bot', 'u1_a', 's1_bot', 'u1_b', 's1_bot']));
      await vi.waitFor(() => expect(commits.at(-1)?.offset).toBe(15), { timeout: 3_000 });
      expect([...new Set(taken)].sort()).toEqual(delivered);
      stop.abort();
      await running;
    },
  );

  it('delivers nothing of somebody who was erased: neither a new event nor a letter that has waited', async () => {
    const taken: string[] = [];
    const deliver = (journeyId: string) => {
      taken.push(journeyId);
      return Promise.resolve();
    };
    const { journeyLane, consumer, batch, stop, commits } = lane(100, deliver);
    await journeyLane.assign(consumer, [0]);
    const running = journeyLane.run(consumer);
    await journeyLane.handle(batch(['u1_erased', 'u1_a', 'u1_forgotten', 'u1_b']));
    await vi.waitFor(() => expect(commits.at(-1)?.offset).toBe(14), { timeout: 3_000 });
    expect(taken.sort()).toEqual(['u1_a', 'u1_b']);
    stop.abort();
    await running;
  });

  it('ends with an error that no retry can mend, and its event stays uncommitted', async () => {
    const { journeyLane, consumer, batch, commits } = lane(100, () =>
      Promise.reject(new Error('no such thing')),
    );
    await journeyLane.assign(consumer, [0]);
    const failed = expect(journeyLane.run(consumer)).rejects.toThrow('no such thing');
    await journeyLane.handle(batch(['u1_a']));
    await failed;
    expect(commits.map(({ offset }) => offset)).toEqual([10]);
  });
});
