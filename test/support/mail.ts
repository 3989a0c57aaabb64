import type { Mail } from '../../bridge/journey/mailbox.ts';

export const mailOf = (journeyId: string, offset: number, urgent = false, bytes = 10): Mail => ({
  journeyId,
  partition: 0,
  offset,
  appendedAt: offset,
  urgent,
  visitorId: null,
  joins: null,
  asks: false,
  isSettled: false,
  bytes,
  line: '[]',
});
