import { eventsPerSession, newUsers } from '../../simulator/new-users.ts';
import type { SteadyLoad } from './steady-load.ts';

const seed = 20_260_302;
const sessionsPerSecond = 40;

/** 40 new sessions a second, each of a user never seen before: about 800 events/s once as many sessions end as begin. */
export function newUserLoad(times: { readonly warmUpMs: number; readonly durationMs: number }): SteadyLoad {
  return {
    ...times,
    eventsPerSecond: sessionsPerSecond * eventsPerSession,
    messages: (opensAt) => newUsers({ seed, sessionsPerSecond, opensAt }),
  };
}
