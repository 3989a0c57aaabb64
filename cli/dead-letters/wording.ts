import type { Gone } from '../../bridge/dead-letters/raw-messages.ts';

export const goneText: Readonly<Record<Gone, string>> = {
  expired:
    'Its message has expired: raw-events no longer keeps it. A repaired body brings it back, with --repaired.',
  'other topic':
    'Its message is gone: raw-events was deleted and made again since. A repaired body brings it back, with --repaired.',
};
