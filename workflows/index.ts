export { userJourney } from './user-journey.ts';
export { rollUp } from './roll-up.ts';
export { retention } from './retention.ts';
