export { alertRule } from './alert-rule.ts';
export { alertWebhook } from './alert-webhook.ts';
export { userJourney } from './user-journey.ts';
export { rollUp } from './roll-up.ts';
export { retention } from './retention.ts';
export { eraseUser } from './erasure/erase-user.ts';
