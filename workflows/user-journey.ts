import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';

import {
  journeyQueryName,
  letterSignalName,
  renewSignalName,
  type JourneyRules,
  type Letter,
} from '../events/letter.ts';
import { Alarm } from './alarm.ts';
import { askSilence, askUsualLoadTime, recallEvents, recordJourney } from './effects.ts';
import { Journey } from './journey/journey.ts';
import type { JourneyState } from './journey/state.ts';
import { upgradeState } from './journey/upgrade-state.ts';
import { viewOf, type JourneyView } from './journey/view.ts';
import { Display } from './show-journey.ts';

export const letterSignal = defineSignal<[Letter]>(letterSignalName);
/** Asks a journey to continue as new at once: its next run is begun by the release that runs now. */
export const renewSignal = defineSignal(renewSignalName);
export const journeyQuery = defineQuery<JourneyView>(journeyQueryName);

export interface JourneyStart {
  readonly journeyId: string;
  readonly rules: JourneyRules;
  /** What the run before left, perhaps by another release; none for a new journey. */
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
  const journey = new Journey(upgradeState(start.journeyId, start.state), rules);
  const inbox: Letter[] = [];
  const alarm = new Alarm();
  const display = new Display();
  let lettersTaken = 0;
  const renewal = { isAsked: false };

  setHandler(letterSignal, (letter) => void inbox.push(letter));
  setHandler(renewSignal, () => void (renewal.isAsked = true));
  setHandler(journeyQuery, () => viewOf(journey, rules));

  for (;;) {
    // A letter is there already at a start by signal: it says what to wait for.
    if (inbox.length === 0) alarm.arm(journey.nextWake());
    await condition(() => inbox.length > 0 || alarm.isRinging || renewal.isAsked);
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
    if (renewal.isAsked || isLong || lettersTaken >= lettersPerRun) {
      await continueAsNew<typeof userJourney>({ ...start, state: journey.state });
    }
  }

  /** Applies all that waits, settling each deadline that an event or the clock has passed, and writes what comes of it. */
  async function settle(): Promise<void> {
    let pauseMs = recordBehindFirstMs;
    for (;;) {
      await readLetters();
      journey.advance();
      journey.noticeTrouble(Date.now());
      const record = journey.takeRecord();
      if (record) await recordJourney(start.journeyId, record);
      const slowView = journey.slowViewInQuestion(Date.now());
      if (slowView) {
        journey.judgeSlowView(await askUsualLoadTime(slowView.page));
        continue;
      }
      const question = journey.silenceInQuestion(Date.now());
      if (!question) return;
      const answer = await askSilence(question);
      journey.answered(question, answer, Date.now());
      if (answer.silent === 'unknown') pauseMs = await rest(pauseMs);
    }
  }

  /** Reads what came, and asks the record first where a letter shows that a visitor is a user. */
  async function readLetters(): Promise<void> {
    let pauseMs = recordBehindFirstMs;
    for (;;) {
      const question = journey.recallInQuestion();
      if (!question) return;
      const answer = await recallEvents(question);
      if (answer) journey.recalled(question, answer);
      else pauseMs = await rest(pauseMs);
    }
  }
}

/** The record is behind the stream: waits before it is asked again, and says how long the next wait is. */
async function rest(pauseMs: number): Promise<number> {
  await sleep(pauseMs);
  return Math.min(recordBehindMostMs, pauseMs * 2);
}
