import type { SilenceAnswer } from '../../activities/activities.ts';
import type { Letter } from '../../events/letter.ts';
import type { Journey } from '../../workflows/journey/journey.ts';

/** Gives a journey letters that show no visitor, so that nothing has to be asked before they are read. */
export function read(journey: Journey, ...letters: readonly Letter[]): void {
  for (const letter of letters) journey.receive(letter);
  if (journey.recallInQuestion()) throw new Error('there is no visitor to ask about');
  journey.advance();
}

/** Answers the question about silence that a journey must have at `now`; the record cannot tell more than the answer. */
export function answer(journey: Journey, now: number, said: SilenceAnswer): void {
  const question = journey.silenceInQuestion(now);
  if (!question) throw new Error('the journey has no question');
  journey.answered(question, said, now);
  for (let asked = journey.recallInQuestion(); asked; asked = journey.recallInQuestion())
    journey.recalled(asked, { identity: null, lines: [], recordedUpTo: 0, hasMore: false });
}
