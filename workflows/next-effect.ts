import { patched, sleep } from '@temporalio/workflow';

import { askSilence, askUsualLoadTime, recallEvents, recordJourney } from './effects.ts';
import type { Journey } from './journey/journey.ts';

export type Effect = () => Promise<void>;

/** How long to wait before the record is asked again when it has not caught up with the stream; doubles up to the most. */
const recordBehindFirstMs = 1_000;
const recordBehindMostMs = 60_000;

/**
 * What a journey has to ask or to write, one effect after the other, until all that waits is applied and each deadline that
 * an event or the clock has passed is settled. Most letters need none, and then nothing here is awaited: every promise of a
 * workflow is tracked by the SDK with the stack that made it, which costs more than to apply a hundred events.
 */
export class NextEffect {
  private readonly journey: Journey;
  private silencePauseMs = recordBehindFirstMs;
  private recallPauseMs = recordBehindFirstMs;

  constructor(journey: Journey) {
    this.journey = journey;
  }

  /** The next one; `null` when everything is settled. */
  take(): Effect | null {
    const effect = this.readLetters() ?? this.writeRecord() ?? this.judgeSlowView() ?? this.askSilence();
    if (!effect) this.silencePauseMs = recordBehindFirstMs;
    return effect;
  }

  /** Reads what came, and asks the record first where a letter shows that a visitor is a user. */
  private readLetters(): Effect | null {
    const question = this.journey.recallInQuestion();
    if (!question) {
      this.recallPauseMs = recordBehindFirstMs;
      return null;
    }
    return async () => {
      const answer = await recallEvents(question);
      if (answer) this.journey.recalled(question, answer);
      else this.recallPauseMs = await rest(this.recallPauseMs);
    };
  }

  private writeRecord(): Effect | null {
    const { journey } = this;
    journey.advance();
    journey.noticeTrouble(Date.now());
    const record = journey.takeRecord();
    return record && (() => recordJourney(journey.state.journeyId, record));
  }

  private judgeSlowView(): Effect | null {
    const slowView = this.journey.slowViewInQuestion(Date.now());
    return slowView && (async () => this.journey.judgeSlowView(await askUsualLoadTime(slowView.page)));
  }

  private askSilence(): Effect | null {
    const question = this.journey.silenceInQuestion(Date.now());
    if (!question) return null;
    return async () => {
      const answer = await askSilence(question);
      const isOfVisitor = answer.silent === false && answer.visitorId !== null;
      // Only where it changes what is asked next: the question of the patch is itself an event in the history.
      const readsOwnFirst = isOfVisitor && patched('own events before a visitor’s');
      this.journey.answered(question, answer, Date.now(), readsOwnFirst);
      if (answer.silent === 'unknown') this.silencePauseMs = await rest(this.silencePauseMs);
    };
  }
}

/** The record is behind the stream: waits before it is asked again, and says how long the next wait is. */
async function rest(pauseMs: number): Promise<number> {
  await sleep(pauseMs);
  return Math.min(recordBehindMostMs, pauseMs * 2);
}
