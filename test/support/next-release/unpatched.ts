import { sleep, type WorkflowInterceptors } from '@temporalio/workflow';

/** The mistake that must be found: the same change of the commands as in `patched.ts`, without a patch. */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      async scheduleLocalActivity(input, next) {
        if (input.activityType === 'recordJourney') await sleep(1);
        return next(input);
      },
    },
  ],
});
