import { condition, defineSignal, setHandler } from '@temporalio/workflow';

/** Never gives its thread back. */
export async function endless(): Promise<void> {
  for (let turns = 0; turns >= 0; turns += 1);
}

export async function brief(): Promise<void> {
  return;
}

/** Stands somewhere that a stack could show. */
export async function patient(): Promise<string> {
  let isToGo = false;
  setHandler(defineSignal('go'), () => {
    isToGo = true;
  });
  await condition(() => isToGo);
  return 'gone';
}

/** Tells all that it was signalled, in order, once it was told to end. */
export async function collecting(): Promise<string[]> {
  const letters: string[] = [];
  setHandler(defineSignal<[string]>('letter'), (letter) => {
    letters.push(letter);
  });
  await condition(() => letters.includes('end'));
  return letters;
}
