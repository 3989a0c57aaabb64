import { continueAsNew, defineQuery, defineSignal, setHandler, workflowInfo } from '@temporalio/workflow';

import { eraseSignalName } from '../events/erasure.ts';
import {
  journeyQueryName,
  letterSignalName,
  renewSignalName,
  type JourneyRules,
  type Letter,
} from '../events/letter.ts';
import { Alarm } from './alarm.ts';
import { Doorbell } from './doorbell.ts';
import { requestErasure } from './effects.ts';
import { Journey } from './journey/journey.ts';
import type { JourneyState } from './journey/state.ts';
import { upgradeState } from './journey/upgrade-state.ts';
import { viewOf, type JourneyView } from './journey/view.ts';
import { NextEffect } from './next-effect.ts';
import { Display } from './show-journey.ts';

export const letterSignal = defineSignal<[Letter]>(letterSignalName);
/** Asks a journey to continue as new at once: its next run is begun by the release that runs now. */
export const renewSignal = defineSignal(renewSignalName);
/** Has the user erased. The journey ends, whatever it waits for. */
export const eraseSignal = defineSignal(eraseSignalName);
export const journeyQuery = defineQuery<JourneyView>(journeyQueryName);

export interface JourneyStart {
  readonly journeyId: string;
  readonly rules: JourneyRules;
  /** What the run before left, perhaps by another release; none for a new journey. */
  readonly state?: JourneyState;
  /** Continue as new after this many letters even if the server does not suggest it: a low bound makes a test of it. */
  readonly lettersPerRun?: number;
}

const mostLettersPerRun = 5_000;
/** What comes of them is written in one record, an activity's argument: Temporal takes 2 MiB, and a letter has 256 KiB. */
const mostLettersAtOnce = 2;
/** Half of what gRPC takes in one message by default: any client can read a run's history, and a replay stays short. */
const mostHistoryBytes = 2_000_000;

/** One durable actor per user. It only wires: what a letter or a deadline means is in `journey/`. */
export async function userJourney(start: JourneyStart): Promise<void> {
  const { rules, lettersPerRun = mostLettersPerRun } = start;
  const journey = new Journey(upgradeState(start.journeyId, start.state), rules);
  const next = new NextEffect(journey);
  const inbox: Letter[] = [];
  const doorbell = new Doorbell();
  const alarm = new Alarm(() => doorbell.ring());
  const display = new Display();
  let lettersTaken = 0;
  const renewal = { isAsked: false };
  const erasures: Promise<void>[] = [];

  setHandler(letterSignal, (letter) => {
    inbox.push(letter);
    doorbell.ring();
  });
  setHandler(renewSignal, () => {
    renewal.isAsked = true;
    doorbell.ring();
  });
  setHandler(eraseSignal, async () => {
    const requested = requestErasure(start.journeyId);
    erasures.push(requested);
    doorbell.ring();
    await requested;
  });
  setHandler(journeyQuery, () => viewOf(journey, rules));

  for (;;) {
    // A letter is there already at a start by signal: it says what to wait for.
    if (inbox.length === 0) alarm.arm(journey.nextWake());
    while (inbox.length === 0 && !alarm.isRinging && !renewal.isAsked && erasures.length === 0)
      await doorbell.wait();
    if (erasures.length > 0) {
      // A run that ended before would take the request with it.
      await Promise.all(erasures);
      return;
    }
    alarm.silence();
    const letters = inbox.splice(0, mostLettersAtOnce);
    lettersTaken += letters.length;
    for (const letter of letters) journey.receive(letter);
    for (let effect = next.take(); effect; effect = next.take()) await effect();
    display.show(viewOf(journey, rules));
    // A letter that came while a record was written is taken before the run ends, so none is lost.
    if (inbox.length > 0 || erasures.length > 0) continue;
    if (journey.isOver(Date.now())) return;
    const { continueAsNewSuggested, historySize } = workflowInfo();
    const isLong = continueAsNewSuggested || historySize >= mostHistoryBytes;
    if (renewal.isAsked || isLong || lettersTaken >= lettersPerRun) {
      await continueAsNew<typeof userJourney>({ ...start, state: journey.state });
    }
  }
}
