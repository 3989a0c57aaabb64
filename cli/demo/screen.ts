import { createLogUpdate } from 'log-update';

import { liveView, plainLine, temporalUiLine, type Moment } from './live-view.ts';

/** Where the demo shows itself: always stderr, as stdout is the summary's. */
export interface Screen {
  /** How often it wants a new moment. */
  readonly everyMs: number;
  readonly show: (moment: Moment) => void;
  /** A line that stays. */
  readonly say: (sentence: string) => void;
  /** Ends the view: what is shown stays, and no moment is shown after it. */
  readonly close: () => void;
}

export function createScreen(stream: NodeJS.WriteStream): Screen {
  let closed = false;
  const say = (sentence: string): void => void stream.write(`${sentence}\n`);
  if (!stream.isTTY) {
    let first = true;
    return {
      everyMs: 5000,
      show: (moment) => {
        if (closed) return;
        if (first && moment.temporalUi !== null) say(temporalUiLine(moment.temporalUi));
        first = false;
        say(plainLine(moment));
      },
      say,
      close: () => (closed = true),
    };
  }
  const update = createLogUpdate(stream);
  return {
    everyMs: 500,
    show: (moment) => {
      if (!closed) update(liveView(moment, stream.columns));
    },
    say: (sentence) => {
      if (!closed) update.clear();
      say(sentence);
    },
    close: () => {
      if (!closed) update.done();
      closed = true;
    },
  };
}
