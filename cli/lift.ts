import { liftSuppression } from '../activities/erasure/lift-suppression.ts';
import { pseudonymKeysOf } from '../settings/pseudonym-keys.ts';
import { SetupError } from '../stack/setup-error.ts';
import { askDatabase } from './ask-database.ts';
import { journeyIdsOf, type Shopper } from './journey/journey-id.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';
import { operatorName } from './operator-name.ts';

/** Ends a suppression. Throws a `SetupError` with one sentence when there is none, or the erasure is not over. */
export async function runLift(shopper: Shopper): Promise<void> {
  const settings = await settingsOfRunningSystem();
  const pseudonyms = journeyIdsOf(shopper, pseudonymKeysOf(settings));
  const pseudonym = pseudonyms.join(' or ');
  const lifted = await askDatabase(
    settings,
    (database) => liftSuppression(database, pseudonyms, operatorName(settings)),
    'eraser',
  );
  switch (lifted.was) {
    case 'not suppressed':
      throw new SetupError(`${pseudonym} is not suppressed: there is nothing to lift.`);
    case 'being erased':
      throw new SetupError(
        `${pseudonym} is still being erased (receipt ${lifted.receiptNumber}): lift it when that is over.`,
      );
    case 'just erased':
      throw new SetupError(
        `${pseudonym} was erased a moment ago, and a process may still remember its destroyed key: lift it after ${lifted.possibleFrom.toISOString()}.`,
      );
    case 'lifted':
      process.stdout.write(
        `Lifted (receipt ${lifted.receiptNumber}): from now on the person may come back, as a new one. What happened before stays refused.\n`,
      );
  }
}
