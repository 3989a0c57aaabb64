import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';

import { journeyQueryName, letterSignalName, type JourneyRules, type Letter } from '../events/letter.ts';
import { Alarm } from './alarm.ts';
import { askSilence, recordJourney } from './effects.ts';
import { Journey } from './journey/journey.ts';
import { newJourney, type JourneyState } from './journey/state.ts';
import { viewOf, type JourneyView } from './journey/view.ts';
import { Display } from './show-journey.ts';

export const letterSignal = defineSignal<[Letter]>(letterSignalName);
export const journeyQuery = defineQuery<JourneyView>(journeyQueryName);

export interface JourneyStart {
  readonly journeyId: string;
  readonly rules: JourneyRules;
  /** What the run before left; none for a new journey. */
  readonly state?: JourneyState;
  /** Continue as new after this many letters even if the server does not suggest it: a low bound makes a test of it. */
  readonly lettersPerRun?: number;
}

/** How long to wait before the record is asked again when it has not caught up with the stream; doubles up to the most. */
const recordBehindFirstMs = 1_000;
const recordBehindMostMs = 60_000;
const mostLettersPerRun = 5_000;
/** What comes of them is written in one record, an activity's argument: Temporal takes 2 MiB, and a letter has 256 KiB. */
const mostLettersAtOnce = 2;
/** Half of what gRPC takes in one message by default: any client can read a run's history, and a replay stays short. */
const mostHistoryBytes = 2_000_000;

/** One durable actor per user. It only wires: what a letter or a deadline means is in `journey/`. */
export async function userJourney(start: JourneyStart): Promise<void> {
  const { rules, lettersPerRun = mostLettersPerRun } = start;
  const journey = new Journey(start.state ?? newJourney(start.journeyId), rules);
  const inbox: Letter[] = [];
  const alarm = new Alarm();
  const display = new Display();
  let lettersTaken = 0;

  setHandler(letterSignal, (letter) => void inbox.push(letter));
  setHandler(journeyQuery, () => viewOf(journey, rules));

  for (;;) {
    // A letter is there already at a start by signal: it says what to wait for.
    if (inbox.length === 0) alarm.arm(journey.nextWake());
    await condition(() => inbox.length > 0 || alarm.isRinging);
    alarm.silence();
    const letters = inbox.splice(0, mostLettersAtOnce);
    lettersTaken += letters.length;
    for (const letter of letters) journey.receive(letter);
    await settle();
    display.show(viewOf(journey, rules));
    // A letter that came while a record was written is taken before the run ends, so none is lost.
    if (inbox.length > 0) continue;
    if (journey.isOver(Date.now())) return;
    const { continueAsNewSuggested, historySize } = workflowInfo();
    const isLong = continueAsNewSuggested || historySize >= mostHistoryBytes;
    if (isLong || lettersTaken >= lettersPerRun) {
      await continueAsNew<typeof userJourney>({ ...start, state: journey.state });
    }
  }

  /** Applies all that waits, settling each deadline that an event or the clock has passed, and writes what comes of it. */
  async function settle(): Promise<void> {
    let pauseMs = recordBehindFirstMs;
    for (;;) {
      journey.advance();
      const record = journey.takeRecord();
      if (record) await recordJourney(start.journeyId, record);
      const question = journey.silenceInQuestion(Date.now());
      if (!question) return;
      const answer = await askSilence(question);
      if (answer.silent === true) journey.declareAbandoned();
      else if (answer.silent === false) journey.heardOf(answer.lastEventAt, Date.now());
      else {
        await sleep(pauseMs);
        pauseMs = Math.min(recordBehindMostMs, pauseMs * 2);
      }
    }
  }
}
