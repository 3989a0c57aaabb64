import { patched, sleep, type WorkflowInterceptors } from '@temporalio/workflow';

export const patchName = 'rest-before-writing';

/**
 * The next release, for tests: today's workflows with one more timer before each write, which is a change of the commands.
 * It is made as CONTRIBUTING.md asks: behind a patch.
 */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      async scheduleLocalActivity(input, next) {
        if (input.activityType === 'recordJourney' && patched(patchName)) await sleep(1);
        return next(input);
      },
    },
  ],
});
